import type { Finding } from "../../errors/finding.ts";
import type { TransferError } from "../../errors/transfer-error.ts";
import { exportedNoProxy } from "../export.ts";
import type { ProxySettings, Setting } from "../settings.ts";
import { type ConfigText, lineAt, malformed, type ProxyConfigParts, uneditable } from "./config.ts";
import { applyEdits, type Edit, lineBreakOf } from "./edits.ts";

interface Assignment {
  readonly key: string;
  readonly value: string;
  /** Offsets of the complete line, and of the value with its quotes. */
  readonly start: number;
  readonly end: number;
  readonly valueStart: number;
  readonly valueEnd: number;
}

const NOTHING = /[ \t]*(?:#[^\r\n]*)?(?:\r?\n|$)/y;
const COMMENT = "[ \\t]*(?:(?<=[ \\t])#[^\\r\\n]*)?";
const ASSIGNMENT = new RegExp(
  `[ \\t]*(?:export[ \\t]+)?([A-Za-z_][\\w.-]*)[ \\t]*=[ \\t]*("(?:[^"\\\\]|\\\\[\\s\\S])*"|'[^']*'|(?!["'])[^\\r\\n]*)(?:(?<=["'])${COMMENT})?(?:\\r?\\n|$)`,
  "dy",
);

/** The proxy variables of an environment file, in either spelling, as a shell would read them, without expansion. */
export function readEnv(file: ConfigText): ProxyConfigParts {
  const assignments = assignmentsOf(file);
  const findings: Finding[] = [];
  const find = (name: string): Setting | undefined => {
    const own = assignments.filter(({ key }) => key.toLowerCase() === name && isSpelling(key));
    // As in an environment: the last assignment counts, upper case takes precedence, empty is unset.
    const inOrder = own.toReversed().toSorted((one, other) => Number(isLower(one.key)) - Number(isLower(other.key)));
    const first = inOrder.find(({ value }) => value !== "");
    if (first === undefined) return undefined;
    const other = own.find(({ value }) => value !== "" && value !== first.value);
    if (other !== undefined) findings.push(differs(file, first, other));
    return { value: first.value, from: `${file.origin}, line ${lineAt(file.text, first.start)}, ${first.key}` };
  };
  return { httpProxy: find("http_proxy"), httpsProxy: find("https_proxy"), noProxy: find("no_proxy"), findings };
}

/** Writes the settings into an environment file: in place of existing ones, otherwise at the end. */
export function writeEnv(file: ConfigText, settings: ProxySettings): string {
  const { origin, text } = file;
  const values: [string, string | undefined][] = [
    ["http_proxy", settings.httpProxy?.href],
    ["https_proxy", settings.httpsProxy?.href],
    ["no_proxy", exportedNoProxy(settings)],
  ];
  const assignments = assignmentsOf(file);
  const edits: Edit[] = [];
  const added: string[] = [];
  for (const [name, value] of values) {
    const own = assignments.filter(({ key }) => key.toLowerCase() === name && isSpelling(key));
    edits.push(...own.map((assignment) => editOf(assignment, value, file)));
    if (own.length === 0 && value !== undefined) added.push(`${name}=${quote(value, `${origin}, ${name}`)}`);
  }
  const lineBreak = lineBreakOf(text);
  const edited = applyEdits(text, edits);
  if (added.length === 0) return edited;
  const gap = edited === "" || edited.endsWith("\n") ? "" : lineBreak;
  return `${edited}${gap}${added.join(lineBreak)}${lineBreak}`;
}

/** Whether a line is an assignment and none is a section, also in an invalid file. */
export function looksLikeEnv(text: string): boolean {
  return /^[ \t]*(?:export[ \t]+)?[A-Za-z_][\w.-]*[ \t]*=/m.test(text) && !/^[ \t]*\[/m.test(text);
}

function assignmentsOf({ origin, text }: ConfigText): readonly Assignment[] {
  const assignments: Assignment[] = [];
  let start = text.startsWith("\ufeff") ? 1 : 0;
  while (start < text.length) {
    const lineEnd = endOf(NOTHING, text, start);
    if (lineEnd !== undefined) {
      start = lineEnd;
      continue;
    }
    ASSIGNMENT.lastIndex = start;
    const match = ASSIGNMENT.exec(text);
    if (match === null) throw noAssignment(origin, text, start);
    const [, key = "", matched = ""] = match;
    const [valueStart] = match.indices?.[2] ?? [start];
    const raw = /^["']/.test(matched) ? matched : withoutComment(matched, text.charAt(valueStart - 1));
    const [end, valueEnd] = [ASSIGNMENT.lastIndex, valueStart + raw.length];
    assignments.push({ key, value: unquote(raw), start, end, valueStart, valueEnd });
    start = ASSIGNMENT.lastIndex;
  }
  return assignments;
}

/** After whitespace, # starts a comment. */
function withoutComment(rest: string, before: string): string {
  const comment = (before + rest).search(/[ \t]#/);
  return (comment < 0 ? rest : rest.slice(0, comment)).trimEnd();
}

function endOf(pattern: RegExp, text: string, start: number): number | undefined {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : undefined;
}

function noAssignment(origin: string, text: string, start: number): TransferError {
  const [, key, quoteMark] =
    /^[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*(["'])?/.exec(text.slice(start)) ?? [];
  const where = `${origin}, line ${lineAt(text, start)}${key === undefined ? "" : `, ${key}`}`;
  return quoteMark === undefined
    ? malformed(where, "The line is not of the form key=value.", "Write key=value, or # before a comment.")
    : malformed(
        where,
        `The value starts with ${quoteMark} and does not end with it.`,
        "Write the complete value between one pair of quotes, or without quotes.",
      );
}

function unquote(raw: string): string {
  if (raw.startsWith("'")) return raw.slice(1, -1);
  if (!raw.startsWith('"')) return raw;
  return raw.slice(1, -1).replace(/\\(?:([\\"$`])|\r?\n)/g, (_whole, char = "") => char);
}

/** Shells source files of this kind, and expand and execute unquoted text. */
function quote(value: string, where: string): string {
  if (/^[\w.:/@%,[\]*-]*$/.test(value)) return value;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: such a value would not stay on its line
  if (!/['\u0000-\u001f]/.test(value)) return `'${value}'`;
  throw uneditable(where, "The value contains a quote or a control character.", "Remove invalid hosts from no-proxy.");
}

function editOf(assignment: Assignment, value: string | undefined, { origin, text }: ConfigText): Edit {
  const { key, start, end, valueStart, valueEnd } = assignment;
  if (value === undefined) return { start, end, text: "" };
  if (assignment.value === value) return { start: valueStart, end: valueStart, text: "" };
  return { start: valueStart, end: valueEnd, text: quote(value, `${origin}, line ${lineAt(text, start)}, ${key}`) };
}

function differs({ origin, text }: ConfigText, followed: Assignment, other: Assignment): Finding {
  const [line, otherLine] = [lineAt(text, followed.start), lineAt(text, other.start)];
  return {
    code: "PROXY_CONFIG_DIFFERS",
    message: `In ${origin}, ${other.key} of line ${otherLine} and ${followed.key} of line ${line} differ. This run uses line ${line}.`,
    remedy: "Remove one of the two lines.",
  };
}

const isLower = (key: string): boolean => key === key.toLowerCase();
const isSpelling = (key: string): boolean => isLower(key) || key === key.toUpperCase();
