import { printable } from "./redact.ts";

/** Far deeper than any document of OCI or OCM, and shallow enough for whatever walks one by recursion. */
export const MAX_DEPTH = 1000;

/** Values of one document. A list of nothing is two characters long, and a hundred bytes in memory. */
const MAX_VALUES = 1_000_000;

type Reviver = (key: string, value: unknown, context: { readonly source: string }) => unknown;

/** Valid JSON that readers would take for different documents. */
export class AmbiguousJson extends SyntaxError {}

/**
 * Parses JSON that has one reading only (RFC 8259, 4: what a name that stands twice means depends on the reader), with work in proportion
 * to its length. Throws a SyntaxError, and an AmbiguousJson for what is JSON otherwise.
 */
export function parseStrictJson(text: string, reviver?: Reviver): unknown {
  const ambiguity = findAmbiguity(text);
  // TypeScript's library does not declare the third parameter yet (TC39, JSON.parse source text access).
  const document: unknown = JSON.parse(text, reviver as (key: string, value: unknown) => unknown);
  if (ambiguity !== undefined) throw new AmbiguousJson(ambiguity);
  return document;
}

/** One pass over the text, before anything is made of it. */
function findAmbiguity(text: string): string | undefined {
  /** Names of the objects that are open; a list has none. */
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

/** Where the closing quote stands, or the text ends. */
function stringEnd(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at;
}

function addName(names: Set<string> | undefined, literal: string): string | undefined {
  const name = literal.includes("\\") ? String(JSON.parse(literal)) : literal.slice(1, -1);
  // Whatever copies members one by one would change the prototype of the copy.
  if (name === "__proto__") return "the key __proto__ is not allowed";
  if (names?.has(name)) return `the key ${printable(JSON.stringify(name), 80)} stands twice in an object`;
  names?.add(name);
  return undefined;
}

/** The names of a specification, by what Go's encoding/json makes of them. */
export type MemberNames = ReadonlyMap<string, string>;

export function memberNames(...names: readonly string[]): MemberNames {
  return new Map(names.map((name) => [fold(name), name]));
}

/**
 * A member such as `Layers`, which Go's encoding/json takes for `layers` (pkg.go.dev/encoding/json, Unmarshal: "preferring exact matches
 * but also accepting case-insensitive matches"), and which readers in other languages pass over.
 */
export function misspelledMember(members: Readonly<Record<string, unknown>>, names: MemberNames): string | undefined {
  return Object.keys(members).find((member) => (names.get(fold(member)) ?? member) !== member);
}

/** Through upper case, where ſ (U+017F) becomes an S, to lower case, where K (U+212A) becomes a k, as Go folds both. */
function fold(name: string): string {
  return name.toUpperCase().toLowerCase();
}
