import { isDeepStrictEqual } from "node:util";
import { parse, type TomlTable } from "smol-toml";
import { errorMessage } from "../../../errors/transfer-error.ts";
import { type ConfigText, isRecord, lineAt, malformed, uneditable } from "../config.ts";
import { applyEdits, type Edit, lineBreakOf } from "../edits.ts";
import { type TomlStatement, tomlStatements } from "./statements.ts";

export interface TomlString {
  readonly key: string;
  /** Undefined removes it. */
  readonly value: string | undefined;
  /** How it is written; default a basic string. */
  readonly spelling?: string;
}

/** Throws where it is no TOML, with the line and without the parser's words, which quote the document. */
export function parseToml({ origin, text }: ConfigText): TomlTable {
  try {
    return parse(text, { integersAsBigInt: true });
  } catch (error) {
    const line = (error as { line?: unknown }).line;
    const problem = /^Invalid TOML document: ([^\n]*)/.exec(errorMessage(error))?.[1] ?? "it is nested too deeply";
    throw malformed(
      typeof line === "number" ? `${origin}, line ${line}` : origin,
      `This is no TOML: ${problem}.`,
      "Correct the line; strings stand in quotes.",
    );
  }
}

/**
 * Sets strings of a table. Bytes outside their values stay as they are: a measured document must not change where nobody asked for it.
 * The outcome is read back, and refused where it says anything but what was meant.
 */
export function setTomlStrings(
  file: ConfigText,
  table: readonly string[],
  strings: readonly TomlString[],
  parsed: TomlTable = parseToml(file),
): string {
  const { origin, text } = file;
  const statements = tomlStatements(text);
  const solid = statements.find(({ kind, path }) => kind !== "table" && isPrefix(path, table));
  if (solid !== undefined) {
    throw uneditable(
      `${origin}, line ${lineAt(text, solid.keyStart)}, ${solid.path.join(".")}`,
      `Its value is written in one piece, and [${table.join(".")}] cannot be changed inside of it.`,
      `Write it as a section, [${table.join(".")}].`,
    );
  }
  const edited = applyEdits(text, editsOf(text, statements, table, strings, parsed));
  const expected = withStrings(parsed, table, strings);
  if (isDeepStrictEqual(readBack(edited, table), expected)) return edited;
  throw uneditable(
    origin,
    `What [${table.join(".")}] has to say cannot be written into this document without changing something else.`,
    `Write it as a section, [${table.join(".")}], with one line per key.`,
  );
}

function editsOf(
  text: string,
  statements: readonly TomlStatement[],
  table: readonly string[],
  strings: readonly TomlString[],
  parsed: TomlTable,
): readonly Edit[] {
  const own = statements.filter(
    ({ kind, path }) => kind === "value" && path.length === table.length + 1 && isPrefix(table, path),
  );
  const current = tableAt(parsed, table) ?? {};
  const edits: Edit[] = [];
  const added: string[] = [];
  for (const { key, value, spelling = JSON.stringify(value ?? "") } of strings) {
    const statement = own.find(({ path }) => path.at(-1) === key);
    if (statement === undefined) {
      if (value !== undefined) added.push(`${quoteKey(key)} = ${spelling}`);
    } else if (value === undefined) {
      edits.push(removal(text, statement));
    } else if (current[key] !== value) {
      edits.push({ start: statement.valueStart, end: statement.valueEnd, text: spelling });
    }
  }
  if (added.length === 0) return edits;
  const header = statements.find(({ kind, path }) => kind === "table" && isDeepStrictEqual(path, table));
  const alike = own.findLast(({ path }) => strings.some(({ key }) => key === path.at(-1)));
  const anchor = alike ?? header ?? own.at(-1);
  return [...edits, anchor === undefined ? newSection(text, table, added) : insertion(text, anchor, added)];
}

/** Behind a key or header, indented like it and below the same dotted keys. */
function insertion(text: string, { kind, lineStart, keyStart, lastKeyStart, lineEnd }: TomlStatement, lines: string[]) {
  const before = text.slice(lineStart, kind === "value" ? lastKeyStart : keyStart).replace(/^\ufeff|\[[ \t]*$/g, "");
  const above = text.slice(0, lineEnd);
  const lineBreak = above.endsWith("\r\n") ? "\r\n" : above.endsWith("\n") ? "\n" : lineBreakOf(text);
  const block = lines.map((line) => before + line).join(lineBreak);
  return { start: lineEnd, end: lineEnd, text: above.endsWith("\n") ? block + lineBreak : lineBreak + block };
}

function newSection(text: string, table: readonly string[], lines: readonly string[]): Edit {
  const lineBreak = lineBreakOf(text);
  const gap = text === "" ? "" : text.endsWith("\n") ? lineBreak : lineBreak + lineBreak;
  const section = [`[${table.map(quoteKey).join(".")}]`, ...lines, ""].join(lineBreak);
  return { start: text.length, end: text.length, text: gap + section };
}

/** With the whole line, but for a comment. */
function removal(text: string, { lineStart, keyStart, valueEnd, lineEnd }: TomlStatement): Edit {
  const behind = /^[ \t]*(?=#)/.exec(text.slice(valueEnd, lineEnd));
  return behind === null
    ? { start: lineStart, end: lineEnd, text: "" }
    : { start: keyStart, end: valueEnd + behind[0].length, text: "" };
}

function withStrings(parsed: TomlTable, table: readonly string[], strings: readonly TomlString[]): TomlTable {
  const [name, ...rest] = table;
  if (name !== undefined) {
    const below = parsed[name];
    return { ...parsed, [name]: withStrings(isRecord(below) ? (below as TomlTable) : {}, rest, strings) };
  }
  const entries = strings.map(({ key, value }) => [key, value] as const);
  const changed = Object.entries({ ...parsed, ...Object.fromEntries(entries) });
  return Object.fromEntries(changed.flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}

/** In the same shape as `withStrings` gives: the table is there, be it empty. Undefined for what is no TOML any more. */
function readBack(text: string, table: readonly string[]): TomlTable | undefined {
  try {
    return withStrings(parse(text, { integersAsBigInt: true }), table, []);
  } catch {
    return undefined;
  }
}

function tableAt(parsed: TomlTable, table: readonly string[]): TomlTable | undefined {
  const [name, ...rest] = table;
  if (name === undefined) return parsed;
  const below = parsed[name];
  return isRecord(below) ? tableAt(below as TomlTable, rest) : undefined;
}

const isPrefix = (prefix: readonly string[], path: readonly string[]): boolean =>
  prefix.length <= path.length && prefix.every((key, index) => key === path[index]);

const quoteKey = (key: string): string => (/^[\w-]+$/.test(key) ? key : JSON.stringify(key));
