import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, parseDocument, Scalar, visit } from "yaml";
import { printable } from "../../text/redact.ts";
import { MAX_DEPTH } from "../../text/strict-json.ts";
import { canonicalJson, isJsonObject, type Json, jsonNumber } from "./json.ts";

/** Nodes and characters of scalars with aliases expanded: far above real documents, and low enough for an alias bomb. */
const MAX_NODES = 500_000;
const MAX_CHARACTERS = 16 * 1024 * 1024;

/** As in twenty thousand resources. Each token takes a kilobyte of memory and blocks the event loop for three microseconds. */
const MAX_TOKENS = 300_000;

/** A line break in Go, which indents the next line when it writes, and trims the whitespace around it when it reads. */
const LINE_SEPARATOR = /(?:(?<![ \t])[ \t]+)?([\u2028\u2029])[ \t]*/g;

/**
 * YAML as the OCM CLIs read it (sigs.k8s.io/yaml on go-yaml 2): the plain scalars of YAML 1.1, so that a bare `yes` is true, but
 * no dates and no sexagesimal numbers. Numbers keep their spelling where JSON has it. Time is linear in the length of the text
 * with its aliases expanded, and both are limited. Throws a SyntaxError.
 */
export function parseYaml(text: string): Json {
  if (hasTooManyTokens(text)) throw new SyntaxError("the document is too large for YAML");
  const source = text.replace(LINE_SEPARATOR, "$1");
  const document = parseDocument(source, {
    version: "1.1",
    schema: "failsafe",
    // The library compares each key with all others of its mapping, and copies the line of every error from the text.
    uniqueKeys: false,
    prettyErrors: false,
    // Not silent: the library would then read the first of several documents without an error.
    logLevel: "error",
  });
  const error = document.errors[0];
  if (error !== undefined) throw new SyntaxError(`${error.message} at ${placeOf(error.pos[0], source)}`);
  const targets = targetsOf(document);
  let nodes = 0;
  let characters = 0;
  let depth = 0;

  function convert(node: unknown): Json {
    if (isScalar(node)) characters += String(node.value ?? "").length;
    if (++nodes > MAX_NODES || characters > MAX_CHARACTERS)
      throw new SyntaxError("the document is too large with its aliases expanded");
    if (++depth > MAX_DEPTH) throw new SyntaxError(`the document is more than ${MAX_DEPTH} levels deep`);
    const value = convertNode(node);
    depth--;
    return value;
  }

  function convertNode(node: unknown): Json {
    if (isAlias(node)) return convert(targets.get(node));
    if (isSeq(node)) return node.items.map(convert);
    if (isMap(node)) return convertMap(node.items);
    return isScalar(node) ? scalar(node) : null;
  }

  /** A merge key takes effect at its position: its members override those above it, and are overridden by those below. */
  function convertMap(items: readonly { key: unknown; value: unknown }[]): Json {
    const members = new Map<string, Json>();
    const names = new Set<string>();
    for (const { key, value } of items) {
      const member = memberName(convert(key));
      if (names.has(member)) throw new SyntaxError(`the key ${printable(member, 80)} occurs twice in a mapping`);
      names.add(member);
      if (member === "<<" && isScalar(key) && key.type === Scalar.PLAIN) {
        for (const [inherited, content] of merged(convert(value))) members.set(inherited, content);
      } else members.set(member, convert(value));
    }
    return Object.fromEntries(members);
  }

  return convert(document.contents);
}

function placeOf(position: number, text: string): string {
  const before = text.slice(0, position);
  const line = before.split("\n").length;
  return `line ${line}, column ${position - before.lastIndexOf("\n")}`;
}

/** Counts separators of nodes: line breaks and whitespace once, flow indicators, which need no whitespace, twice. */
function hasTooManyTokens(text: string): boolean {
  let cost = 0;
  let isSpace = true;
  for (let at = 0; at < text.length && cost <= MAX_TOKENS; at++) {
    const character = text[at] ?? "";
    if (character === "\n" || (!isSpace && (character === " " || character === "\t"))) cost += 1;
    else if (character === "[" || character === "{" || character === ",") cost += 2;
    isSpace = character === " " || character === "\t" || character === "\n";
  }
  return cost > MAX_TOKENS;
}

/** The target of each alias: the last node before it with the anchor. The library's own lookup walks the document for each alias. */
function targetsOf(document: Document.Parsed): ReadonlyMap<Alias, unknown> {
  const anchors = new Map<string, unknown>();
  const targets = new Map<Alias, unknown>();
  visit(document, {
    Node(_, node) {
      if (isAlias(node)) {
        if (!anchors.has(node.source)) throw new SyntaxError(`there is no anchor ${node.source}`);
        targets.set(node, anchors.get(node.source));
      } else if (node.anchor !== undefined) anchors.set(node.anchor, node);
    },
  });
  return targets;
}

/** The members of one mapping or of several, of which the first wins. */
function merged(value: Json): [string, Json][] {
  const mappings = Array.isArray(value) ? value : [value];
  if (!mappings.every(isJsonObject)) throw new SyntaxError("a merge key does not refer to a mapping");
  return mappings.toReversed().flatMap((mapping) => Object.entries(mapping));
}

function memberName(name: Json): string {
  if (name === null || Array.isArray(name) || isJsonObject(name)) throw new SyntaxError("a key is not a string");
  const member = typeof name === "string" ? name : canonicalJson(name);
  if (member === "__proto__") throw new SyntaxError("the key __proto__ is not allowed");
  return member;
}

function scalar(node: Scalar): Json {
  const text = String(node.value ?? "");
  if (node.tag === undefined) return node.type === Scalar.PLAIN ? plain(text) : text;
  if (/:(?:int|float|bool|null)$/.test(node.tag)) return plain(text);
  if (node.tag.endsWith(":binary")) throw new SyntaxError("binary content is not supported");
  return text;
}

const NULLS = new Set(["", "~", "null", "Null", "NULL"]);
const TRUES = new Set(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]);
const FALSES = new Set(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]);
const NOT_IN_JSON = /^(?:[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN))$/;

function plain(text: string): Json {
  if (NULLS.has(text)) return null;
  if (TRUES.has(text)) return true;
  if (FALSES.has(text)) return false;
  if (NOT_IN_JSON.test(text)) throw new SyntaxError(`${text} is a number that JSON does not have`);
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(text)) return finite(text) ? jsonNumber(text) : text;
  const digits = /^[-+\d]/.test(text) ? text.replaceAll("_", "") : text;
  return integer(digits) ?? float(digits) ?? text;
}

const MAX_INTEGER = 2n ** 64n;

/** Digits of an integer, with leading zeros; the conversion of more takes more than linear time. */
const MAX_DIGITS = 400;

/** The spellings of integers that JSON does not have; `08` is invalid as an integer and becomes a float, as in Go. */
function integer(text: string): Json | undefined {
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]+|\d+)$/.exec(text);
  if (match === null) return undefined;
  const [, sign = "", digits = ""] = match;
  if (digits.length > MAX_DIGITS) return undefined;
  const octal = /^0[0-7]+$/.test(digits);
  if (/^0\d/.test(digits) && !octal) return undefined;
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits.toLowerCase());
  if (value >= MAX_INTEGER && digits.startsWith("0")) return undefined;
  return jsonNumber(String(sign === "-" ? -value : value));
}

function float(text: string): Json | undefined {
  if (!/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text) || !finite(text)) return undefined;
  return Number(text);
}

function finite(text: string): boolean {
  return Number.isFinite(Number(text));
}
