import { bytesOf } from "../../oci/content.ts";
import { type Descriptor, MAX_MANIFEST_BYTES, OCI_MANIFEST } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { parseManifest } from "../../oci/manifest.ts";
import type { Artifacts } from "./artifact-index.ts";
import type { BlobPool } from "./repository.ts";

/** The referrers in a repository, by subject. An archive has no list of them: every manifest is read. */
export async function referrersOf(
  manifests: Artifacts["manifests"],
  pool: BlobPool,
): Promise<ReadonlyMap<Digest, readonly Descriptor[]>> {
  const referrers = new Map<Digest, Descriptor[]>();
  for (const [digest, mediaType = OCI_MANIFEST] of manifests) {
    const size = await pool.size(digest);
    if (size === undefined || size > MAX_MANIFEST_BYTES) continue;
    const subject = await subjectOf(digest, mediaType, pool);
    if (subject === undefined) continue;
    referrers.set(subject, [...(referrers.get(subject) ?? []), { mediaType, digest, size }]);
  }
  return referrers;
}

/** Undefined for a manifest that cannot be read, too. */
async function subjectOf(digest: Digest, mediaType: string, pool: BlobPool): Promise<Digest | undefined> {
  try {
    return parseManifest(await bytesOf(pool.read(digest)), mediaType, digest).subject?.digest;
  } catch {
    return undefined;
  }
}
