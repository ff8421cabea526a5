import type { Readable } from "node:stream";
import { TransferError } from "../../../errors/transfer-error.ts";
import { drain } from "../../../net/body.ts";
import type { HttpResponse } from "../../../net/http.ts";
import { uploadedBytes } from "../../../net/range.ts";
import { isRetryable } from "../../../net/retryable.ts";
import { mayRepeat } from "../../../net/work.ts";
import { isTemporaryRefusal, RegistryError, registryError } from "../error.ts";
import { type Session, scopesAt, type UploadContext, uploadLocation, uploadStatus } from "./session.ts";

/** GHCR refuses more in one request with a Content-Range (oras-project/rust-oci-client#35). */
export const CHUNK_BYTES = 4 * 1024 * 1024;

/** A chunk is held in memory, to be sent again. */
const MAX_CHUNK_BYTES = 64 * 1024 * 1024;

/** A registry that does not take a blob in chunks; as one PUT it may. */
export class ChunksRefused extends TransferError {
  constructor(error: TransferError) {
    super(error.code, error.message, { where: error.where ?? "", remedy: error.remedy ?? "", cause: error });
  }
}

/** Whether chunks as large as the registry wants can be held in memory. */
export function canChunk({ minChunk }: Session): boolean {
  return minChunk <= MAX_CHUNK_BYTES;
}

/**
 * Sends content from the offset of the session on, chunk by chunk (distribution-spec, "Pushing a blob in chunks"), and resolves to the
 * session that has all of it. After each fault it continues at exactly the byte that the registry proves to have: docker-registry 2
 * accepts a chunk behind a gap.
 */
export async function pushChunks(
  begun: Session,
  content: Readable | Buffer,
  context: UploadContext,
  signal?: AbortSignal,
): Promise<Session> {
  let session = begun;
  let faultAt = begun.offset;
  let start = 0;
  for await (const chunk of chunksOf(content, Math.max(CHUNK_BYTES, begun.minChunk))) {
    const end = start + chunk.length;
    while (session.offset < end) {
      const next = await pushPart(session, chunk.subarray(session.offset - start), faultAt, context, signal);
      if (next === undefined || next.offset < session.offset || next.offset > end) throw sessionLost(session, context);
      if (next.offset < end) faultAt = next.offset;
      session = next;
    }
    start = end;
  }
  return session;
}

/** Sends a part of a chunk; after a fault, resolves to what the registry has of it. A fault costs no attempt after a chunk of progress. */
async function pushPart(
  session: Session,
  part: Buffer,
  faultAt: number,
  context: UploadContext,
  signal?: AbortSignal,
): Promise<Session | undefined> {
  const isFree = session.offset - faultAt >= CHUNK_BYTES;
  try {
    const next = await sendPart(session, part, context, signal);
    const isIncomplete = next !== undefined && next.offset < session.offset + part.length;
    return isIncomplete && !(await mayRepeat(context.client.attempts, { isFree, signal })) ? undefined : next;
  } catch (error) {
    if (signal?.aborted || !(isRetryable(error) || isTemporaryRefusal(error))) throw error;
    const wait = error instanceof RegistryError ? error.retryAfter : undefined;
    if (!(await mayRepeat(context.client.attempts, { wait, isFree, signal }))) throw error;
    return uploadStatus(session, context, signal);
  }
}

/** Resolves to the session after the part, or undefined where the registry does not prove what it has of it. */
async function sendPart(
  session: Session,
  part: Buffer,
  context: UploadContext,
  signal?: AbortSignal,
): Promise<Session | undefined> {
  const { client, what } = context;
  const { location, offset } = session;
  const headers = {
    "content-type": "application/octet-stream",
    "content-length": String(part.length),
    "content-range": `${offset}-${offset + part.length - 1}`,
  };
  const request = { method: "PATCH", url: location.href, headers, body: part, attempts: 1 } as const;
  // What broke the upload before may be a limit of each connection.
  const last = { ...request, isLastOnConnection: true };
  const response = await client.request(last, scopesAt(location, context), signal);
  if (response.status === 416) {
    await drain(response);
    return uploadStatus(session, context, signal);
  }
  if (response.status !== 202) throw await chunkRefusal(response, what);
  await drain(response);
  const next = response.headers.location;
  const moved = next === undefined ? location : uploadLocation(next, response.hop.url, what);
  const proven = uploadedBytes(response.headers.range);
  if (proven === undefined) return uploadStatus({ ...session, location: moved }, context, signal);
  return { ...session, location: moved, offset: proven };
}

/** Statuses that concern the upload, or its size, rather than chunks as such. */
const NOT_ABOUT_CHUNKS = new Set([401, 403, 404, 413]);

async function chunkRefusal(response: HttpResponse, what: string): Promise<TransferError> {
  const error = await registryError(response, what, { of: "push" });
  return NOT_ABOUT_CHUNKS.has(response.status) || isTemporaryRefusal(error) ? error : new ChunksRefused(error);
}

function sessionLost({ location }: Session, { what }: UploadContext): TransferError {
  return new ChunksRefused(
    new TransferError("REGISTRY_REFUSED", `${what}: the registry does not show which bytes of the upload it has`, {
      where: location.host,
      remedy: "Run again; if the error stays, ask the operators of the registry.",
    }),
  );
}

async function* chunksOf(content: Readable | Buffer, size: number): AsyncGenerator<Buffer> {
  if (Buffer.isBuffer(content)) {
    for (let at = 0; at < content.length; at += size) yield content.subarray(at, at + size);
    return;
  }
  let held: Buffer[] = [];
  let length = 0;
  // A stream that is closed here could not be distinguished from one that failed.
  for await (const piece of content.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    held.push(piece);
    length += piece.length;
    while (length >= size) {
      const all = Buffer.concat(held);
      yield all.subarray(0, size);
      held = [all.subarray(size)];
      length -= size;
    }
  }
  if (length > 0) yield Buffer.concat(held);
}
