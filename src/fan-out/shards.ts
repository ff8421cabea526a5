/** What is transferred together: one component version, or several that cannot be read apart. */
export interface Item {
  /** Bytes of content by digest. */
  readonly sizes: ReadonlyMap<string, number>;
}

interface Shard<T> {
  readonly items: Set<T>;
  readonly sizes: Map<string, number>;
  load: number;
}

/** How much more than its share of the bytes a shard may have, for content that it then does not copy a second time. */
const TOLERANCES = [0, 0.03, 0.06, 0.1];

/**
 * Cuts items into at most `count` shards of about the same number of bytes, with as little content as possible in two of them. No shard is
 * empty, and each has its items in the given order.
 */
export function cutShards<T extends Item>(items: readonly T[], count: number): readonly (readonly T[])[] {
  const distinct = new Map(items.flatMap(({ sizes }) => [...sizes]));
  const share = sum(distinct.values()) / count;
  const ordered = familiesOf(items, share).flat();
  const cuts = TOLERANCES.map((tolerance) => distribute(ordered, count, share * (1 + tolerance)));
  const [best = []] = cuts.toSorted((one, other) => costOf(one) - costOf(other));
  return best.filter((shard) => shard.items.size > 0).map((shard) => items.filter((item) => shard.items.has(item)));
}

/** Items with their largest common content, such as a base image; families and their items with the heaviest first. */
function familiesOf<T extends Item>(items: readonly T[], share: number): readonly (readonly T[])[] {
  const weights = new Map(items.map((item) => [item, sum(item.sizes.values())]));
  const weightOf = (some: readonly T[]) => sum(some.map((item) => weights.get(item) ?? 0));
  const holders = new Map<string, { count: number; weight: number }>();
  for (const item of items) {
    for (const [digest, size] of item.sizes) {
      const known = holders.get(digest) ?? { count: 0, weight: size };
      holders.set(digest, { count: known.count + 1, weight: known.weight + weightOf([item]) - size });
    }
  }
  // What is in more items than a shard has room for is in several shards anyway.
  const isCommon = (digest: string) => {
    const { count = 0, weight = 0 } = holders.get(digest) ?? {};
    return count > 1 && weight <= share;
  };
  const families = Map.groupBy(items, (item) => {
    const common = [...item.sizes].filter(([digest]) => isCommon(digest));
    return common.toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? item;
  });
  const heaviestFirst = (one: readonly T[], other: readonly T[]) => weightOf(other) - weightOf(one);
  return [...families.values()]
    .map((family) => family.toSorted((one, other) => heaviestFirst([one], [other])))
    .toSorted(heaviestFirst);
}

/** Each item to the shard that has most of it and room for the rest, or else to the one that is smallest with it. */
function distribute<T extends Item>(items: readonly T[], count: number, room: number): readonly Shard<T>[] {
  const shards = Array.from({ length: count }, (): Shard<T> => ({ items: new Set(), sizes: new Map(), load: 0 }));
  for (const item of items) {
    const choices = shards.map((shard) => ({ shard, added: bytesAdded(item, shard) }));
    const fitting = choices.filter(({ shard, added }) => shard.load + added <= room);
    const [chosen] =
      fitting.length > 0
        ? fitting.toSorted((one, other) => one.added - other.added || compare(one.shard, other.shard))
        : choices.toSorted(
            (one, other) =>
              one.shard.load + one.added - (other.shard.load + other.added) || compare(one.shard, other.shard),
          );
    if (chosen === undefined) break;
    chosen.shard.items.add(item);
    chosen.shard.load += chosen.added;
    for (const [digest, size] of item.sizes) chosen.shard.sizes.set(digest, size);
  }
  return shards;
}

function bytesAdded({ sizes }: Item, shard: Shard<unknown>): number {
  let added = 0;
  for (const [digest, size] of sizes) if (!shard.sizes.has(digest)) added += size;
  return added;
}

/** The emptier one first: by bytes, then by items, which may have no bytes. */
function compare(one: Shard<unknown>, other: Shard<unknown>): number {
  return one.load - other.load || one.items.size - other.items.size;
}

/** Bytes that runners wait for the largest shard, and bytes that are copied twice. */
function costOf(shards: readonly Shard<unknown>[]): number {
  const loads = shards.map(({ load }) => load);
  return (Math.max(...loads) - Math.min(...loads)) * shards.length + sum(loads);
}

function sum(numbers: Iterable<number>): number {
  let total = 0;
  for (const number of numbers) total += number;
  return total;
}
