import { type Alias, type Document, isAlias, isMap, isScalar, isSeq, parseDocument, Scalar } from "yaml";
import { isJsonObject, type Json, jsonNumber } from "./json.ts";

/** More nodes than any component descriptor has, and few enough to stop an alias bomb. */
const MOST_NODES = 5_000_000;

/**
 * YAML as the OCM CLIs read it (sigs.k8s.io/yaml on go-yaml 2): the plain scalars of YAML 1.1, so that a bare `yes` is true, but
 * no dates and no sexagesimal numbers. Numbers keep their spelling where JSON has it.
 */
export function parseYaml(text: string): Json {
  const document = parseDocument(text, { version: "1.1", schema: "failsafe", uniqueKeys: true, logLevel: "silent" });
  const error = document.errors[0];
  if (error !== undefined) throw new SyntaxError(error.message);
  let nodes = 0;

  function convert(node: unknown): Json {
    if (++nodes > MOST_NODES) throw new SyntaxError("the document is too large when its aliases are followed");
    if (node === null || node === undefined) return null;
    if (isAlias(node)) return convert(resolved(node, document));
    if (isSeq(node)) return node.items.map(convert);
    if (isMap(node)) return convertMap(node.items);
    return isScalar(node) ? scalar(node) : null;
  }

  function convertMap(items: readonly { key: unknown; value: unknown }[]): Json {
    const members: [string, Json][] = [];
    const merged: Json[] = [];
    for (const { key, value } of items) {
      const name = convert(key);
      if (name === "<<" && isScalar(key) && key.type === Scalar.PLAIN) merged.push(convert(value));
      else if (name === "__proto__") throw new SyntaxError("the key __proto__ is not allowed");
      else members.push([typeof name === "string" ? name : JSON.stringify(name), convert(value)]);
    }
    const inherited = merged.flat().filter(isJsonObject);
    return Object.assign({}, ...inherited.toReversed(), Object.fromEntries(members));
  }

  return convert(document.contents);
}

function resolved(alias: Alias, document: Document.Parsed): unknown {
  return alias.resolve(document);
}

function scalar(node: Scalar): Json {
  const text = String(node.value ?? "");
  const isPlain = node.type === Scalar.PLAIN && node.tag === undefined;
  return isPlain ? plain(text) : text;
}

const NULLS = new Set(["", "~", "null", "Null", "NULL"]);
const TRUES = new Set(["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"]);
const FALSES = new Set(["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"]);

function plain(text: string): Json {
  if (NULLS.has(text)) return null;
  if (TRUES.has(text)) return true;
  if (FALSES.has(text)) return false;
  if (/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d+)?$/.test(text)) return finite(text) ? jsonNumber(text) : text;
  return integer(text.replaceAll("_", "")) ?? float(text) ?? text;
}

/** The spellings of integers that JSON does not have; `08` is none of them and becomes a float, as in Go. */
function integer(text: string): Json | undefined {
  const match = /^([-+]?)(0x[0-9a-fA-F]+|0b[01]+|0o[0-7]+|0[0-7]+|\d+)$/.exec(text);
  if (match === null) return undefined;
  const [, sign = "", digits = ""] = match;
  const octal = /^0[0-7]+$/.test(digits);
  if (/^0\d/.test(digits) && !octal) return float(text);
  const value = BigInt(octal ? `0o${digits.slice(1)}` : digits);
  return jsonNumber(String(sign === "-" ? -value : value));
}

function float(text: string): Json | undefined {
  if (!/^[-+]?(?:\.\d+|\d+(?:\.\d*)?)(?:[eE][-+]?\d+)?$/.test(text) || !finite(text)) return undefined;
  return Number(text);
}

function finite(text: string): boolean {
  return Number.isFinite(Number(text));
}
