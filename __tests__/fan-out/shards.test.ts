import { describe, expect, test } from "@jest/globals";
import { cutShards, type Item } from "../../src/fan-out/shards.ts";
import type { Random } from "../../testing/generated/random.ts";
import { forSeeds } from "../../testing/generated/seeds.ts";

const MIB = 1024 * 1024;

interface Named extends Item {
  readonly name: string;
}

const item = (name: string, sizes: Readonly<Record<string, number>>): Named => ({
  name,
  sizes: new Map(Object.entries(sizes)),
});
const namesOf = (shards: readonly (readonly Named[])[]) => shards.map((shard) => shard.map(({ name }) => name));

/** Component versions as products have them: families of images on a base image of their own, and one layer that all of them share. */
function estate(random: Random, count: number): Named[] {
  const between = (low: number, high: number) => low + random.integer(high - low);
  const families = Array.from({ length: between(20, 40) }, () => between(20 * MIB, 80 * MIB));
  return Array.from({ length: count }, (_, index) => {
    const family = random.integer(families.length);
    const own = Array.from({ length: between(1, 6) }, (__, layer) => [
      `own ${index} ${layer}`,
      between(1 * MIB, 60 * MIB),
    ]);
    return item(`${index}`, {
      "shared by all": 3 * MIB,
      [`base ${family}`]: families[family] ?? 0,
      ...Object.fromEntries(own),
    });
  });
}

const total = (items: readonly Item[]) =>
  [...new Map(items.flatMap(({ sizes }) => [...sizes])).values()].reduce((sum, size) => sum + size, 0);

describe("200 component versions on 8 shards", () => {
  test("are balanced within 20 %, and less than 5 % of their bytes are in two shards", async () => {
    await forSeeds(50, (random) => {
      const items = estate(random, 200);
      const shards = cutShards(items, 8);
      const loads = shards.map(total);
      expect(shards).toHaveLength(8);
      expect(Math.max(...loads) / Math.min(...loads)).toBeLessThan(1.2);
      expect(loads.reduce((sum, load) => sum + load, 0) / total(items)).toBeLessThan(1.05);
    });
  });

  test("are each in one shard, in the order in which they were given", async () => {
    await forSeeds(10, (random) => {
      const items = estate(random, 200);
      const shards = cutShards(items, 8);
      const order = new Map(items.map((each, index) => [each, index]));
      for (const shard of shards) {
        const positions = shard.map((each) => order.get(each) ?? -1);
        expect(positions).toEqual(positions.toSorted((one, other) => one - other));
      }
      expect(new Set(shards.flat())).toEqual(new Set(items));
      expect(shards.flat()).toHaveLength(items.length);
    });
  });
});

test("items with the same content are in one shard", () => {
  const items = [
    item("a1", { a: 90, a1: 1 }),
    item("b1", { b: 90, b1: 1 }),
    item("a2", { a: 90, a2: 1 }),
    item("b2", { b: 90, b2: 1 }),
  ];
  expect(namesOf(cutShards(items, 2))).toEqual([
    ["a1", "a2"],
    ["b1", "b2"],
  ]);
});

test("content that all items share is copied more than once where the rest outweighs it", () => {
  const items = ["a", "b", "c", "d"].map((name) => item(name, { base: 10, [name]: 100 }));
  expect(cutShards(items, 2).map(total)).toEqual([210, 210]);
});

test("one shard has everything, in the given order", () => {
  const items = [item("small", { s: 1 }), item("large", { l: 100 })];
  expect(namesOf(cutShards(items, 1))).toEqual([["small", "large"]]);
});

test("there are no empty shards, and none at all without items", () => {
  expect(namesOf(cutShards([item("a", { a: 1 }), item("b", { b: 1 })], 5))).toEqual([["a"], ["b"]]);
  expect(cutShards([], 5)).toEqual([]);
});

test("items without bytes are spread by their number", () => {
  const items = ["a", "b", "c", "d"].map((name) => item(name, {}));
  expect(namesOf(cutShards(items, 2))).toEqual([
    ["a", "c"],
    ["b", "d"],
  ]);
});
