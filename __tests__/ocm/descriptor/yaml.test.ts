import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { canonicalJson, parseJson } from "../../../src/ocm/descriptor/json.ts";
import { parseYaml } from "../../../src/ocm/descriptor/yaml.ts";

const goTable = readFileSync(join(import.meta.dirname, "../../../testing/fixtures/ocm/yaml-go.tsv"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split("\t") as [string, string]);

test("every YAML document has the same meaning as in Go", () => {
  const wrong = goTable.flatMap(([document, wanted]) => {
    let read: string;
    try {
      read = canonicalJson(parseYaml(JSON.parse(document)));
    } catch {
      read = "ERROR";
    }
    return read === (wanted === "ERROR" ? wanted : canonicalJson(parseJson(wanted)))
      ? []
      : [{ document, wanted, read }];
  });
  expect(wrong).toEqual([]);
  expect(goTable.length).toBeGreaterThan(200);
});

describe("a number in YAML keeps its spelling where JSON supports it", () => {
  test.each([
    ["1.0", "1.0"],
    ["1.10", "1.10"],
    ["1e3", "1e3"],
    ["1e+21", "1e+21"],
    ["12345678901234567890", "12345678901234567890"],
    ["9007199254740993", "9007199254740993"],
    ["-0", "-0"],
    ["0777", "511"],
    ["0xFFFFFFFFFFFFFFFF", "18446744073709551615"],
    ["1_000", "1000"],
    ["+5", "5"],
    ["1.", "1"],
    [".5", "0.5"],
    ["1e400", '"1e400"'],
  ])("%s is written as %s", (literal, written) => {
    expect(JSON.stringify(parseYaml(`a: ${literal}`))).toBe(`{"a":${written}}`);
  });
});

describe("an ambiguous YAML document that Go accepts is refused", () => {
  test.each([
    ["a key twice", "a: 1\na: 2"],
    ["a key twice, quoted once", "a: 1\n'a': 2"],
    ["a key twice, in two spellings", "true: 1\ny: 2"],
    ["a number twice as key, in two spellings", "16: 1\n0x10: 2"],
    ["two merge keys", "a: &x {b: 1}\nc:\n  <<: *x\n  <<: *x"],
    ["two documents", "a: 1\n---\nb: 2"],
    ["a document and an empty one", "---\na: 1\n---\n"],
    ["__proto__", "__proto__: 1"],
    ["__proto__, further down", "a:\n  - '__proto__': {b: 1}"],
    ["binary content", "a: !!binary aGVsbG8="],
  ])("with %s", (_, document) => {
    expect(() => parseYaml(document)).toThrow(SyntaxError);
  });
});

test("a merge key cannot change prototypes", () => {
  expect(() => parseYaml("a: &x {__proto__: {polluted: 1}}\nb:\n  <<: *x")).toThrow(SyntaxError);
  expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
});

test("an alias bomb is refused", () => {
  const levels = Array.from({ length: 9 }, (_, level) => {
    const items = Array.from({ length: 10 }, () => (level === 0 ? "lol" : `*a${level - 1}`)).join(", ");
    return `a${level}: &a${level} [${items}]`;
  });
  expect(() => parseYaml(levels.join("\n"))).toThrow(/too large|alias/i);
});

test("an alias within its own anchor is refused", () => {
  expect(() => parseYaml("a: &a [*a]")).toThrow();
});

test("expanded aliases are limited in values and in characters", () => {
  const members = Array.from({ length: 600 }, (_, index) => `k${index}: 1`).join(", ");
  const merges = Array.from({ length: 1000 }, (_, index) => `m${index}: {<<: *x}\n`).join("");
  expect(() => parseYaml(`a: &x {${members}}\n${merges}`)).toThrow(/aliases/);
  expect(() => parseYaml(`a: &x ${"x".repeat(100_000)}\nb: [${"*x, ".repeat(200)}]`)).toThrow(/aliases/);
});

test("the depth limit applies to expanded aliases", () => {
  const chain = Array.from({ length: 1100 }, (_, level) => `a${level + 1}: &a${level + 1} [*a${level}]\n`).join("");
  expect(() => parseYaml(`a0: &a0 x\n${chain}`)).toThrow(/levels deep/);
});

test("a mapping with many keys is parsed in linear time", () => {
  const keys = Array.from({ length: 20_000 }, (_, index) => `k${index}: 1\n`).join("");
  expect(Object.keys(parseYaml(keys) as object)).toHaveLength(20_000);
  expect(() => parseYaml(`${keys}k0: 2\n`)).toThrow("the key k0 occurs twice in a mapping");
});

test.each(["+", "-", "0b", "0x"])("%s and a million digits are not a number", (sign) => {
  const text = `${sign}${"1".repeat(1_000_000)}`;
  expect(parseYaml(`a: ${text}`)).toEqual({ a: text });
});

test("an error has line and column", () => {
  expect(() => parseYaml("a: 1\nb: [x\n")).toThrow(/at line 3, column 1$/);
  expect(() => parseYaml(`a: [${"]".repeat(1000)}`)).toThrow(/at line 1, column 6$/);
});

test("an alias refers to the last node before it with the anchor", () => {
  const text = "a: &x 1\nb: *x\nc: &x 2\nd: *x\ne: &y {inner: *x}\nf: &x 3\ng: *y\n";
  expect(parseYaml(text)).toEqual({ a: 1, b: 1, c: 2, d: 2, e: { inner: 2 }, f: 3, g: { inner: 2 } });
  expect(() => parseYaml("a: *x\nb: &x 1\n")).toThrow(/no anchor x/);
});

test("an alias per resource takes linear time", () => {
  const count = 30_000;
  expect(parseYaml(`a: &a x\nb:\n${"- *a\n".repeat(count)}`)).toEqual({ a: "x", b: Array(count).fill("x") });
});

test.each([
  ["brackets", "[".repeat(3_000_000)],
  ["dashes", "- ".repeat(3_000_000)],
  ["lines", "-\n".repeat(3_000_000)],
])("a document with too many %s is refused before it takes memory", (_, text) => {
  expect(() => parseYaml(text)).toThrow(/too large/);
});

test("whitespace around a line separator, which Go adds when it writes, is removed", () => {
  expect(parseYaml("a: 'one \u2028      two'\nb: three\u2029 four")).toEqual({
    a: "one\u2028two",
    b: "three\u2029four",
  });
});
