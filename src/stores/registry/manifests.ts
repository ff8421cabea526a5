import type { Cache } from "../../bounds/cache.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import { drain, readAll } from "../../net/body.ts";
import { isForeignPage } from "../../net/foreign-page.ts";
import { untilSameTwice } from "../../net/repeat.ts";
import { asOneWork } from "../../net/work.ts";
import { isManifest, isRecord, MANIFEST_TYPES, MAX_MANIFEST_BYTES } from "../../oci/descriptor.ts";
import { isDigest, sha256 } from "../../oci/digest.ts";
import { isTag } from "../../oci/reference.ts";
import { verified } from "../../oci/verify.ts";
import { printable } from "../../text/redact.ts";
import type { KnownManifest } from "./cache.ts";
import { registryError } from "./error.ts";
import type { ListContext } from "./pages.ts";

export interface ManifestContext extends ListContext {
  /** Name of the repository. */
  readonly name: string;
  /** By `repository@digest`: another repository may lack the same manifest. */
  readonly manifests: Cache<KnownManifest>;
  /** Manifests that are being read, by `repository@digest`. */
  readonly reading: Map<string, Promise<KnownManifest>>;
}

/** Reads a manifest by tag or digest; one with a digest at most once. */
export async function getManifest(
  reference: string,
  context: ManifestContext,
  signal?: AbortSignal,
): Promise<KnownManifest> {
  const read = () =>
    asOneWork(() => untilSameTwice(context.client.attempts, () => readManifest(reference, context, signal), signal));
  if (!isDigest(reference)) return read();
  const { manifests, reading } = context;
  const key = `${context.name}@${reference}`;
  const known = manifests.get(key) ?? reading.get(key);
  if (known !== undefined) return known;
  const asked = read().finally(() => reading.delete(key));
  reading.set(key, asked);
  return asked;
}

async function readManifest(reference: string, context: ManifestContext, signal?: AbortSignal): Promise<KnownManifest> {
  const { name, base, client, scopes, where, manifests } = context;
  if (!isDigest(reference) && !isTag(reference)) {
    throw new TransferError("REFERENCE_MALFORMED", `"${printable(reference, 120)}" is neither tag nor digest`, {
      where,
      remedy: "See where the reference was written.",
    });
  }
  const url = `${base}manifests/${reference}`;
  const headers = { accept: MANIFEST_TYPES.join(", ") };
  const response = await client.request(
    { method: "GET", url, headers, bufferUpTo: MAX_MANIFEST_BYTES },
    scopes,
    signal,
  );
  const isPage = response.status === 200 && isForeignPage(response.headers);
  if (response.status !== 200 || isPage) {
    const as = isPage ? "CAPTIVE_PORTAL" : undefined;
    throw await registryError(response, `reading manifest ${reference} of ${where}`, { as, of: "manifest" });
  }
  const content = await readAll(response, MAX_MANIFEST_BYTES);
  const mediaType = mediaTypeOf(content, response.headers["content-type"]);
  const digest = isDigest(reference) ? reference : sha256(content);
  const manifest = { descriptor: { mediaType, digest, size: content.length }, content };
  verified(content, manifest.descriptor, where);
  manifests.set(`${name}@${digest}`, manifest, content.length);
  return manifest;
}

/** Writes a manifest under a tag or its digest; `doing` is a phrase such as `tagging registry.test/a:1`. */
export async function putManifest(
  reference: string,
  { descriptor, content }: KnownManifest,
  { base, client, scopes, doing }: ListContext & { readonly doing: string },
  signal?: AbortSignal,
): Promise<void> {
  const headers = { "content-type": descriptor.mediaType };
  const url = `${base}manifests/${reference}`;
  const response = await client.request({ method: "PUT", url, headers, body: content }, scopes, signal);
  if (response.status >= 300) throw await registryError(response, `${doing} (${measureOf(content)})`, { of: "push" });
  await drain(response);
}

/** What registries limit: `503 layers, 98304 bytes`. */
function measureOf(content: Buffer): string {
  const document = parsed(content);
  const layers = isRecord(document) && Array.isArray(document.layers) ? `${document.layers.length} layers, ` : "";
  return `${layers}${content.length} bytes`;
}

/** The media type in the document, unless the header is that of a manifest: some registries serve manifests as text. */
function mediaTypeOf(content: Buffer, contentType: string | undefined): string {
  const header = contentType?.split(";")[0]?.trim() ?? "";
  if (isManifest(header)) return header;
  const document = parsed(content);
  return isRecord(document) && typeof document.mediaType === "string" ? document.mediaType : header;
}

/** Undefined for invalid JSON, which the parser of manifests reports with its place. */
function parsed(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString("utf8"));
  } catch {
    return undefined;
  }
}
