import { createHash } from "node:crypto";

/** A number from 0 up to 1 that follows from these words alone: the same in every process, and in any order of requests. */
export function chance(...words: readonly (string | number)[]): number {
  return createHash("sha256").update(words.join("\n")).digest().readUInt32BE() / 2 ** 32;
}

/** One of the items; undefined for an empty list. */
export function choice<T>(items: readonly T[], ...words: readonly (string | number)[]): T | undefined {
  return items[Math.floor(chance(...words) * items.length)];
}

/** Bytes that no compression and no other seed repeats. */
export function noise(size: number, ...words: readonly (string | number)[]): Buffer {
  return createHash("shake256", { outputLength: size }).update(words.join("\n")).digest();
}
