import { TransferError } from "../../../errors/transfer-error.ts";
import { faultOf } from "../../../net/address/address-policy.ts";
import { drain } from "../../../net/body.ts";
import { uploadedBytes } from "../../../net/range.ts";
import { printableUrl } from "../../../text/redact.ts";
import type { AuthorizedClient, RegistryRequest } from "../auth/authorized-client.ts";
import { registryError } from "../error.ts";

export interface UploadContext {
  /** URL of the repository, with a slash at its end. */
  readonly base: string;
  readonly client: AuthorizedClient;
  readonly scopes: readonly string[];
  /** A phrase for errors: `pushing blob sha256:… to registry.test/a`. */
  readonly what: string;
}

/** An upload that a registry has begun (distribution-spec, "Pushing blobs"). */
export interface Session {
  readonly location: URL;
  /** Bytes that the registry has, by its own word. */
  readonly offset: number;
  /** Bytes that a chunk has to have at least, but for the last one (`OCI-Chunk-Min-Length`). */
  readonly minChunk: number;
}

/** The request that begins an upload, or mounts (distribution-spec, end-4a and end-11). */
export function uploadRequest(url: string): RegistryRequest {
  return { method: "POST", url, headers: { "content-length": "0" } };
}

export async function beginUpload(
  { base, client, scopes, what }: UploadContext,
  signal?: AbortSignal,
): Promise<Session> {
  const begun = await client.request(uploadRequest(`${base}blobs/uploads/`), scopes, signal);
  if (begun.status !== 202) throw await registryError(begun, what, { of: "push" });
  await drain(begun);
  const minChunk = Number(/^\d{1,12}$/.exec(begun.headers["oci-chunk-min-length"] ?? "")?.[0] ?? 0);
  return { location: uploadLocation(begun.headers.location, begun.hop.url, what), offset: 0, minChunk };
}

/** The session with the bytes that the registry proves to have (distribution-spec, end-13); undefined where it proves nothing. */
export async function uploadStatus(
  session: Session,
  context: UploadContext,
  signal?: AbortSignal,
): Promise<Session | undefined> {
  const { client, what } = context;
  const { location } = session;
  const request = { method: "GET", url: location.href, attempts: 1, redirects: false } as const;
  const response = await client.request(request, scopesAt(location, context), signal);
  await drain(response);
  const offset = uploadedBytes(response.headers.range);
  if (response.status !== 204 || offset === undefined) return undefined;
  const next = response.headers.location;
  return { ...session, offset, location: next === undefined ? location : uploadLocation(next, location.href, what) };
}

/** A location on another host gets no credentials: they are for the registry alone. */
export function scopesAt(url: URL, { base, scopes }: UploadContext): readonly string[] | undefined {
  return url.origin === new URL(base).origin ? scopes : undefined;
}

/** Begins an upload and cancels it, which proves the right to push; whether the registry has removed it. */
export async function tryUpload(context: UploadContext, signal?: AbortSignal): Promise<boolean> {
  const { location } = await beginUpload(context, signal);
  return cancelUpload(context.client, location, scopesAt(location, context));
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

/**
 * The URL for the blob. `http` of the same host behind TLS, and a host without the port that it was requested at, are faults of a reverse
 * proxy (distribution/distribution#2572): origin and TLS are kept.
 */
export function uploadLocation(location: string | undefined, from: string, what: string): URL {
  const asked = new URL(from);
  const url = location === undefined ? null : URL.parse(location, from);
  if (url !== null && (isPlainTwin(url, asked) || lacksPort(url, asked))) {
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

function isPlainTwin(url: URL, asked: URL): boolean {
  return url.protocol === "http:" && asked.protocol === "https:" && isSameHost(url, asked);
}

/** Another service may be at the default port of the host, but hardly with the path of this API. */
function lacksPort(url: URL, asked: URL): boolean {
  const isWeb = url.protocol === "http:" || url.protocol === "https:";
  return isWeb && url.port === "" && asked.port !== "" && url.pathname.startsWith("/v2/") && isSameHost(url, asked);
}

function isSameHost(url: URL, asked: URL): boolean {
  return url.hostname === asked.hostname && url.username === "" && url.password === "";
}
