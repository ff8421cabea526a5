import { createHash, type Hash } from "node:crypto";
import { Transform } from "node:stream";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import { describeElement } from "../../ocm/descriptor/component-descriptor.ts";
import type { ComponentVersion } from "../../ocm/repository/component-version.ts";
import type { ContentPin } from "../../ocm/signing/pin.ts";
import { differs } from "../pins/pinned-content.ts";
import type { ResolvedElement, ResolvedVersion } from "../source/resolve-elements.ts";

/** Blobs that have to be read in a row to be compared with the digests that pin them. */
export interface Comparable {
  readonly blobs: readonly Descriptor[];
  readonly from: ReadableRepository;
  readonly pins: readonly ContentPin[];
  /** The element that they are the content of, for messages. */
  readonly where: string;
}

/** Comparisons that are left to be made while content is read, equal ones once for all elements. */
export function comparablesIn(versions: readonly ResolvedVersion[]): Comparable[] {
  const comparables = versions.flatMap(({ version, items }) =>
    items.flatMap((item) => comparableIn(version, item) ?? []),
  );
  return [...new Map(comparables.map((comparable) => [comparableKey(comparable), comparable])).values()];
}

export function comparableIn({ descriptor }: ComponentVersion, item: ResolvedElement): Comparable | undefined {
  if (item.kind !== "blob" || item.verdict.kind !== "matches" || item.verdict.pins.length === 0) return undefined;
  const where = `${describeElement(item.element)} of ${descriptor.name}:${descriptor.version}`;
  return { blobs: item.blobs, from: item.from, pins: item.verdict.pins, where };
}

/** Equal for comparisons of the same bytes with the same digests. */
export function comparableKey({ blobs, pins }: Comparable): string {
  return JSON.stringify([blobs.map(({ digest }) => digest), pins.map(({ hash, value }) => `${hash}:${value}`)]);
}

export interface Comparison {
  /**
   * A stream that hashes the blob at `index` and passes it on. It may be asked for again when reading broke off; the blobs have to
   * pass in order. The end of the last one is held back until all of them are known to be what is pinned, so that nobody gets the whole of
   * what differs.
   */
  passing(index: number): Transform;
}

export function createComparison({ blobs, pins, where }: Omit<Comparable, "from">): Comparison {
  /** The state of the hashes before each blob. */
  const states: Hash[][] = [pins.map(({ hash }) => createHash(hash))];

  return {
    passing(index) {
      const hashes = (states[index] ?? []).map((hash) => hash.copy());
      if (hashes.length !== pins.length) throw new Error(`blob ${index} is read before those in front of it`);
      const isLast = index === blobs.length - 1;
      let held: Buffer | undefined;
      return new Transform({
        highWaterMark: 256 * 1024,
        transform(chunk: Buffer, _encoding, done) {
          for (const hash of hashes) hash.update(chunk);
          const ready = isLast ? held : chunk;
          held = chunk;
          done(null, ready);
        },
        flush(done) {
          if (!isLast) {
            states[index + 1] = hashes;
            return done();
          }
          const values = hashes.map((hash) => hash.digest("hex"));
          const at = pins.findIndex(({ value }, each) => value !== values[each]);
          const pin = pins[at];
          if (pin !== undefined) return done(differs(pin, `${pin.hash}:${values[at]}`, where));
          done(null, held);
        },
      });
    },
  };
}
