import { parseStrictJson } from "../../text/strict-json.ts";

/** JSON whose numbers keep their spelling where a double would not: `JSON.rawJSON` objects (TC39 JSON.parse source text access). */
export type Json = null | boolean | number | string | RawNumber | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}
/** A number in its original spelling, which `JSON.stringify` preserves. */
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

/** The number of a JSON literal: a double if that prints as the literal, else the literal itself. */
export function jsonNumber(literal: string): number | RawNumber {
  const number = Number(literal);
  return String(number) === literal ? number : lossless.rawJSON(literal);
}

/** Parses unambiguous JSON (see `parseStrictJson`); numbers keep their spelling. Throws a SyntaxError. */
export function parseJson(text: string): Json {
  return parseStrictJson(text, (_, value, { source }) =>
    typeof value === "number" ? jsonNumber(source) : value,
  ) as Json;
}

/** RFC 8785: sorted keys, ECMAScript numbers, no whitespace. Component digests are computed from it. */
export function canonicalJson(value: Json): string {
  if (isRawNumber(value)) return JSON.stringify(Number(value.rawJSON));
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
  return `{${members.join(",")}}`;
}
