import type { Readable } from "node:stream";
import { drain } from "../../../net/body.ts";
import { isForeignPage } from "../../../net/foreign-page.ts";
import { HopError } from "../../../net/hop.ts";
import type { HttpResponse } from "../../../net/http.ts";
import { keepsMethod, redirectTarget } from "../../../net/layers/redirects.ts";
import { isRetryable } from "../../../net/retryable.ts";
import { atEndOfWork, mayRepeat } from "../../../net/work.ts";
import type { Descriptor } from "../../../oci/descriptor.ts";
import type { Digest } from "../../../oci/digest.ts";
import { isTemporaryRefusal, RegistryError, registryError } from "../error.ts";
import { isInserted } from "../foreign-page.ts";
import { CHUNK_BYTES, ChunksRefused, canChunk, pushChunks } from "./chunks.ts";
import { beginUpload, cancelUpload, type Session, scopesAt, type UploadContext, uploadStatus } from "./session.ts";

/** What attempts to push to a repository have shown, for the next ones. */
export interface Uploads {
  /** Sessions whose PUT broke, by the digest of their blob. */
  readonly broken: Map<Digest, Session>;
  /** Where the registry redirected the PUT of a blob to. */
  readonly redirected: Map<Digest, URL>;
  refusesChunks: boolean;
}

export function noUploads(): Uploads {
  return { broken: new Map(), redirected: new Map(), refusesChunks: false };
}

interface Push extends UploadContext {
  readonly uploads: Uploads;
  readonly blob: Descriptor;
  readonly content: Readable | Buffer;
  readonly signal: AbortSignal | undefined;
}

/**
 * One POST and one PUT (distribution-spec, "POST then PUT"), which every registry supports. A blob whose PUT broke is continued in chunks
 * when it is pushed again within the same piece of work. The registry compares the digest at the end, so a truncated upload leaves nothing
 * but its session, which is cancelled.
 */
export async function pushBlob(
  context: UploadContext & { readonly uploads: Uploads },
  blob: Descriptor,
  content: Readable | Buffer,
  signal?: AbortSignal,
): Promise<void> {
  // It may fail at any time; the error is read from `errored` below.
  const stream = Buffer.isBuffer(content) ? undefined : content.on("error", () => {});
  const push: Push = { ...context, blob, content, signal };
  const { uploads } = context;
  let session: Session | undefined;
  try {
    const broken = uploads.refusesChunks ? undefined : uploads.broken.get(blob.digest);
    session = (broken && (await uploadStatus(broken, context, signal).catch(() => undefined))) ?? (await begin(push));
    if (stream?.errored) throw stream.errored;
    if (broken !== undefined && canChunk(session)) await putChunks(session, push);
    else await putWhole(session, push);
    forget(push);
  } catch (error) {
    if (error instanceof ChunksRefused) uploads.refusesChunks = true;
    // When the source fails, the upload fails too: the error of the source is the cause.
    const cause = stream?.errored ?? error;
    stream?.destroy();
    if (session !== undefined && !(cause === error && keep(session, error, push))) await cancel(session, push);
    throw cause;
  }
}

async function begin(push: Push): Promise<Session> {
  const redirected = push.uploads.redirected.get(push.blob.digest);
  return redirected === undefined
    ? beginUpload(push, push.signal)
    : { location: redirected, offset: 0, minChunk: Number.POSITIVE_INFINITY };
}

async function putWhole(session: Session, push: Push): Promise<void> {
  const { client, content, blob, uploads, signal } = push;
  const url = uploads.redirected.get(blob.digest) ?? completing(session, blob);
  const headers = { "content-type": "application/octet-stream", "content-length": String(blob.size) };
  // A body of a known size: undici refuses to send more or less than was announced.
  const request = { method: "PUT", url: url.href, headers, body: content, attempts: 1 } as const;
  try {
    const put = await client.request(request, scopesAt(url, push), signal);
    if (keepsMethod(put.status)) uploads.redirected.set(blob.digest, redirectTarget(url, put.headers.location));
    if (put.status >= 300 || isForeignPage(put.headers)) throw await pushRefusal(put, push);
    await drain(put);
  } catch (error) {
    const isSent = Buffer.isBuffer(content) || content.readableEnded;
    if (!isSent || !(await isThere(error, push))) throw error;
  }
}

async function putChunks(begun: Session, push: Push): Promise<void> {
  const { client, content, blob, signal } = push;
  let session = await pushChunks(begun, content, push, signal);
  const headers = { "content-type": "application/octet-stream", "content-length": "0" };
  for (;;) {
    const url = completing(session, blob);
    try {
      const put = await client.request(
        { method: "PUT", url: url.href, headers, attempts: 1 },
        scopesAt(url, push),
        signal,
      );
      if (put.status >= 300 || isForeignPage(put.headers)) throw await pushRefusal(put, push);
      return await drain(put);
    } catch (error) {
      if (await isThere(error, push)) return;
      if (!isAmbiguous(error) || !(await mayRepeat(client.attempts, { signal }))) throw error;
      const present = await uploadStatus(session, push, signal);
      if (present?.offset !== blob.size) throw error;
      session = present;
    }
  }
}

/** The URL that completes an upload (distribution-spec, end-6). Its query is the registry's. */
function completing({ location }: Session, { digest }: Descriptor): URL {
  const url = new URL(location);
  url.search += `${url.search === "" ? "?" : "&"}digest=${encodeURIComponent(digest)}`;
  return url;
}

/** Whether a registry may have stored the blob in spite of the failure: the answer was lost, or is one of a gateway. */
function isAmbiguous(error: unknown): boolean {
  return isRetryable(error) || isTemporaryRefusal(error);
}

/** By its first byte: content that HEAD alone reports would count as sent, and would not be sent again for a manifest. */
async function isThere(error: unknown, { base, blob, client, scopes, signal }: Push): Promise<boolean> {
  if (signal?.aborted || !isAmbiguous(error)) return false;
  const url = `${base}blobs/${blob.digest}`;
  const headers = blob.size === 0 ? {} : { range: "bytes=0-0" };
  const request = { method: "GET", url, headers, attempts: 1, redirects: false } as const;
  const response = await client.request(request, scopes, signal).catch(() => undefined);
  response?.body.on("error", () => {}).destroy();
  return response !== undefined && response.status < 400 && !isInserted(response, blob);
}

/** Keeps a broken upload for the next attempt of the piece of work; false where it is to be cancelled. */
function keep(session: Session, error: unknown, push: Push): boolean {
  const { uploads, blob } = push;
  const isBroken = error instanceof HopError ? isRetryable(error) : isCutByGateway(error);
  if (!isBroken || blob.size <= CHUNK_BYTES || uploads.refusesChunks || !canChunk(session)) return false;
  uploads.broken.set(blob.digest, session);
  const isKept = atEndOfWork(keyOf(push), async () => {
    if (uploads.broken.delete(blob.digest)) await cancel(session, push);
  });
  if (!isKept) uploads.broken.delete(blob.digest);
  return isKept;
}

/** A gateway that ends long requests answers with a status of its own. */
const GATEWAY_TIMEOUTS = new Set([408, 499, 502, 504, 520, 522, 524]);

function isCutByGateway(error: unknown): boolean {
  return error instanceof RegistryError && GATEWAY_TIMEOUTS.has(error.status);
}

function forget(push: Push): void {
  const { uploads, blob } = push;
  uploads.broken.delete(blob.digest);
  uploads.redirected.delete(blob.digest);
  atEndOfWork(keyOf(push), undefined);
}

function keyOf({ base, blob }: Push): string {
  return `${base} ${blob.digest}`;
}

async function cancel({ location }: Session, push: Push): Promise<void> {
  if (push.uploads.redirected.has(push.blob.digest)) return;
  await cancelUpload(push.client, location, scopesAt(location, push));
}

/** The refusal of a PUT. A gateway with a limit of size answers before it has read the body, and closes the connection. */
function pushRefusal(put: HttpResponse, { what, blob }: Push): Promise<RegistryError> {
  if (put.status < 300) return registryError(put, what, { as: "CAPTIVE_PORTAL", of: "push" });
  if (put.status !== 413) return registryError(put, what, { of: "push" });
  return registryError(put, `${what}, which has ${blob.size} bytes`, {
    of: "push",
    remedy: `Ask the operators of the registry, or of a gateway or proxy before it, to allow requests of ${blob.size} bytes (client_max_body_size of nginx).`,
  });
}
