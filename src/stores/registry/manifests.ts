import type { Cache } from "../../bounds/cache.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import { readAll } from "../../net/body.ts";
import { isForeignPage } from "../../net/foreign-page.ts";
import { untilSameTwice } from "../../net/repeat.ts";
import { asOneWork } from "../../net/work.ts";
import { isManifest, isRecord, MANIFEST_TYPES, MAX_MANIFEST_BYTES } from "../../oci/descriptor.ts";
import { type Digest, isDigest, sha256 } from "../../oci/digest.ts";
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

/** The digest of the content that an answer is about (distribution-spec, "Pulling manifests" and "Pushing Manifests"). */
export const DIGEST_HEADER = "docker-content-digest";

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

/**
 * Reads a manifest by tag or digest as the registry has it now. Content under a tag is compared with the digest that the registry names,
 * unless it is `expected`.
 */
export async function readManifest(
  reference: string,
  context: ManifestContext,
  signal?: AbortSignal,
  expected?: Digest,
): Promise<KnownManifest> {
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
  const named = response.headers[DIGEST_HEADER];
  const manifest = { descriptor: { mediaType, digest, size: content.length }, content };
  verified(content, manifest.descriptor, where);
  if (!isDigest(reference) && digest !== expected && isDigest(named)) {
    verified(content, { ...manifest.descriptor, digest: named }, where);
  }
  manifests.set(`${name}@${digest}`, manifest, content.length);
  return manifest;
}

/** The media type in the document, unless the header is that of a manifest: some registries serve manifests as text. */
function mediaTypeOf(content: Buffer, contentType: string | undefined): string {
  const header = contentType?.split(";")[0]?.trim() ?? "";
  if (isManifest(header)) return header;
  const document = parsed(content);
  return isRecord(document) && typeof document.mediaType === "string" ? document.mediaType : header;
}

/** Undefined for invalid JSON, which the parser of manifests reports with its place. */
/** The JSON document, or undefined. */
export function parsed(content: Buffer): unknown {
  try {
    return JSON.parse(content.toString("utf8"));
  } catch {
    return undefined;
  }
}
