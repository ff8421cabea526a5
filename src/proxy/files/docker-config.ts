import { isDeepStrictEqual } from "node:util";
import { applyEdits, type FormattingOptions, modify } from "jsonc-parser";
import { errorMessage } from "../../errors/transfer-error.ts";
import { exportedNoProxy } from "../export.ts";
import type { ProxySettings, Setting } from "../settings.ts";
import { type ConfigText, isRecord, malformed, type ProxyConfigParts, uneditable } from "./config.ts";
import { lineBreakOf } from "./edits.ts";
import type { WrittenText } from "./written.ts";

const DEFAULT_DAEMON = "unix:///var/run/docker.sock";
const KEYS = ["httpProxy", "httpsProxy", "noProxy"] as const;
type JsonObject = Readonly<Record<string, unknown>>;

/** `proxies` of a docker config.json: those of the daemon in use, else the default ones (docker/cli, `ParseProxyConfig`). */
export function readDockerConfig(file: ConfigText, daemon: string = DEFAULT_DAEMON): ProxyConfigParts {
  const { proxies } = parseObject(file);
  const all = objectIn(proxies, `${file.origin}, proxies`);
  const name = Object.hasOwn(all, daemon) ? daemon : "default";
  const from = `${file.origin}, proxies.${name}`;
  const own = objectIn(all[name], from);
  const read = (key: (typeof KEYS)[number]): Setting | undefined => {
    const value = own[key];
    if (value === undefined) return undefined;
    if (typeof value !== "string") throw malformed(`${from}.${key}`, "The value is no string.", `Write "${key}": "…".`);
    return { value, from: `${from}.${key}` };
  };
  return { httpProxy: read("httpProxy"), httpsProxy: read("httpsProxy"), noProxy: read("noProxy") };
}

/** The settings as `proxies.default`, in a new file or in the one that is there, of which everything else stays. */
export function writeDockerConfig(file: ConfigText, settings: ProxySettings): WrittenText {
  const values = {
    httpProxy: settings.httpProxy?.href,
    httpsProxy: settings.httpsProxy?.href,
    noProxy: exportedNoProxy(settings),
  };
  if (file.text.trim() === "") {
    return { text: `${JSON.stringify({ proxies: { default: values } }, null, "\t")}\n`, findings: [] };
  }
  const before = parseObject(file);
  const proxies = objectIn(before.proxies, `${file.origin}, proxies`);
  const own = objectIn(proxies.default, `${file.origin}, proxies.default`);
  const text = KEYS.filter((key) => own[key] !== values[key]).reduce((edited, key) => {
    // Formatting includes the rest of the lines that an edit touches; another value in place of the old one needs none.
    const isReplaced = own[key] !== undefined && values[key] !== undefined;
    const options = isReplaced ? {} : formattingOf(edited);
    return applyEdits(edited, modify(edited, ["proxies", "default", key], values[key], options));
  }, file.text);
  const expected = { ...before, proxies: { ...proxies, default: { ...own, ...values } } };
  if (isDeepStrictEqual(JSON.parse(text), JSON.parse(JSON.stringify(expected)))) return { text, findings: [] };
  throw uneditable(`${file.origin}, proxies.default`, "A key stands there twice.", "Leave one of the two out.");
}

/** The indentation and the line breaks of the text; none where it has one line. */
function formattingOf(text: string): { readonly formattingOptions?: FormattingOptions } {
  if (!text.trim().includes("\n")) return {};
  const unit = /\n([ \t]+)"/.exec(text)?.[1] ?? "\t";
  const isSpaces = unit.startsWith(" ");
  return { formattingOptions: { insertSpaces: isSpaces, tabSize: isSpaces ? unit.length : 1, eol: lineBreakOf(text) } };
}

/** Whether it is JSON that docker or podman could have written. */
export function looksLikeDockerConfig(text: string): boolean {
  try {
    const parsed: unknown = JSON.parse(text);
    return (
      isRecord(parsed) && ["proxies", "auths", "credsStore", "credHelpers"].some((key) => Object.hasOwn(parsed, key))
    );
  } catch {
    return /"(?:proxies|auths)"\s*:/.test(text);
  }
}

function parseObject({ origin, text }: ConfigText): JsonObject {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch (error) {
    // The message quotes what it is about.
    const line = /\(line (\d+) column \d+\)$/.exec(errorMessage(error))?.[1];
    throw malformed(line === undefined ? origin : `${origin}, line ${line}`, "This is no JSON.", "Correct the file.");
  }
  if (!isRecord(parsed))
    throw malformed(origin, "This is no JSON object.", 'Write it as {"proxies": {"default": {…}}}.');
  return parsed;
}

function objectIn(value: unknown, where: string): JsonObject {
  if (value === undefined) return {};
  if (isRecord(value)) return value;
  throw malformed(where, "This is no JSON object.", 'Write it as {"proxies": {"default": {…}}}.');
}
