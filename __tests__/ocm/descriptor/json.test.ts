import { describe, expect, test } from "@jest/globals";
import { canonicalJson, isJsonObject, jsonNumber, parseJson } from "../../../src/ocm/descriptor/json.ts";

describe("a number in JSON", () => {
  test.each([
    "0",
    "-0",
    "1.0",
    "1.10",
    "1e3",
    "1E+3",
    "1e400",
    "-1e-400",
    "9007199254740993",
    "12345678901234567890",
    "0.1",
    "3.14159265358979323846",
  ])("keeps its spelling %s", (literal) => {
    const text = `{"a":${literal},"b":[${literal}]}`;
    expect(JSON.stringify(parseJson(text))).toBe(text);
  });

  test("is a plain number if that prints as the literal", () => {
    expect([jsonNumber("5"), jsonNumber("-1.5"), jsonNumber("1e+21")]).toEqual([5, -1.5, 1e21]);
    expect(typeof jsonNumber("5.0")).toBe("object");
  });
});

/** A small generator with a seed: the same documents every time (mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function generate(next: () => number, depth: number): string {
  const pick = (most: number) => Math.floor(next() * most);
  const digits = (most: number) => Array.from({ length: 1 + pick(most) }, () => pick(10)).join("");
  const string = () =>
    JSON.stringify(Array.from({ length: pick(6) }, () => String.fromCodePoint(pick(0x2fff))).join(""));
  const kind = pick(depth > 0 ? 7 : 5);
  if (kind === 0) return ["null", "true", "false"][pick(3)] ?? "null";
  if (kind === 1) return string();
  if (kind < 5) {
    const integer = pick(4) === 0 ? "0" : `${1 + pick(9)}${digits(24)}`;
    const fraction = pick(2) === 0 ? "" : `.${digits(20)}`;
    const exponent = pick(3) === 0 ? `${["e", "E"][pick(2)]}${["", "+", "-"][pick(3)]}${digits(3)}` : "";
    return `${pick(3) === 0 ? "-" : ""}${integer}${fraction}${exponent}`;
  }
  const content = Array.from({ length: pick(5) }, (_, index) => [`"k${index}"`, generate(next, depth - 1)]);
  return kind === 5
    ? `[${content.map(([, value]) => value).join(",")}]`
    : `{${content.map(([key, value]) => `${key}:${value}`).join(",")}}`;
}

test("parsed JSON is written again, literal by literal", () => {
  const next = random(20251121);
  const documents = Array.from({ length: 500 }, () => `[${generate(next, 5)}]`);
  for (const document of documents) expect(JSON.stringify(parseJson(document))).toBe(document);
  expect(documents.join("").match(/\d/g)?.length).toBeGreaterThan(5_000);
});

test("a deeply nested document is parsed and written", () => {
  const text = `${"[".repeat(1000)}1.0${"]".repeat(1000)}`;
  expect(JSON.stringify(parseJson(text))).toBe(text);
  expect(canonicalJson(parseJson(text))).toBe(text.replace("1.0", "1"));
});

test.each(['{"__proto__":{"a":1}}', '{"a":[{"__proto__":1}]}', '{"\\u005f_proto__":1}'])(
  "%s is refused because of its prototype member",
  (text) => {
    expect(() => parseJson(text)).toThrow(SyntaxError);
  },
);

test.each([
  ["null", false],
  ["[]", false],
  ["1.0", false],
  ['"x"', false],
  ["{}", true],
])("isJsonObject(%s) is %s", (text, expected) => {
  expect(isJsonObject(parseJson(text))).toBe(expected);
});

describe("canonical JSON (RFC 8785)", () => {
  test.each([
    // The examples of the RFC, 3.2.2 and 3.2.3.
    [
      '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    ],
    [
      '{"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One","\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}',
      '{"\\r":"Carriage Return","1":"One","\u0080":"Control","\u00f6":"Latin Small Letter O With Diaeresis","\u20ac":"Euro Sign","\ud83d\ude00":"Emoji: Grinning Face","\ufb33":"Hebrew Letter Dalet With Dagesh"}',
    ],
    ["[56.0,-0,1e21,9007199254740993]", "[56,0,1e+21,9007199254740992]"],
    ['"<&>\\u2028"', '"<&>\u2028"'],
  ])("of %s is written", (text, canonical) => {
    expect(canonicalJson(parseJson(text))).toBe(canonical);
  });
});

test("a document above the limits is refused before it takes memory", () => {
  expect(() => parseJson(`[${"[],".repeat(3_000_000)}0]`)).toThrow(/too large/);
  expect(() => parseJson("[".repeat(6_000_000))).toThrow(/levels deep/);
});
