import { malformed } from "./response-head.ts";

/** Characters of a line with the size of a chunk, its extensions included; Go reads as many. */
const MAX_LINE = 4096;

/** Hexadecimal digits, extensions after a semicolon (RFC 9112, 7.1). */
const SIZE = /^([\da-f]{1,12})[ \t]*(?:;.*)?$/i;

/** Bytes of the trailer section, which is discarded. */
const MAX_TRAILER = 65_536;

/**
 * Reads a chunked body whose lines end with CRLF or LF. Each call returns the content of its bytes, and whether the body is complete.
 * Fails with ERR_MALFORMED_RESPONSE.
 */
export function chunkReader(): (bytes: Buffer) => {
  readonly content: readonly Buffer[];
  readonly isComplete: boolean;
} {
  let state: "size" | "content" | "end of content" | "trailer" | "complete" = "size";
  let line = "";
  let left = 0;
  let trailer = 0;

  function onLine(): void {
    const text = line.replace(/\r$/, "");
    line = "";
    if (state === "trailer") {
      if (text === "") state = "complete";
      return;
    }
    if (state === "end of content") {
      if (text !== "") throw malformed("Transfer-Encoding: chunked, and a chunk that is longer than its size");
      state = "size";
      return;
    }
    const size = SIZE.exec(text)?.[1];
    if (size === undefined)
      throw malformed(`Transfer-Encoding: chunked, and the size ${JSON.stringify(text.slice(0, 32))}`);
    left = Number.parseInt(size, 16);
    state = left === 0 ? "trailer" : "content";
  }

  /** Reads to the end of the line; returns the number of bytes. */
  function readLine(bytes: Buffer): number {
    const end = bytes.indexOf(0x0a);
    const length = end === -1 ? bytes.length : end + 1;
    line += bytes.toString("latin1", 0, end === -1 ? length : end);
    if (state === "trailer") trailer += length;
    if (line.length > MAX_LINE || trailer > MAX_TRAILER)
      throw malformed("Transfer-Encoding: chunked, and a line too long");
    if (end !== -1) onLine();
    return length;
  }

  return (bytes) => {
    const content: Buffer[] = [];
    let at = 0;
    while (at < bytes.length && state !== "complete") {
      if (state !== "content") {
        at += readLine(bytes.subarray(at));
        continue;
      }
      const piece = bytes.subarray(at, at + left);
      content.push(piece);
      at += piece.length;
      left -= piece.length;
      if (left === 0) state = "end of content";
    }
    return { content, isComplete: state === "complete" };
  };
}
