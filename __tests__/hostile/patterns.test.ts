import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parseSync } from "@swc/core";
import { seeded } from "../../testing/generated/random.ts";
import { attacksOn, textOf } from "./attacks.ts";
import { countSteps, type Pattern, parsePattern } from "./pattern.ts";

const src = join(import.meta.dirname, "../../src");

interface Written {
  readonly file: string;
  readonly source: string;
  readonly flags: string;
}

/** Regular expressions of a file: literals, and what is made out of text. */
function* patternsIn(file: string): Generator<Written> {
  const pending: unknown[] = [parseSync(readFileSync(join(src, file), "utf8"), { syntax: "typescript" })];
  for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
    if (typeof node !== "object" || node === null) continue;
    const { type, pattern, flags, callee } = node as Record<string, unknown>;
    if (type === "RegExpLiteral") yield { file, source: String(pattern), flags: String(flags) };
    if (type === "NewExpression" && (callee as { value?: unknown }).value === "RegExp") {
      yield { file, source: "", flags: "" };
    }
    pending.push(...Object.values(node).filter((child) => typeof child === "object" && child !== null));
  }
}

const files = readdirSync(src, { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
const written = files.flatMap((file) => [...patternsIn(file)]);

const SEED = 20261128;
const LENGTH = 200;

/** An attack on the pattern whose steps grow faster than its length. */
function worstAttack(pattern: Pattern): object | undefined {
  const steps = (attack: Parameters<typeof textOf>[0], length: number) => countSteps(pattern, textOf(attack, length));
  for (const attack of attacksOn(pattern, seeded(SEED))) {
    const once = steps(attack, LENGTH);
    // Few are worth a second look.
    if (once < 5 * LENGTH) continue;
    const twice = steps(attack, 2 * LENGTH);
    if (twice === Number.POSITIVE_INFINITY || twice > 2.6 * once) return { seed: SEED, attack, steps: [once, twice] };
  }
  return undefined;
}

test("V7: every regular expression takes steps in proportion to the text", () => {
  const literals = written.filter(({ source }) => source !== "");
  const slow = literals.flatMap(({ file, source, flags }) => {
    const found = worstAttack(parsePattern(source, flags));
    return found === undefined ? [] : [{ file, pattern: `/${source}/${flags}`, ...found }];
  });
  expect(slow).toEqual([]);
  expect(literals.length).toBeGreaterThan(200);
});

test("regular expressions built from text are listed with their reasons", () => {
  const made = written.filter(({ source }) => source === "").map(({ file }) => file);
  expect(
    Object.fromEntries(Object.entries(Object.groupBy(made, (file) => file)).map(([file, all]) => [file, all?.length])),
  ).toEqual({
    // The name of a chart, escaped, between the line break and the colon.
    "stores/elsewhere/chart-index.ts": 2,
    // Of a constraint of at most 512 characters.
    "ocm/version/version-constraint.ts": 4,
    // At one place, and an error where it does not match.
    "proxy/files/env-file.ts": 1,
    // A closing quote.
    "proxy/files/toml/statements.ts": 1,
    // White space, from the edge of each run.
    "proxy/go-text.ts": 1,
  });
});

describe("the check finds what it looks for", () => {
  test.each([
    ["\\beyJ[A-Za-z0-9_-]{8,}\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]*", "g"],
    ["\\/+$", ""],
    ["^-+|-+$", "g"],
    ['<([^>]*)>[^,]*;\\s*rel="?next"?', "i"],
    ["^\\[([0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*)(?:%25(.+))?\\](:\\d*)?$", "s"],
    ["^(?:[^@/]+@)?([^/:]+\\.[^/:]+)[/:]", ""],
    ["^\\s*([a-z]+)\\s*=\\s*(.*?)\\s*$", ""],
    ["-----BEGIN CERTIFICATE-----[\\s\\S]+?-----END CERTIFICATE-----", "g"],
    ['"[^"\\\\]*(?:\\\\.[^"\\\\]*)*"|[{}[\\]]', "g"],
    ["(a+)+b", ""],
    ["(?:a|a)*b", ""],
  ])("/%s/%s", (source, flags) => {
    expect(worstAttack(parsePattern(source, flags))).toBeDefined();
  });

  test.each([
    ["a+b", "aaab", "", true],
    ["^(['\"])x\\1$", "'x'", "", true],
    ["(?<!a)a+$", "baaa", "", true],
    ["a{2,3}?b|c", "c", "", true],
    ["(?=b)a", "a", "", false],
  ])("/%s/ on %s takes few steps", (source, text, flags) => {
    expect(new RegExp(source, flags).test(text)).toBe(text !== "a");
    expect(countSteps(parsePattern(source, flags), text)).toBeLessThan(40);
  });
});
