import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, parseDocument, Scalar, visit } from "yaml";
import { canonicalJson, isJsonObject, type Json, jsonNumber } from "./json.ts";

/** More nodes than any component descriptor has, and few enough to stop an alias bomb. */
const MOST_NODES = 5_000_000;

/** As many as fifty thousand resources have, and half a kilobyte or more of memory for each in the library. */
const MOST_TOKENS = 2_000_000;

/** A line break to Go, which indents what follows when it writes, and takes blanks around it away when it reads. */
const LINE_SEPARATOR = /(?:(?<![ \t])[ \t]+)?([\u2028\u2029])[ \t]*/g;

/**
 * YAML as the OCM CLIs read it (sigs.k8s.io/yaml on go-yaml 2): the plain scalars of YAML 1.1, so that a bare `yes` is true, but
 * no dates and no sexagesimal numbers. Numbers keep their spelling where JSON has it.
 */
export function parseYaml(text: string, mostNodes: number = MOST_NODES): Json {
  if (isTooMuch(text)) throw new SyntaxError("the document is too large to be read as YAML");
  // Not silent: the library would then take the first of several documents and say nothing.
  const document = parseDocument(text.replace(LINE_SEPARATOR, "$1"), {
    version: "1.1",
    schema: "failsafe",
    uniqueKeys: true,
    logLevel: "error",
  });
  const error = document.errors[0];
  if (error !== undefined) throw new SyntaxError(error.message);
  let nodes = 0;
  const targets = targetsOf(document);

  function convert(node: unknown): Json {
    if (++nodes > mostNodes) throw new SyntaxError("the document is too large when its aliases are followed");
    if (node === null || node === undefined) return null;
    if (isAlias(node)) return convert(targets.get(node));
    if (isSeq(node)) return node.items.map(convert);
    if (isMap(node)) return convertMap(node.items);
    return isScalar(node) ? scalar(node) : null;
  }

  /** A merge key takes effect where it stands: what it brings in wins over what is above it, and loses to what is below. */
  function convertMap(items: readonly { key: unknown; value: unknown }[]): Json {
    const members = new Map<string, Json>();
    const names = new Set<string>();
    for (const { key, value } of items) {
      const name = convert(key);
      if (name === "<<" && isScalar(key) && key.type === Scalar.PLAIN) {
        for (const [inherited, content] of merged(convert(value))) members.set(inherited, content);
        continue;
      }
      const member = memberName(name);
      if (names.has(member)) throw new SyntaxError(`the key ${member} stands twice in a mapping`);
      names.add(member);
      members.set(member, convert(value));
    }
    return Object.fromEntries(members);
  }

  return convert(document.contents);
}

/** Counts what can stand between two nodes: line breaks and blanks once, flow indicators, which need no blanks, twice. */
function isTooMuch(text: string): boolean {
  let cost = 0;
  let isBlank = true;
  for (let at = 0; at < text.length && cost <= MOST_TOKENS; at++) {
    const character = text[at] ?? "";
    if (character === "\n" || (!isBlank && (character === " " || character === "\t"))) cost += 1;
    else if (character === "[" || character === "{" || character === ",") cost += 2;
    isBlank = character === " " || character === "\t" || character === "\n";
  }
  return cost > MOST_TOKENS;
}

/** What each alias stands for: the last node before it that has the anchor. The library's own lookup walks the document for each. */
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
  if (!mappings.every(isJsonObject)) throw new SyntaxError("a merge key merges something that is no mapping");
  return mappings.toReversed().flatMap((mapping) => Object.entries(mapping));
}

function memberName(name: Json): string {
  if (name === null || Array.isArray(name) || isJsonObject(name)) throw new SyntaxError("a key is no string");
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

const LARGEST_INTEGER = 2n ** 64n;

/** The spellings of integers that JSON does not have; `08` is none of them and becomes a float, as in Go. */
function integer(text: string): Json | undefined {
  const match = /^([-+]?)(0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|0[0-7]+|\d+)$/.exec(text);
  if (match === null) return undefined;
  const [, sign = "", digits = ""] = match;
  const octal = /^0[0-7]+$/.test(digits);
  if (/^0\d/.test(digits) && !octal) return undefined;
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits.toLowerCase());
  if (value >= LARGEST_INTEGER && digits.startsWith("0")) return undefined;
  return jsonNumber(String(sign === "-" ? -value : value));
}

function float(text: string): Json | undefined {
  if (!/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text) || !finite(text)) return undefined;
  return Number(text);
}

function finite(text: string): boolean {
  return Number.isFinite(Number(text));
}
