import { parseStrictJson } from "../../text/strict-json.ts";

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

/** Parses JSON with one reading only (see `parseStrictJson`), whose numbers keep their spelling. */
export function parseJson(text: string): Json {
  return parseStrictJson(text, (_, value, { source }) =>
    typeof value === "number" ? jsonNumber(source) : value,
  ) as Json;
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
