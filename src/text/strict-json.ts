import { printable } from "./redact.ts";

/** Far deeper than any document of OCI or OCM, and shallow enough for recursive functions. */
export const MAX_DEPTH = 1000;

/** Values of one document. An empty list has two characters, and takes a hundred bytes of memory. */
const MAX_VALUES = 1_000_000;

type Reviver = (key: string, value: unknown, context: { readonly source: string }) => unknown;

/** Valid JSON that readers interpret differently. */
export class AmbiguousJson extends SyntaxError {}

/**
 * Parses unambiguous JSON (RFC 8259, 4: the meaning of duplicate names depends on the reader), in linear time. Throws a SyntaxError
 * for invalid JSON and beyond the limits, and an AmbiguousJson for valid but ambiguous JSON.
 */
export function parseStrictJson(text: string, reviver?: Reviver): unknown {
  const ambiguity = findAmbiguity(text);
  // TypeScript's library does not declare the third parameter yet (TC39, JSON.parse source text access).
  const document: unknown = JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
  if (ambiguity !== undefined) throw new AmbiguousJson(ambiguity);
  return document;
}

/** One pass over the text, before it is parsed. */
function findAmbiguity(text: string): string | undefined {
  /** Names of the enclosing objects; undefined for a list. */
  const open: (Set<string> | undefined)[] = [];
  let ambiguity: string | undefined;
  let values = 0;
  let isName = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (character === '"') {
      const start = at;
      at = stringEnd(text, start);
      if (isName) ambiguity ??= addName(open.at(-1), text.slice(start, at + 1));
      isName = false;
    } else if (character === "{" || character === "[") {
      open.push(character === "{" ? new Set() : undefined);
      if (open.length > MAX_DEPTH) throw new SyntaxError(`the document is more than ${MAX_DEPTH} levels deep`);
      values++;
      isName = character === "{";
    } else if (character === "}" || character === "]") {
      open.pop();
      isName = false;
    } else if (character === ",") {
      values++;
      isName = open.at(-1) !== undefined;
    }
    if (values > MAX_VALUES) throw new SyntaxError(`the document is too large: it has more than ${MAX_VALUES} values`);
  }
  return ambiguity;
}

/** Position of the closing quote, or the end of the text. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

function addName(names: Set<string> | undefined, literal: string): string | undefined {
  const name = literal.includes("\\") ? String(JSON.parse(literal)) : literal.slice(1, -1);
  // Code that copies members one by one would change the prototype of the copy.
  if (name === "__proto__") return "the key __proto__ is not allowed";
  if (names?.has(name)) return `the key ${printable(JSON.stringify(name), 80)} occurs twice in an object`;
  names?.add(name);
  return undefined;
}

/** Member names of a specification, by their case folding in Go's encoding/json. */
export type MemberNames = ReadonlyMap<string, string>;

export function memberNames(...names: readonly string[]): MemberNames {
  return new Map(names.map((name) => [fold(name), name]));
}

/**
 * A member such as `Layers`, which Go's encoding/json reads as `layers` (pkg.go.dev/encoding/json, Unmarshal: "preferring exact matches
 * but also accepting case-insensitive matches"), and which readers in other languages ignore. Undefined where all are exact.
 */
export function misspelledMember(members: Readonly<Record<string, unknown>>, names: MemberNames): string | undefined {
  return Object.keys(members).find((member) => (names.get(fold(member)) ?? member) !== member);
}

/** Through upper case, where ſ (U+017F) becomes an S, to lower case, where K (U+212A) becomes a k, as Go folds both. */
function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}
