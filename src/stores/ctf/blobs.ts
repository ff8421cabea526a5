import { bytesOf } from "../../oci/content.ts";
import { MAX_MANIFEST_BYTES, OCI_MANIFEST } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { parseManifest } from "../../oci/manifest.ts";
import type { Artifacts } from "./artifact-index.ts";
import type { BlobSizes } from "./delta.ts";
import type { BlobPool } from "./repository.ts";

/** The configs and layers of the manifests in a repository; none of a manifest that cannot be read. */
export async function blobsReferredTo(manifests: Artifacts["manifests"], pool: BlobPool): Promise<BlobSizes> {
  const blobs = new Map<Digest, number>();
  for (const [digest, mediaType = OCI_MANIFEST] of manifests) {
    const size = await pool.size(digest);
    if (size === undefined || size > MAX_MANIFEST_BYTES) continue;
    try {
      const { config, layers } = parseManifest(await bytesOf(pool.read(digest)), mediaType, digest);
      for (const blob of config === undefined ? layers : [config, ...layers]) blobs.set(blob.digest, blob.size);
    } catch {
      // Damaged content is reported where it is read for its own sake.
    }
  }
  return blobs;
}
