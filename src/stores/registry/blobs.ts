import type { Readable } from "node:stream";
import { isConclusive, TransferError } from "../../errors/transfer-error.ts";
import { bodyError, drain } from "../../net/body.ts";
import { type ContentCoding, codingOf, decoded, decoderOf } from "../../net/content-coding.ts";
import { type Hop, HopError } from "../../net/hop.ts";
import type { HttpResponse } from "../../net/http.ts";
import { refusesRange } from "../../net/range.ts";
import { untilSameTwice } from "../../net/repeat.ts";
import { resuming } from "../../net/resume.ts";
import { isRetryable, isRetryableStatus } from "../../net/retryable.ts";
import { asOneWork, countRepetition, currentRetryPolicy, keepOneAttempt, withRetryPolicy } from "../../net/work.ts";
import { bytesOf, streamOf } from "../../oci/content.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { isContentOf, verified, verifying } from "../../oci/verify.ts";
import { scopeOf } from "./auth/scope.ts";
import { isTemporaryRefusal, type RegistryError, registryError } from "./error.ts";
import { isInserted } from "./foreign-page.ts";
import type { ListContext } from "./pages.ts";
import { cancelUpload, uploadRequest } from "./uploads/session.ts";

/** Bytes up to which a blob is read into memory, within the deadline of a document. Component descriptors are that small. */
const MAX_DOCUMENT = 262_144;

/** Bytes that a content coding may add to content that it cannot compress. */
const CODING_OVERHEAD = 1024;

/** Opens the content of a blob. It is verified: a large one when it is read to its end, across as many connections as that takes. */
export function fetchBlob(blob: Descriptor, context: ListContext, signal?: AbortSignal): Promise<Readable> {
  return asOneWork(() =>
    blob.size <= MAX_DOCUMENT ? readSmall(blob, context, signal) : openLarge(blob, context, signal),
  );
}

async function readSmall(blob: Descriptor, context: ListContext, signal?: AbortSignal): Promise<Readable> {
  const { client, scopes } = context;
  // A little more than expected is enough to find a longer one.
  const bufferUpTo = blob.size + CODING_OVERHEAD;
  const request = { method: "GET", url: urlOf(blob, context), bufferUpTo, truncate: true, isContent: true } as const;
  const read = async () => {
    const response = await client.request(request, scopes, signal);
    await accept(response, blob, context);
    return contentOf(await bytesOf(response.body), blob, response);
  };
  return streamOf(await untilSameTwice(client.attempts, read, signal));
}

async function openLarge(blob: Descriptor, context: ListContext, signal?: AbortSignal): Promise<Readable> {
  const { client, scopes } = context;
  const url = urlOf(blob, context);
  const request = (headers: Readonly<Record<string, string>>) =>
    client.request({ method: "GET", url, headers, isContent: true }, scopes, signal);
  const first = await request({});
  await accept(first, blob, context);
  const { host } = first.hop;
  const coding = compressionOf(first, blob);
  if (coding !== undefined) {
    return verifying(first.body.pipe(decoderOf(coding)), blob, host, (error) => bodyError(first, error));
  }
  const download = { size: blob.size, attempts: client.attempts, request, signal };
  return verifying(resuming(first, { ...download, accept: (response) => accept(response, blob, context) }), blob, host);
}

/** The compression of a gateway. A label alone does not mean one: servers also label archives that are stored as they are. */
function compressionOf(response: HttpResponse, { size, mediaType }: Descriptor): ContentCoding | undefined {
  const length = response.headers["content-length"];
  const coding = codingOf(response);
  const isLabel = length === undefined ? coding !== undefined && mediaType.endsWith(coding) : length === String(size);
  return isLabel ? undefined : coding;
}

/** The content, which a gateway may have compressed though `identity` was requested. */
async function contentOf(received: Buffer, blob: Descriptor, response: HttpResponse): Promise<Buffer> {
  const { host } = response.hop;
  const coding = codingOf(response);
  if (coding === undefined || isContentOf(blob, received)) return verified(received, blob, host);
  try {
    return verified((await decoded(received, coding, blob.size)) ?? received, blob, host);
  } catch (error) {
    if (!(error instanceof TransferError)) throw error;
    const why = `it is sent compressed (Content-Encoding: ${coding}), which was not requested`;
    throw new TransferError(error.code, `${error.message}; ${why}`, {
      where: host,
      remedy: "Ask the operators of the registry, or of a proxy before it, not to compress content of /v2/.",
    });
  }
}

/** Requests the first byte of a blob. Resolves to the last request, after redirects. */
export function probeBlob(blob: Descriptor, context: ListContext, signal?: AbortSignal): Promise<Hop> {
  return asOneWork(async () => {
    const response = await firstByte(blob, context, signal);
    if (response.status >= 400 || isInserted(response, blob)) throw await refusal(response, blob, context);
    response.body.on("error", () => {}).destroy();
    return response.hop;
  });
}

async function firstByte(blob: Descriptor, context: ListContext, signal?: AbortSignal): Promise<HttpResponse> {
  const { client, scopes } = context;
  const request = { method: "GET", url: urlOf(blob, context) } as const;
  if (blob.size === 0) return client.request(request, scopes, signal);
  try {
    const response = await client.request({ ...request, headers: { range: "bytes=0-0" } }, scopes, signal);
    if (!refusesRange(response.status)) return response;
    await drain(response);
    if (isRetryableStatus(response.status)) countRepetition();
    return await client.request(request, scopes, signal);
  } catch (error) {
    if (!(error instanceof HopError) || error.phase !== "response" || !error.timedOut) throw error;
    return probeWithoutContent(error, blob, context, signal);
  }
}

/** A proxy that scans content may hold back even its first byte; HEAD takes the same route and has nothing to scan. */
async function probeWithoutContent(
  late: HopError,
  blob: Descriptor,
  context: ListContext,
  signal?: AbortSignal,
): Promise<HttpResponse> {
  const policy = currentRetryPolicy() ?? { timeout: 10_000, attempts: 1 };
  const request = { method: "HEAD", url: urlOf(blob, context) } as const;
  try {
    const response = await withRetryPolicy({ ...policy, attempts: 1, failFast: false }, () =>
      context.client.request(request, context.scopes, signal),
    );
    // A signed URL may be for GET alone; its host can be reached.
    return response.status < 500 ? { ...response, status: 200 } : response;
  } catch {
    throw late;
  }
}

/** Whether the registry takes the blob over from another repository (distribution-spec, end-11); otherwise it has to be pushed. */
export async function mountBlob(
  { digest }: Descriptor,
  from: string,
  { base, client, scopes }: ListContext,
  signal?: AbortSignal,
): Promise<boolean> {
  const both = [...scopes, scopeOf(from, "pull")];
  const url = `${base}blobs/uploads/?mount=${encodeURIComponent(digest)}&from=${encodeURIComponent(from)}`;
  try {
    // The last attempt is left for the upload that takes the place of a mount.
    const response = await keepOneAttempt(() => client.request(uploadRequest(url), both, signal));
    await drain(response);
    if (response.status === 201) return true;
    if (isRetryableStatus(response.status)) countRepetition();
    // The registry offers an upload instead; the one that follows begins with a request of its own.
    const location = response.status === 202 ? URL.parse(response.headers.location ?? "", response.hop.url) : null;
    if (location !== null && location.origin === new URL(base).origin) await cancelUpload(client, location, both);
    return false;
  } catch (error) {
    signal?.throwIfAborted();
    const isTemporary = isRetryable(error) || isTemporaryRefusal(error);
    if (isTemporary) countRepetition();
    // A client that gets no token for both repositories can still copy.
    if (isTemporary || isConclusive(error)) return false;
    throw error;
  }
}

function urlOf({ digest }: Descriptor, { base }: ListContext): string {
  return `${base}blobs/${digest}`;
}

/** Fails unless the response is the complete blob. */
async function accept(response: HttpResponse, blob: Descriptor, context: ListContext): Promise<void> {
  if (response.status !== 200 || isInserted(response, blob)) throw await refusal(response, blob, context);
}

function refusal(response: HttpResponse, blob: Descriptor, { where }: ListContext): Promise<RegistryError> {
  const as = isInserted(response, blob) ? "CAPTIVE_PORTAL" : undefined;
  return registryError(response, `reading blob ${blob.digest} of ${where}`, { as, of: "blob" });
}
