import type { Socket } from "node:net";
import { Duplex } from "node:stream";
import { chunkReader } from "./chunks.ts";
import { type Framing, framingOf, rewrittenHead } from "./framing.ts";
import { isInformational, malformed, readHead, withoutLineEnds } from "./response-head.ts";

/** Informational responses before the response; none is passed on. */
const MAX_INFORMATIONAL = 20;

/**
 * A connection for one request, whose response is rewritten so that a strict parser reads what Go's net/http would read. What follows the
 * response is discarded: a connection on which the end of a response was in doubt is not used again.
 */
export function lenientSocket(socket: Socket): Duplex {
  let method = "";
  let rewrite: ReturnType<typeof responseRewriter> | undefined;
  let end: Rewritten["end"] = "missing";
  const lenient = new Duplex({
    read: () => void socket.resume(),
    write(chunk: Buffer, _encoding, done) {
      if (method === "") method = chunk.toString("latin1", 0, 8).split(" ")[0] ?? "";
      socket.write(chunk, done);
    },
    final: (done) => void socket.end(done),
    destroy(error, done) {
      socket.destroy();
      done(error);
    },
  });
  socket.on("data", (bytes: Buffer) => {
    rewrite ??= responseRewriter(method);
    if (lenient.readableEnded || end === "complete") return;
    try {
      const rewritten = rewrite(bytes);
      end = rewritten.end;
      for (const piece of rewritten.pieces) if (!lenient.push(piece)) socket.pause();
      if (end === "complete") lenient.push(null);
    } catch (error) {
      lenient.destroy(error as Error);
    }
  });
  socket.on("end", () => {
    if (end === "open") lenient.push(null);
    else if (end === "missing") lenient.destroy(truncated());
  });
  socket.on("error", (error) => lenient.destroy(error));
  socket.on("close", () => {
    if (end === "missing") lenient.destroy(truncated());
  });
  return lenient;
}

interface Rewritten {
  readonly pieces: readonly Buffer[];
  /** Whether the end of the response was read, is still missing, or is that of the connection. */
  readonly end: "complete" | "missing" | "open";
}

function truncated(): Error {
  return Object.assign(new Error("the connection was closed before the response was complete"), { code: "ECONNRESET" });
}

/** Rewrites the response to a request with this method, piece by piece. */
function responseRewriter(method: string): (bytes: Buffer) => Rewritten {
  let received: Buffer = Buffer.alloc(0);
  let informational = 0;
  let body: ((bytes: Buffer) => Rewritten) | undefined;

  return (bytes) => {
    if (body !== undefined) return body(bytes);
    received = withoutLineEnds(Buffer.concat([received, bytes]));
    for (let read = readHead(received); read !== undefined; read = readHead(received)) {
      const { head, rest } = read;
      if (!isInformational(head)) {
        const framing = framingOf(head, method);
        body = bodyRewriter(framing);
        const { pieces, end } = body(rest);
        return { pieces: [rewrittenHead(head, framing, method), ...pieces], end };
      }
      if (++informational > MAX_INFORMATIONAL) throw malformed("informational responses, and no other");
      received = withoutLineEnds(rest);
    }
    return { pieces: [], end: "missing" };
  };
}

function bodyRewriter(framing: Framing): (bytes: Buffer) => Rewritten {
  if (framing === "until-close") return (bytes) => ({ pieces: [bytes], end: "open" });
  if (framing === "chunked") {
    const readChunks = chunkReader();
    return (bytes) => {
      const { content, isComplete } = readChunks(bytes);
      const pieces = content.flatMap((piece) => [Buffer.from(`${piece.length.toString(16)}\r\n`), piece, CRLF]);
      return isComplete ? { pieces: [...pieces, LAST_CHUNK], end: "complete" } : { pieces, end: "missing" };
    };
  }
  let left = framing;
  return (bytes) => {
    const piece = bytes.subarray(0, left);
    left -= piece.length;
    return { pieces: [piece], end: left === 0 ? "complete" : "missing" };
  };
}

const CRLF = Buffer.from("\r\n");
const LAST_CHUNK = Buffer.from("0\r\n\r\n");
