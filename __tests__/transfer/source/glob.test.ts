import { expect, test } from "@jest/globals";
import { matchesGlob } from "../../../src/transfer/source/glob.ts";
import { seeded } from "../../../testing/generated/random.ts";

test.each<[string, string, boolean]>([
  ["shop", "shop", true],
  ["shop", "Shop", false],
  ["shop", "sho", false],
  ["shop", "*", true],
  ["", "*", true],
  ["", "?", false],
  ["shop", "s*p", true],
  ["shop", "s**p", true],
  ["shop", "s??p", true],
  ["shop", "s?p", false],
  ["shop", "shop?", false],
  ["shop", "shop*", true],
  ["acme.org/shop", "acme.org/*", true],
  ["acme.org/a/b", "acme.org/*", true],
  ["a.b", "a?b", true],
  ["axb", "a.b", false],
  ["a+b(c)[d]^$|\\", "a+b(c)[d]^$|\\", true],
  ["aab", "*ab", true],
  ["abab", "ab*ab", true],
  ["aba", "ab*ba", false],
  ["😀", "?", true],
])("%j against %j: %s", (text, glob, expected) => {
  expect(matchesGlob(text, glob)).toBe(expected);
});

test("random globs match what the same regular expressions match", () => {
  const { integer, pick } = seeded(7);
  const word = (letters: readonly string[]) => Array.from({ length: integer(8) }, () => pick(letters)).join("");
  const asked = Array.from({ length: 5_000 }, () => ({ text: word(["a", "b"]), glob: word(["a", "b", "*", "?"]) }));
  const expected = asked.map(({ text, glob }) =>
    new RegExp(`^${glob.replaceAll("*", ".*").replaceAll("?", ".")}$`).test(text),
  );
  expect(asked.map(({ text, glob }) => matchesGlob(text, glob))).toEqual(expected);
  expect(expected.filter(Boolean).length).toBeGreaterThan(500);
  expect(expected.filter((is) => !is).length).toBeGreaterThan(500);
});

test("many stars are no trouble: a regular expression made of them would take for ever", () => {
  expect(matchesGlob("a".repeat(2_000), `${"a*".repeat(200)}b`)).toBe(false);
});
