import type { Readable } from "node:stream";
import { isConclusive } from "../../errors/transfer-error.ts";
import { bodyError, drain } from "../../net/body.ts";
import type { Hop } from "../../net/hop.ts";
import type { HttpResponse } from "../../net/http.ts";
import { isRetryable, isRetryableStatus } from "../../net/retryable.ts";
import { countRepetition, keepOneAttempt } from "../../net/work.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { verifying } from "../../oci/verify.ts";
import { scopeOf } from "./auth/scope.ts";
import { isTemporaryRefusal, type RegistryError, registryError } from "./error.ts";
import { isInserted } from "./foreign-page.ts";
import type { ListContext } from "./pages.ts";
import { cancelUpload, uploadRequest } from "./upload.ts";

/** Bytes up to which a blob is read into memory, within the deadline of a document. Component descriptors are that small. */
const MAX_DOCUMENT = 4 * 1024 * 1024;

/** Opens the content of a blob, which is verified when it is read to its end. */
export async function fetchBlob(blob: Descriptor, context: ListContext, signal?: AbortSignal): Promise<Readable> {
  // One byte more than expected is enough to find a longer one.
  const buffered = blob.size <= MAX_DOCUMENT ? { bufferUpTo: blob.size + 1, truncate: true } : {};
  const request = { method: "GET", url: urlOf(blob, context), ...buffered } as const;
  const response = await context.client.request(request, context.scopes, signal);
  if (response.status !== 200 || isInserted(response, blob)) throw await refusal(response, blob, context);
  return verifying(response.body, blob, response.hop.host, (error) => bodyError(response, error));
}

/** Requests the first byte of a blob. Resolves to the last request, after redirects. */
export async function probeBlob(blob: Descriptor, context: ListContext, signal?: AbortSignal): Promise<Hop> {
  const headers = blob.size > 0 ? { range: "bytes=0-0" } : {};
  const request = { method: "GET", url: urlOf(blob, context), headers } as const;
  const response = await context.client.request(request, context.scopes, signal);
  if (response.status >= 400 || isInserted(response, blob)) throw await refusal(response, blob, context);
  response.body.on("error", () => {}).destroy();
  return response.hop;
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

function refusal(response: HttpResponse, blob: Descriptor, { where }: ListContext): Promise<RegistryError> {
  const as = isInserted(response, blob) ? "CAPTIVE_PORTAL" : undefined;
  return registryError(response, `reading blob ${blob.digest} of ${where}`, { as, of: "blob" });
}
