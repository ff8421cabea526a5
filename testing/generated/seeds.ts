import { type Random, seeded } from "./random.ts";

/** Runs the check for so many seeds, and says with which it failed. */
export async function forSeeds(count: number, check: (random: Random) => unknown): Promise<void> {
  for (let seed = 1; seed <= count; seed++) {
    try {
      await check(seeded(seed));
    } catch (error) {
      throw new Error(`with seed ${seed}: ${(error as Error).message}`, { cause: error });
    }
  }
}

const CHARACTERS = [..."aZ0 \t\r\n\u0000\u001b\u0085\u2028\ufeff:;,.=\"'\\/<>[]{}()#%&*@!?-_+~|é😀\ud800"] as const;

/** Pieces of a language one after the other, some of them again and again, with whatever else between them. */
export function hostileText(random: Random, pieces: readonly [string, ...string[]], length = 400): string {
  let text = "";
  while (text.length < length && !random.chance(0.03)) {
    const piece = random.chance(0.8) ? random.pick(pieces) : (CHARACTERS[random.integer(CHARACTERS.length)] ?? "");
    text += random.chance(0.05) ? piece.repeat(1 + random.integer(length)) : piece;
  }
  return text;
}

/** A valid text with some of it cut out, doubled or exchanged. */
export function mutated(random: Random, text: string, pieces: readonly [string, ...string[]]): string {
  let changed = text;
  for (let times = 1 + random.integer(4); times > 0; times--) {
    const start = random.integer(changed.length + 1);
    const end = Math.min(changed.length, start + random.integer(20));
    const between = random.pick(["", changed.slice(start, end).repeat(2), random.pick(pieces)] as const);
    changed = changed.slice(0, start) + between + changed.slice(end);
  }
  return changed;
}

/** Throws unless the prototype of all objects is as it was. */
export function assertUnpolluted(): void {
  const found = Object.keys(Object.prototype);
  const other = ({} as Record<string, unknown>).polluted;
  if (found.length > 0 || other !== undefined) throw new Error(`Object.prototype has ${found.join(", ")}`);
}

/** A text that counts how often one of its characters is looked at. */
export function counted(text: string): { readonly text: string; looks(): number } {
  let looks = 0;
  const boxed = new Proxy(new String(text), {
    get(target, key) {
      if (typeof key === "string" && /^\d+$/.test(key)) looks++;
      const value: unknown = Reflect.get(target, key);
      return typeof value === "function" ? value.bind(text) : value;
    },
  });
  return { text: boxed as unknown as string, looks: () => looks };
}
