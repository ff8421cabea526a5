import type { Readable } from "node:stream";
import { TransferError } from "../errors.ts";
import { drain } from "../http/client.ts";
import { printable } from "../redact.ts";
import type { AuthorizedClient, RegistryRequest } from "./authorization.ts";
import type { Descriptor } from "./descriptor.ts";
import { registryError } from "./registry-error.ts";

export interface UploadContext {
  /** URL of the repository, with a slash at its end. */
  readonly base: string;
  readonly client: AuthorizedClient;
  readonly scopes: readonly string[];
  /** What is being done, for errors. */
  readonly what: string;
}

/** The request that begins an upload, or mounts (distribution-spec, end-4a and end-11). */
export function uploadRequest(url: string): RegistryRequest {
  return { method: "POST", url, headers: { "content-length": "0" } };
}

/**
 * One POST and one streamed PUT (distribution-spec, "POST then PUT"): the one way that every registry knows. The registry compares
 * the digest at the end, so a broken stream leaves nothing behind but a session, which is cancelled.
 */
export async function pushBlob(
  { base, client, scopes, what }: UploadContext,
  expected: Descriptor,
  content: Readable | Buffer,
  signal?: AbortSignal,
): Promise<void> {
  let location: URL | undefined;
  const stream = Buffer.isBuffer(content) ? undefined : content;
  try {
    const begun = await client.request(uploadRequest(`${base}blobs/uploads/`), scopes, signal);
    if (begun.status !== 202) throw await registryError(begun, what);
    await drain(begun);
    if (stream?.errored) throw stream.errored;
    location = uploadLocation(begun.headers.location, begun.hop.url, what);
    const url = new URL(location);
    url.search += `${url.search === "" ? "?" : "&"}digest=${encodeURIComponent(expected.digest)}`;
    const headers = { "content-type": "application/octet-stream", "content-length": String(expected.size) };
    // A body of a known size: undici refuses to send more or less than was announced.
    const body = stream ?? (expected.size === 0 ? Buffer.alloc(0) : (content as Buffer));
    const put = await client.request(
      { method: "PUT", url: url.href, headers, body, attempts: 1 },
      scopesAt(url),
      signal,
    );
    if (put.status >= 300) throw await registryError(put, what);
    await drain(put);
  } catch (error) {
    const cause = sourceError(stream) ?? error;
    stream?.destroy();
    if (location !== undefined) await cancel(location);
    throw cause;
  }

  /** A location on another host gets no credentials: they are for the registry alone. */
  function scopesAt(url: URL): readonly string[] | undefined {
    return url.origin === new URL(base).origin ? scopes : undefined;
  }

  async function cancel(session: URL): Promise<void> {
    try {
      await drain(await client.request({ method: "DELETE", url: session.href, attempts: 1 }, scopesAt(session)));
    } catch {
      // The registry forgets sessions by itself in the end; what matters is the error that led here.
    }
  }
}

/** When the source breaks, the upload breaks too; the source's own error is the one that tells. */
function sourceError(stream: Readable | undefined): unknown {
  return stream?.errored ?? undefined;
}

/** Where to send the blob; `http` of the same host behind TLS is a reverse proxy's mistake, and TLS is kept. */
function uploadLocation(location: string | undefined, from: string, what: string): URL {
  const asked = new URL(from);
  const url = location === undefined ? null : URL.parse(location, from);
  if (url?.protocol === "http:" && asked.protocol === "https:" && url.hostname === asked.hostname) {
    return new URL(`${url.pathname}${url.search}`, asked.origin);
  }
  if (url === null || !/^https?:$/.test(url.protocol) || (url.protocol === "http:" && asked.protocol === "https:")) {
    throw new TransferError(
      "UPLOAD_LOCATION_REFUSED",
      `${what}: the upload is sent to ${printable(location ?? "nowhere", 120)}`,
      {
        where: asked.host,
        remedy: "Ask the operators of the registry: behind a reverse proxy it has to know its own public URL.",
      },
    );
  }
  return url;
}
