import { Readable } from "node:stream";
import { errorCode, errorMessage, TransferError } from "../errors/transfer-error.ts";
import { documentDeadline } from "./connection/deadlines.ts";
import { codingOf, decoded } from "./content-coding.ts";
import { type Hop, HopError, PhaseError } from "./hop.ts";
import type { HttpResponse } from "./http.ts";

/** Bytes that are read to keep a connection, rather than closing it. */
const MAX_DRAINED = 65_536;

/** The error of a response, or of a body, that did not arrive completely. */
export function incomplete(hop: Hop, phase: "response" | "body", error: unknown): HopError {
  const timedOut = errorCode(error)?.endsWith("_TIMEOUT") ?? false;
  const missing = phase === "body" ? "the rest of the answer did not come" : "no answer";
  const why = timedOut ? `${missing} in time` : errorMessage(error);
  return new HopError(hop, new PhaseError(phase, why, { cause: error, timedOut }));
}

/** An error in the middle of a body, with its hop; errors that are explained already stay what they are. */
export function bodyError({ hop }: HttpResponse, error: unknown): unknown {
  if (error instanceof PhaseError) return new HopError(hop, error);
  return error instanceof TransferError || error instanceof HopError ? error : incomplete(hop, "body", error);
}

/**
 * Reads a document within its deadline, decoded if a gateway has compressed it though `identity` was requested. Throws RESPONSE_TOO_LARGE
 * after `maxSize` bytes, unless it is to be truncated there.
 */
export async function readAll(response: HttpResponse, maxSize: number, truncate = false): Promise<Buffer> {
  const received = await readBytes(response, maxSize, truncate);
  const coding = codingOf(response);
  const content = coding === undefined ? undefined : await decoded(received, coding, maxSize);
  if (content === undefined) return received;
  if (content.length > maxSize && !truncate) throw tooLarge(response, maxSize);
  return content.subarray(0, maxSize);
}

function tooLarge({ hop }: HttpResponse, maxSize: number): TransferError {
  return new TransferError("RESPONSE_TOO_LARGE", `${hop.host} sends more than ${maxSize} bytes`, {
    where: hop.host,
    remedy:
      "No manifest, token or error message of the specification is that large; check which server answers at this host.",
  });
}

/** Reads bytes as they are sent. */
async function readBytes(response: HttpResponse, maxSize: number, truncate: boolean): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const deadline = documentDeadline(response.body, response.timeout);
  try {
    for await (const chunk of response.body) {
      chunks.push(chunk);
      size += chunk.length;
      deadline.count(chunk.length);
      if (size > maxSize) break;
    }
  } catch (error) {
    throw bodyError(response, error);
  } finally {
    deadline.stop();
  }
  if (size > maxSize && !truncate) throw tooLarge(response, maxSize);
  return Buffer.concat(chunks).subarray(0, maxSize);
}

/** The beginning of a body as text, for messages; empty where it does not arrive. */
export async function textOf(response: HttpResponse, maxSize: number): Promise<string> {
  try {
    return (await readAll(response, maxSize, true)).toString("utf8");
  } catch {
    return "";
  }
}

/** The same response with its body in memory: it holds no slot of the host any more. */
export async function inMemory(response: HttpResponse, maxSize: number, truncate = false): Promise<HttpResponse> {
  return { ...response, body: Readable.from([await readBytes(response, maxSize, truncate)]) };
}

/** Discards the rest of a body, so that its connection can be used again. */
export async function drain(response: HttpResponse): Promise<void> {
  try {
    await readAll(response, MAX_DRAINED, true);
  } catch {
    // The body is of no use here, and neither is its failure.
  }
}
