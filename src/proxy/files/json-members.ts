import { applyEdits, type Edit, lineBreakOf } from "./edits.ts";

interface Member {
  readonly key: string;
  readonly keyStart: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

/** The text of valid JSON with one member set, or removed where `value` is undefined, and nothing else touched. */
export function setJsonMember(text: string, path: readonly string[], value: string | undefined): string {
  return applyEdits(text, editAt(text, skipSpace(text, 0), path, value, ""));
}

function editAt(
  text: string,
  objectStart: number,
  [key = "", ...below]: readonly string[],
  value: string | undefined,
  indent: string,
): readonly Edit[] {
  const { members, end } = membersOf(text, objectStart);
  // Of several with one name, the last one counts.
  const index = members.findLastIndex((member) => member.key === key);
  const member = members[index];
  if (member !== undefined && below.length > 0)
    return editAt(text, member.valueStart, below, value, indent + indentOf(text));
  if (value === undefined) return member === undefined ? [] : [removal(members, index, objectStart, end)];
  if (member !== undefined) return [{ start: member.valueStart, end: member.valueEnd, text: JSON.stringify(value) }];
  return [insertion(text, { members, start: objectStart, end, indent }, key, nested(below, value))];
}

interface JsonObjectText {
  readonly members: readonly Member[];
  readonly start: number;
  readonly end: number;
  readonly indent: string;
}

/** Behind the last member, and with the same white space before it. */
function insertion(text: string, { members, start, end, indent }: JsonObjectText, key: string, value: unknown): Edit {
  const [unit, lineBreak] = [indentOf(text), lineBreakOf(text)];
  const last = members.at(-1);
  const lead =
    last === undefined ? (unit === "" ? "" : `${lineBreak}${indent}${unit}`) : spaceBefore(text, last.keyStart);
  const isOnLines = lead.includes("\n");
  const inner = `${lineBreak}${lead.slice(lead.lastIndexOf("\n") + 1)}`;
  const rendered = JSON.stringify(value, null, isOnLines ? unit : "").replaceAll("\n", inner);
  const member = `${lead}${JSON.stringify(key)}:${isOnLines ? " " : ""}${rendered}`;
  if (last !== undefined) return { start: last.valueEnd, end: last.valueEnd, text: `,${member}` };
  return { start: start + 1, end: end - 1, text: isOnLines ? `${member}${lineBreak}${indent}` : member };
}

function removal(members: readonly Member[], index: number, start: number, end: number): Edit {
  const [before, member, after] = [members[index - 1], members[index], members[index + 1]];
  if (before !== undefined) return { start: before.valueEnd, end: member?.valueEnd ?? end, text: "" };
  if (after !== undefined) return { start: member?.keyStart ?? start, end: after.keyStart, text: "" };
  return { start: start + 1, end: end - 1, text: "" };
}

function nested(path: readonly string[], value: string): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

/** One level of it, or nothing where all stands on one line. */
function indentOf(text: string): string {
  return /\n([ \t]+)"/.exec(text)?.[1] ?? (text.trim().includes("\n") ? "\t" : "");
}

function membersOf(text: string, objectStart: number): { readonly members: readonly Member[]; readonly end: number } {
  const members: Member[] = [];
  let position = skipSpace(text, objectStart + 1);
  while (text[position] !== "}") {
    const keyStart = position;
    const keyEnd = valueEndOf(text, keyStart);
    const valueStart = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const valueEnd = valueEndOf(text, valueStart);
    members.push({ key: JSON.parse(text.slice(keyStart, keyEnd)), keyStart, valueStart, valueEnd });
    position = skipSpace(text, valueEnd);
    if (text[position] === ",") position = skipSpace(text, position + 1);
  }
  return { members, end: position + 1 };
}

function spaceBefore(text: string, end: number): string {
  let start = end;
  while (/\s/.test(text[start - 1] ?? "")) start--;
  return text.slice(start, end);
}

function skipSpace(text: string, position: number): number {
  const space = /\s*/y;
  space.lastIndex = position;
  space.test(text);
  return space.lastIndex;
}

function valueEndOf(text: string, start: number): number {
  const token = /"[^"\\]*(?:\\.[^"\\]*)*"?|[{}[\]]|[^\s"{}[\],:]+/gs;
  token.lastIndex = start;
  let depth = 0;
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    if (/^[{[]/.test(match[0])) depth++;
    if (/^[}\]]/.test(match[0])) depth--;
    if (depth === 0) return token.lastIndex;
  }
  return text.length;
}
