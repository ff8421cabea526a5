import { expect, test } from "@jest/globals";
import { cacheBelow, createCache } from "../../src/bounds/cache.ts";

test("the least recently used value is removed first", () => {
  const cache = createCache<string>(10);
  for (const key of ["a", "b", "c"]) cache.set(key, key, 4);
  expect(["a", "b", "c"].map(cache.get)).toEqual([undefined, "b", "c"]);
  cache.get("b");
  cache.set("d", "d", 4);
  expect(["b", "c", "d"].map(cache.get)).toEqual(["b", undefined, "d"]);
});

test("a value that is replaced or deleted no longer counts", () => {
  const cache = createCache<string>(10);
  for (const size of [8, 9, 1]) cache.set("a", String(size), size);
  cache.set("b", "b", 9);
  expect(["a", "b"].map(cache.get)).toEqual(["1", "b"]);
  cache.delete("b");
  cache.delete("b");
  cache.set("c", "c", 9);
  expect(["a", "b", "c"].map(cache.get)).toEqual(["1", undefined, "c"]);
});

test("a value above the limit empties the cache and is not kept", () => {
  const cache = createCache<string>(10);
  cache.set("a", "a", 1);
  cache.set("b", "b", 11);
  expect(["a", "b"].map(cache.get)).toEqual([undefined, undefined]);
});

test("views of a cache share its limit, but not their keys", () => {
  const cache = createCache<string>(10);
  const [one, other] = [cacheBelow(cache, "one "), cacheBelow(cache, "other ")];
  one.set("a", "1", 4);
  other.set("a", "2", 4);
  expect([one.get("a"), other.get("a")]).toEqual(["1", "2"]);
  other.set("b", "3", 8);
  expect([one.get("a"), other.get("a"), other.get("b")]).toEqual([undefined, undefined, "3"]);
});
