import type { Readable } from "node:stream";
import { TransferError } from "../../errors/transfer-error.ts";
import { faultOf } from "../../net/address/address-policy.ts";
import { drain } from "../../net/body.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { printableUrl } from "../../text/redact.ts";
import type { AuthorizedClient, RegistryRequest } from "./auth/authorized-client.ts";
import { registryError } from "./error.ts";

export interface UploadContext {
  /** URL of the repository, with a slash at its end. */
  readonly base: string;
  readonly client: AuthorizedClient;
  readonly scopes: readonly string[];
  /** A phrase for errors: `pushing blob sha256:… to registry.test/a`. */
  readonly what: string;
}

/** The request that begins an upload, or mounts (distribution-spec, end-4a and end-11). */
export function uploadRequest(url: string): RegistryRequest {
  return { method: "POST", url, headers: { "content-length": "0" } };
}

/**
 * One POST and one streamed PUT (distribution-spec, "POST then PUT"), which every registry supports. The registry compares the digest at
 * the end, so a truncated stream leaves nothing but an upload session, which is cancelled.
 */
export async function pushBlob(
  { base, client, scopes, what }: UploadContext,
  expected: Descriptor,
  content: Readable | Buffer,
  signal?: AbortSignal,
): Promise<void> {
  let location: URL | undefined;
  // It may fail at any time; the error is read from `errored` below.
  const stream = Buffer.isBuffer(content) ? undefined : content.on("error", () => {});
  try {
    const begun = await client.request(uploadRequest(`${base}blobs/uploads/`), scopes, signal);
    if (begun.status !== 202) throw await registryError(begun, what, { of: "push" });
    await drain(begun);
    location = uploadLocation(begun.headers.location, begun.hop.url, what);
    if (stream?.errored) throw stream.errored;
    const url = new URL(location);
    url.search += `${url.search === "" ? "?" : "&"}digest=${encodeURIComponent(expected.digest)}`;
    const headers = { "content-type": "application/octet-stream", "content-length": String(expected.size) };
    // A body of a known size: undici refuses to send more or less than was announced.
    const put = await client.request(
      { method: "PUT", url: url.href, headers, body: content, attempts: 1 },
      scopesAt(url),
      signal,
    );
    if (put.status >= 300) {
      const remedy = put.status === 413 ? { remedy: BODY_LIMIT_REMEDY } : {};
      throw await registryError(put, `${what} (${expected.size} bytes)`, { of: "push", ...remedy });
    }
    await drain(put);
  } catch (error) {
    // When the source fails, the upload fails too: the error of the source is the cause.
    const cause = stream?.errored ?? error;
    stream?.destroy();
    if (location !== undefined) await cancelUpload(client, location, scopesAt(location));
    throw cause;
  }

  /** A location on another host gets no credentials: they are for the registry alone. */
  function scopesAt(url: URL): readonly string[] | undefined {
    return url.origin === new URL(base).origin ? scopes : undefined;
  }
}

const BODY_LIMIT_REMEDY =
  "Raise the limit of request bodies at the registry, or at the gateway before it (nginx: client_max_body_size), or transfer to a registry without this limit.";

/** Begins an upload and cancels it, which proves the right to push; whether the registry has removed it. */
export async function tryUpload({ base, client, scopes, what }: UploadContext, signal?: AbortSignal): Promise<boolean> {
  const begun = await client.request(uploadRequest(`${base}blobs/uploads/`), scopes, signal);
  if (begun.status !== 202) throw await registryError(begun, what, { of: "push" });
  await drain(begun);
  const location = uploadLocation(begun.headers.location, begun.hop.url, what);
  return cancelUpload(client, location, location.origin === new URL(base).origin ? scopes : undefined);
}

/** Cancels an unused upload session; false where that fails, and the registry removes it later by itself. */
export async function cancelUpload(
  client: AuthorizedClient,
  session: URL,
  scopes: readonly string[] | undefined,
): Promise<boolean> {
  const ask = async (method: "DELETE" | "GET", url: URL) => {
    const response = await client.request({ method, url: url.href, attempts: 1, redirects: false }, scopes);
    await drain(response);
    return response;
  };
  try {
    const { status } = await ask("DELETE", session);
    if (status !== 416) return status < 300 || status === 404;
    // The CNCF registry refuses a location from before it got any bytes; the present one is in the status of the upload (end-13).
    const { headers } = await ask("GET", session);
    const present = uploadLocation(headers.location, session.href, "cancelling an upload");
    return present.origin === session.origin && (await ask("DELETE", present)).status < 300;
  } catch {
    return false;
  }
}

/** The URL for the blob; `http` of the same host behind TLS is a fault of a reverse proxy, and TLS is kept. */
function uploadLocation(location: string | undefined, from: string, what: string): URL {
  const asked = new URL(from);
  const url = location === undefined ? null : URL.parse(location, from);
  const isPlain = url?.protocol === "http:" && url.username === "" && url.password === "";
  if (isPlain && asked.protocol === "https:" && url.hostname === asked.hostname) {
    return new URL(`${url.pathname}${url.search}`, asked.origin);
  }
  const isDowngrade = url?.protocol === "http:" && asked.protocol === "https:";
  if (url === null || faultOf(url) !== undefined || isDowngrade) {
    throw new TransferError(
      "UPLOAD_LOCATION_REFUSED",
      `${what}: the upload is sent to ${location === undefined ? "nowhere" : printableUrl(location)}`,
      {
        where: asked.host,
        remedy: "Ask the operators of the registry: behind a reverse proxy it needs its own public URL.",
      },
    );
  }
  return url;
}
