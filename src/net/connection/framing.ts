import { malformed, type ResponseHead } from "./response-head.ts";

/** The body of a response: its length in bytes, chunks, or all bytes until the connection is closed. */
export type Framing = number | "chunked" | "until-close";

/**
 * The framing of a body, by the rules of Go's net/http where those of RFC 9112, 6.3, leave a choice: `Transfer-Encoding` overrides
 * `Content-Length`, and equal lengths are one. Fails with ERR_MALFORMED_RESPONSE where the body has no reading, or two.
 */
export function framingOf({ isHttp11, status, fields, fault }: ResponseHead, method: string): Framing {
  if (fault !== undefined) throw malformed(fault);
  const lengths = [...new Set((fields.get("content-length") ?? []).flatMap((value) => value.split(",")).map(trimmed))];
  if (lengths.length > 1) throw malformed(`Content-Length: ${lengths.join(" and ")}, which differ`);
  const [length] = lengths;
  if (length !== undefined && !LENGTH.test(length)) throw malformed(`Content-Length: ${JSON.stringify(length)}`);
  // HTTP/1.0 has no Transfer-Encoding: Go ignores it there.
  const codings = isHttp11 ? (fields.get("transfer-encoding") ?? []) : [];
  const other = codings.find((coding) => coding.toLowerCase() !== "chunked");
  if (other !== undefined) throw malformed(`Transfer-Encoding: ${JSON.stringify(other)}, which is not supported`);
  if (codings.length > 1) throw malformed("Transfer-Encoding: chunked, twice");
  if (method === "HEAD" || status === 204 || status === 304) return 0;
  if (codings.length === 1) return "chunked";
  return length === undefined ? "until-close" : Number(length);
}

const LENGTH = /^\d{1,15}$/;

function trimmed(text: string): string {
  return text.trim();
}

/** Fields that concern one connection. */
const OF_CONNECTION = new Set(["connection", "keep-alive", "transfer-encoding", "content-length", "trailer"]);

/** The head as strict parsers read it, for the last response of a connection. */
export function rewrittenHead(head: ResponseHead, framing: Framing, method: string): Buffer {
  const lines = [`HTTP/1.1 ${head.status} ${head.statusText.replace(/[^\t -~\u0080-\u00ff]/g, "")}`];
  for (const [name, values] of head.fields) {
    if (!OF_CONNECTION.has(name)) lines.push(...values.map((value) => `${name}: ${value}`));
  }
  const [announced] = head.fields.get("content-length") ?? [];
  if (framing === "chunked") lines.push("transfer-encoding: chunked");
  else if (method === "HEAD" && announced !== undefined) lines.push(`content-length: ${announced.split(",")[0]}`);
  else if (framing !== "until-close" && head.status !== 204 && head.status !== 304) {
    lines.push(`content-length: ${framing}`);
  }
  return Buffer.from(`${lines.join("\r\n")}\r\nconnection: close\r\n\r\n`, "latin1");
}
