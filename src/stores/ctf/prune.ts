import { bytesOf } from "../../oci/content.ts";
import { MAX_MANIFEST_BYTES } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { parseManifest } from "../../oci/manifest.ts";
import type { Artifacts } from "./artifact-index.ts";
import type { BlobPool } from "./repository.ts";

/** Removes manifests that lost their last tag, with the manifests that only they refer to. Other untagged manifests were pushed by digest, and stay. */
export async function prune({ manifests, tags }: Artifacts, lost: ReadonlySet<Digest>, pool: BlobPool): Promise<void> {
  const tagged = new Set(tags.values());
  const suspects = await reachable(
    [...lost].filter((digest) => !tagged.has(digest)),
    manifests,
    pool,
  );
  if (suspects.size === 0) return;
  const roots = [...manifests.keys()].filter((digest) => tagged.has(digest) || !suspects.has(digest));
  const needed = await reachable(roots, manifests, pool);
  for (const digest of suspects) if (!needed.has(digest)) manifests.delete(digest);
}

/** These manifests, and all manifests of the repository that they refer to. */
async function reachable(
  roots: readonly Digest[],
  manifests: Artifacts["manifests"],
  pool: BlobPool,
): Promise<Set<Digest>> {
  const found = new Set<Digest>();
  const open = [...roots];
  for (let digest = open.pop(); digest !== undefined; digest = open.pop()) {
    if (found.has(digest) || !manifests.has(digest)) continue;
    found.add(digest);
    open.push(...(await referredTo(digest, manifests.get(digest) ?? "", pool)));
  }
  return found;
}

/** Empty for a manifest that cannot be read, too. */
async function referredTo(digest: Digest, mediaType: string, pool: BlobPool): Promise<Digest[]> {
  const size = await pool.size(digest);
  if (size === undefined || size > MAX_MANIFEST_BYTES) return [];
  try {
    const { manifests, subject } = parseManifest(await bytesOf(pool.read(digest)), mediaType, digest);
    return [...manifests, ...(subject === undefined ? [] : [subject])].map((each) => each.digest);
  } catch {
    return [];
  }
}
