import { createHash } from "node:crypto";
import { gunzipSync, gzipSync } from "node:zlib";
import type { TomlTable } from "smol-toml";
import { errorCode } from "../../errors/transfer-error.ts";
import type { ProxySettings } from "../settings.ts";
import { readCdh, writeCdh } from "./cdh.ts";
import { type ConfigText, isRecord, lineAt, malformed, type ProxyConfigParts, uneditable } from "./config.ts";
import { lineBreakOf } from "./edits.ts";
import { originsIn } from "./toml/origins.ts";
import { tomlStatements } from "./toml/statements.ts";
import { parseToml, setTomlStrings } from "./toml/strings.ts";
import type { WrittenText } from "./written.ts";

const ALGORITHMS = ["sha256", "sha384", "sha512"];
const CDH = ["data", "cdh.toml"] as const;
const KEY = 'data."cdh.toml"';
const QUOTES = "'''";
/** Far above the size limit of an annotation. */
const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

export interface WrittenInitdata extends WrittenText {
  /** The measured digest, `sha256:…`, by the algorithm in the document. */
  readonly digest: string;
  /** base64(gzip), the value of `io.katacontainers.config.hypervisor.cc_init_data`. Deterministic. */
  readonly annotation: string;
}

/** Whether the text has, or was intended to have, the form of the annotation. */
export function looksEncoded(text: string): boolean {
  return /^\s*H4sI[A-Za-z0-9+/=\s]*$/.test(text);
}

/** Initdata as TOML, from plain text or base64(gzip). */
export function decodeInitdata({ origin, text }: ConfigText): ConfigText {
  if (!looksEncoded(text)) return { origin, text };
  const invalid = (problem: string) => malformed(origin, problem, "Copy the complete value of the annotation.");
  const base64 = text.replace(/\s/g, "");
  if (base64.length % 4 !== 0 || /=[^=]|={3}/.test(base64))
    throw invalid("This is not base64: characters are missing.");
  try {
    const bytes = gunzipSync(Buffer.from(base64, "base64"), { maxOutputLength: MAX_DOCUMENT_BYTES });
    return { origin, text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes) };
  } catch (error) {
    if (errorCode(error) === "ERR_BUFFER_TOO_LARGE")
      throw invalid(`It unpacks to more than ${MAX_DOCUMENT_BYTES} bytes.`);
    throw invalid("The base64 does not contain text in gzip, or is truncated.");
  }
}

export function encodeInitdata(text: string): string {
  const bytes = gzipSync(text, { level: 9 });
  // The header has no time, and the platform is removed too: RFC 1952, section 2.3.
  bytes.fill(0, 4, 8);
  bytes[9] = 255;
  return bytes.toString("base64");
}

export function readInitdata(encoded: ConfigText): ProxyConfigParts {
  const { cdh } = readDocument(decodeInitdata(encoded));
  return cdh === undefined ? {} : readCdh(cdh);
}

/** Writes the settings into the `cdh.toml` of an existing document without other changes, in the form of the document. */
export function writeInitdata(encoded: ConfigText, settings: ProxySettings): WrittenInitdata {
  const file = decodeInitdata(encoded);
  const { parsed, algorithm, literal, cdh } = readDocument(file);
  const origin = `${file.origin}, ${KEY}`;
  if (literal !== undefined && !literal.isLiteral) {
    throw uneditable(origin, `It is not written between ${QUOTES}.`, `Write it between ${QUOTES} and ${QUOTES}.`);
  }
  const lineBreak = lineBreakOf(file.text);
  const padding = literal?.padding ?? lineBreak;
  const { text, findings } = writeCdh(cdh ?? { origin, text: padding }, settings);
  const inner = text.slice(padding.length);
  if (inner.includes(QUOTES)) {
    throw uneditable(
      origin,
      `A value contains ${QUOTES}, which would end the document.`,
      "Remove invalid hosts from no-proxy.",
    );
  }
  const opening = literal === undefined || literal.text === "" ? QUOTES + lineBreak : literal.opening;
  const string = { key: CDH[1], value: inner, spelling: `${opening}${inner}${QUOTES}` };
  const document = setTomlStrings(file, CDH.slice(0, 1), [string], parsed);
  const annotation = encodeInitdata(document);
  return {
    text: looksEncoded(encoded.text) ? `${annotation}\n` : document,
    findings,
    digest: `${algorithm}:${createHash(algorithm).update(document).digest("hex")}`,
    annotation,
  };
}

/** `version`, `algorithm` and one string per file in `data`, as the attestation agent reads them. */
function readDocument(file: ConfigText) {
  const parsed = parseToml(file);
  const { version, algorithm, data } = parsed;
  const where = originsIn(file);
  const require = (isRight: boolean, path: readonly string[], problem: string, remedy: string) => {
    if (!isRight) throw malformed(where(path), problem, remedy);
  };
  require(typeof version === "string", [
    "version",
  ], "The version is missing or not in quotes.", 'Write version = "0.1.0".');
  require(ALGORITHMS.includes(String(algorithm)), [
    "algorithm",
  ], `The algorithm is not one of ${ALGORITHMS.join(", ")}.`, 'Write algorithm = "sha256".');
  require(isRecord(data), ["data"], "The section [data] is missing.", "Write it, with one string per file.");
  for (const [key, value] of Object.entries(data as TomlTable)) {
    require(typeof value === "string", ["data", key], "The value is not a string.", `Write it between ${QUOTES}.`);
  }
  const literal = literalOf(file, parsed);
  const cdh = literal && { origin: `${file.origin}, ${KEY}`, text: literal.padding + literal.text };
  return { parsed, algorithm: String(algorithm), literal, cdh };
}

/** The inner document, with leading line breaks, so that its line numbers are those of the outer one. */
function literalOf({ text }: ConfigText, { data }: TomlTable) {
  const inner = (data as TomlTable)[CDH[1]];
  if (typeof inner !== "string") return undefined;
  const statement = tomlStatements(text).find(({ path }) => path.join() === CDH.join());
  const raw = text.slice(statement?.valueStart, statement?.valueEnd);
  const opening = /^'''(?:\r?\n)?/.exec(raw)?.[0] ?? "";
  const lines = statement === undefined ? 0 : lineAt(text, statement.valueStart + opening.length) - 1;
  return {
    text: inner,
    opening,
    isLiteral: raw === `${opening}${inner}${QUOTES}`,
    padding: lineBreakOf(text).repeat(lines),
  };
}
