import { type Digest, encoded, isDigest } from "./digest.ts";

export const BLOBS = "blobs";

/** Where a CTF, and v1's artifact set, keeps a blob: `blobs/<algorithm>.<hex>`. */
export function blobName(digest: Digest): string {
  return `${BLOBS}/${algorithm(digest)}.${encoded(digest)}`;
}

/** Where an OCI image layout keeps it (image-spec, image-layout.md): `blobs/<algorithm>/<hex>`. */
export function layoutBlobName(digest: Digest): string {
  return `${BLOBS}/${algorithm(digest)}/${encoded(digest)}`;
}

/** The digest that such a file is named after, in either way of naming. */
export function digestOfName(name: string): Digest | undefined {
  const [, named = "", hex = ""] = /^blobs\/(sha256|sha512)[./]([0-9a-f]+)$/.exec(name) ?? [];
  const digest = `${named}:${hex}`;
  return isDigest(digest) ? digest : undefined;
}

function algorithm(digest: Digest): string {
  return digest.slice(0, digest.indexOf(":"));
}
