import { parse } from "smol-toml";

/** A header or a key with its value, with offsets into the text. */
export interface TomlStatement {
  readonly kind: "table" | "array" | "value";
  /** From the root of the document; below `[[name]]`, with the index of the element. */
  readonly path: readonly string[];
  readonly lineStart: number;
  readonly keyStart: number;
  /** Where the last of several dotted keys begins. */
  readonly lastKeyStart: number;
  /** Behind the closing brackets, of a header. */
  readonly valueStart: number;
  readonly valueEnd: number;
  /** Behind the line break. */
  readonly lineEnd: number;
}

/**
 * The statements of a document that a TOML parser has accepted (https://toml.io/en/v1.0.0); the result for any other is undefined.
 * Parsers with ranges exist, and tests compare with one (toml-eslint-parser); but that fails on a string of more than 125,000 characters,
 * and a policy in initdata can be longer.
 */
export function tomlStatements(text: string): readonly TomlStatement[] {
  const statements: TomlStatement[] = [];
  const elements = new Map<string, number>();
  let table: readonly string[] = [];
  let position = skip(/\ufeff?/y, text, 0);
  for (;;) {
    position = skip(/(?:[ \t\r\n]+|#[^\n]*)*/y, text, position);
    if (position >= text.length) return statements;
    const kind = text.startsWith("[[", position) ? "array" : text.startsWith("[", position) ? "table" : "value";
    const lineStart = text.lastIndexOf("\n", position) + 1;
    const { keys, start, lastStart, end } = readKeys(text, position + { array: 2, table: 1, value: 0 }[kind]);
    if (kind !== "value") table = tablePath(keys, kind, elements);
    const valueStart = skip(kind === "value" ? /[ \t]*=[ \t]*/y : /[ \t]*\]+/y, text, end);
    const valueEnd = kind === "value" ? valueEndOf(text, valueStart) : valueStart;
    const lineEnd = skip(/[^\n]*\n?/y, text, valueEnd);
    statements.push({
      kind,
      path: kind === "value" ? [...table, ...keys] : table,
      lineStart,
      keyStart: start,
      lastKeyStart: lastStart,
      valueStart,
      valueEnd,
      lineEnd,
    });
    position = lineEnd;
  }
}

function skip(pattern: RegExp, text: string, position: number): number {
  pattern.lastIndex = position;
  return pattern.test(text) ? pattern.lastIndex : position;
}

function readKeys(text: string, position: number) {
  const keys: string[] = [];
  const start = skip(/[ \t]*/y, text, position);
  let lastStart = start;
  for (;;) {
    const end = isQuote(text[lastStart]) ? stringEnd(text, lastStart) : skip(/[\w-]+/y, text, lastStart);
    keys.push(keyOf(text.slice(lastStart, end)));
    const next = skip(/[ \t]*\.[ \t]*/y, text, end);
    if (next === end) return { keys, start, lastStart, end };
    lastStart = next;
  }
}

function keyOf(raw: string): string {
  return isQuote(raw[0]) ? String(parse(`key = ${raw}`).key) : raw;
}

/** Below an array of tables, a header means the last element so far. */
function tablePath(keys: readonly string[], kind: "array" | "table", elements: Map<string, number>): readonly string[] {
  const path: string[] = [];
  keys.forEach((key, index) => {
    path.push(key);
    const name = JSON.stringify(path);
    const count = elements.get(name);
    if (kind === "array" && index === keys.length - 1) {
      elements.set(name, (count ?? 0) + 1);
      path.push(String(count ?? 0));
    } else if (count !== undefined) {
      path.push(String(count - 1));
    }
  });
  return path;
}

const isQuote = (char: string | undefined): boolean => char === '"' || char === "'";

function valueEndOf(text: string, start: number): number {
  if (isQuote(text[start])) return stringEnd(text, start);
  if (text[start] === "[" || text[start] === "{") return bracketEnd(text, start);
  const end = skip(/[^#\r\n]*/y, text, start);
  return start + text.slice(start, end).trimEnd().length;
}

function bracketEnd(text: string, start: number): number {
  const token = /["'[\]{}#]/g;
  token.lastIndex = start;
  let depth = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [char] = match;
    if (isQuote(char)) token.lastIndex = stringEnd(text, match.index);
    else if (char === "#") token.lastIndex = skip(/[^\n]*/y, text, match.index);
    else depth += char === "[" || char === "{" ? 1 : -1;
    if (depth === 0) return token.lastIndex;
  }
  return text.length;
}

/** Three quotes end a multi-line string, and up to two more just before them belong to it. */
function stringEnd(text: string, start: number): number {
  const quote = text[start] === "'" ? "'" : '"';
  const isMultiLine = text.startsWith(quote.repeat(3), start);
  const closing = isMultiLine ? `${quote}{3,5}` : quote;
  const token = new RegExp(quote === '"' ? `\\\\[\\s\\S]|${closing}` : closing, "g");
  token.lastIndex = start + (isMultiLine ? 3 : 1);
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (!match[0].startsWith("\\")) return token.lastIndex;
  }
  return text.length;
}
