import { isJsonObject, isRawNumber, type Json } from "../descriptor/json.ts";

/** Characters that Go's JSON encoder escapes for HTML. */
const ESCAPED = /[<>&\u2028\u2029]/g;

/**
 * The encoding of `jsonNormalisation/v1`: an object is a list of objects with one member each, in the order of their names as UTF-8.
 * Strings and numbers are spelled as in Go.
 */
export function entryJson(value: Json): string {
  // As an integer, zero has no sign.
  if (isRawNumber(value)) return value.rawJSON === "-0" ? "0" : number(Number(value.rawJSON));
  if (typeof value === "number") return number(value);
  if (Array.isArray(value)) return `[${value.map(entryJson).join(",")}]`;
  if (!isJsonObject(value)) return escaped(JSON.stringify(value));
  const entries = Object.entries(value)
    .sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)))
    .map(([name, member]) => `{${escaped(JSON.stringify(name))}:${entryJson(member)}}`);
  return `[${entries.join(",")}]`;
}

function number(value: number): string {
  return Object.is(value, -0) ? "-0" : JSON.stringify(value);
}

function escaped(json: string): string {
  return json.replace(ESCAPED, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
