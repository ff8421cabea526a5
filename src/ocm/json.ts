/** JSON whose numbers keep their spelling where a double would not: `JSON.rawJSON` objects (TC39 JSON.parse source text access). */
export type Json = null | boolean | number | string | RawNumber | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}
/** A number as it was written, for `JSON.stringify` to write it that way again. */
export interface RawNumber {
  readonly rawJSON: string;
}

// TypeScript's library does not declare these yet.
const lossless = JSON as unknown as {
  rawJSON(literal: string): RawNumber;
  isRawJSON(value: unknown): value is RawNumber;
};

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !lossless.isRawJSON(value);
}

export function isRawNumber(value: unknown): value is RawNumber {
  return lossless.isRawJSON(value);
}

/** The number of a JSON literal: a double where it prints as it was written, else the literal itself. */
export function jsonNumber(literal: string): number | RawNumber {
  const number = Number(literal);
  return String(number) === literal ? number : lossless.rawJSON(literal);
}

/** More than any component descriptor has. A list in a list of nothing is two bytes long, and a hundred in memory. */
const MOST_NODES = 5_000_000;

export function parseJson(text: string): Json {
  if (hasMoreNodes(text, MOST_NODES)) throw new SyntaxError("the document is too large");
  const reviver = (key: string, value: unknown, { source }: { source: string }) => {
    if (key === "__proto__") throw new SyntaxError("the key __proto__ is not allowed");
    return typeof value === "number" ? jsonNumber(source) : value;
  };
  return JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
}

function hasMoreNodes(text: string, most: number): boolean {
  let count = 0;
  for (let at = 0; at < text.length && count <= most; at++) {
    const character = text[at];
    if (character === "," || character === "[" || character === "{") count++;
  }
  return count > most;
}

/** RFC 8785: sorted keys, ECMAScript numbers, no white space. What component digests are computed over. */
export function canonicalJson(value: Json): string {
  if (isRawNumber(value)) return JSON.stringify(Number(value.rawJSON));
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
  return `{${members.join(",")}}`;
}
