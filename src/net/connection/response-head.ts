/** The head of a response. A field that is repeated keeps its values in order. */
export interface ResponseHead {
  /** Whether the version is 1.1 or later; HTTP/1.0 has no `Transfer-Encoding`. */
  readonly isHttp11: boolean;
  readonly status: number;
  readonly statusText: string;
  /** By name in lower case. */
  readonly fields: ReadonlyMap<string, readonly string[]>;
  /** The first line that is invalid, if there is one: `Name: reason`. It is not among the fields. */
  readonly fault: string | undefined;
}

/** Bytes of a head. Node.js reads 16 KiB, Go 10 MiB; gateways with long lists of policies exceed the former. */
export const MAX_HEAD_BYTES = 1024 * 1024;

/** The code of an error: the first line is not that of an HTTP response. */
export const NOT_HTTP = "ERR_NOT_HTTP";

/** The code of an error: the head, or the body, of a response is invalid. */
export const MALFORMED_RESPONSE = "ERR_MALFORMED_RESPONSE";

/** `fault` names the header field and its value. */
export function malformed(fault: string): Error {
  return Object.assign(new Error(`the response is not valid HTTP: ${fault}`), { code: MALFORMED_RESPONSE });
}

/**
 * Reads the head of a response as Go's net/http does, which registries and proxies are tested with: lines end with CRLF or LF, fields may
 * be folded or have whitespace before the colon. Returns the head and the bytes after it, or undefined where it is incomplete. Fails with
 * ERR_NOT_HTTP or ERR_MALFORMED_RESPONSE.
 */
export function readHead(bytes: Buffer): { readonly head: ResponseHead; readonly rest: Buffer } | undefined {
  if (!isPrefix(bytes)) throw notHttp(bytes);
  const end = /\n\r?\n/.exec(bytes.subarray(0, MAX_HEAD_BYTES).toString("latin1"));
  if (end === null) {
    if (bytes.length >= MAX_HEAD_BYTES) throw malformed(`a head of more than ${MAX_HEAD_BYTES} bytes`);
    return undefined;
  }
  const length = end.index + end[0].length;
  return { head: parse(bytes.subarray(0, end.index)), rest: bytes.subarray(length) };
}

/** Without empty lines, which servers send before a response (RFC 9112, 2.2, has the rule for requests) or after a head. */
export function withoutLineEnds(bytes: Buffer): Buffer {
  const first = bytes.findIndex((byte) => byte !== CR && byte !== LF);
  return first === -1 ? bytes.subarray(bytes.length) : bytes.subarray(first);
}

/** Whether another response follows (RFC 9110, 15.2); 101 is the last one in this protocol. */
export function isInformational({ status }: ResponseHead): boolean {
  return status >= 100 && status < 200 && status !== 101;
}

const [CR, LF] = [0x0d, 0x0a];
const PREFIX = "HTTP/";

function isPrefix(bytes: Buffer): boolean {
  return PREFIX.startsWith(bytes.toString("latin1", 0, PREFIX.length));
}

const STATUS_LINE = /^HTTP\/(\d)\.(\d) +(\d{3})(?: (.*))?$/;

function parse(bytes: Buffer): ResponseHead {
  const [statusLine = "", ...lines] = bytes.toString("latin1").replace(/\r$/, "").split(/\r?\n/);
  const [, major, minor, status, statusText = ""] = STATUS_LINE.exec(statusLine) ?? [];
  if (status === undefined) throw notHttp(Buffer.from(statusLine, "latin1"));
  const fields = new Map<string, string[]>();
  let fault: string | undefined;
  for (const line of unfolded(lines)) {
    const [name, value, why] = fieldOf(line);
    if (why !== undefined) fault ??= `${name}: ${why}`;
    else fields.set(name, [...(fields.get(name) ?? []), value]);
  }
  return { isHttp11: Number(major) * 10 + Number(minor) >= 11, status: Number(status), statusText, fields, fault };
}

/** Lines that begin with whitespace continue the field before (RFC 9112, 5.2: obs-fold). */
function unfolded(lines: readonly string[]): string[] {
  const whole: string[] = [];
  for (const line of lines) {
    const before = /^[ \t]/.test(line) ? whole.pop() : undefined;
    whole.push(before === undefined ? line : `${before} ${line.trim()}`);
  }
  return whole;
}

/** `token` of RFC 9110, 5.6.2. */
const NAME = /^[\w!#$%&'*+.^`|~-]+$/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: no field value contains one (RFC 9110, 5.5)
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

function fieldOf(line: string): readonly [name: string, value: string, fault?: string] {
  const colon = line.indexOf(":");
  const written = colon === -1 ? line : line.slice(0, colon);
  const name = written.trimEnd();
  const value = line.slice(colon + 1).trim();
  if (colon === -1) return [written, value, "a line of the head without a colon"];
  if (!NAME.test(name)) return [written, value, "not the name of a header field"];
  if (CONTROL.test(value)) return [name, value, "a header field with a control character"];
  // Go ignores such a field, other readers do not: the body would have two readings.
  if (name !== written && FRAMING.has(name.toLowerCase())) return [name, value, "whitespace before the colon"];
  return [name.toLowerCase(), value];
}

const FRAMING = new Set(["content-length", "transfer-encoding"]);

function notHttp(bytes: Buffer): Error {
  const [line = ""] = bytes.toString("latin1", 0, 64).split(/\r?\n/);
  return Object.assign(new Error(`not an HTTP response: ${JSON.stringify(line)}`), { code: NOT_HTTP });
}
