/** Choices that are the same in every run. */
export interface Choice {
  /** A whole number from 0 to `below` - 1. */
  number(below: number): number;
  of<T>(values: readonly T[]): T;
  /** true once in so many times. */
  once(inSoMany: number): boolean;
}

/** Mulberry32, a generator of 32 bits of state. */
export function choice(seed: number): Choice {
  let state = seed;
  const number = (below: number): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
  return {
    number,
    of: (values) => {
      const value = values[number(values.length)];
      if (value === undefined) throw new Error("nothing to choose from");
      return value;
    },
    once: (inSoMany) => number(inSoMany) === 0,
  };
}
