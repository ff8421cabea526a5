import { TransferError } from "../../errors/transfer-error.ts";
import { isManifest } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { isRepository, isTag } from "../../oci/reference.ts";
import type { Repository } from "../../oci/store.ts";
import { printable } from "../../text/redact.ts";
import { type ArtifactIndex, artifactsOf } from "./artifact-index.ts";
import { type BlobPool, createCtfRepository, manifestUnknown } from "./repository.ts";
import type { Staging } from "./staging.ts";

interface WritableParts {
  readonly path: string;
  readonly name: string;
  readonly index: ArtifactIndex;
  readonly pool: BlobPool;
  readonly staging: Staging;
  /** Manifests that lost a tag, by repository. */
  readonly lost: Map<string, Set<Digest>>;
}

/** A repository of a CTF that is written: what is pushed lies in `staging` until the CTF is committed. */
export function createWritableRepository({ path, name, index, pool, staging, lost }: WritableParts): Repository {
  if (!isRepository(name)) throw unnamable(path, name);
  const isInPool = async (digest: Digest, size: number) => (await pool.size(digest)) === size;

  function loseTag(tag: string): void {
    const digest = index.get(name)?.tags.get(tag);
    if (digest === undefined) return;
    const digests = lost.get(name) ?? new Set();
    lost.set(name, digests.add(digest));
  }

  return {
    ...createCtfRepository(path, name, pool, index),

    async exists({ mediaType, digest, size }) {
      const isListed = !isManifest(mediaType) || index.get(name)?.manifests.has(digest) === true;
      return isListed && isInPool(digest, size);
    },

    async push(expected, content, signal) {
      await staging.put(expected, content, signal);
      if (isManifest(expected.mediaType)) artifactsOf(index, name).manifests.set(expected.digest, expected.mediaType);
    },

    async tag({ digest }, tag) {
      const own = index.get(name);
      if (!isTag(tag)) throw unnamable(path, tag);
      if (!own?.manifests.has(digest)) throw manifestUnknown(path, name, digest);
      if (own.tags.get(tag) !== digest) loseTag(tag);
      own.tags.set(tag, digest);
    },

    async untag(tag) {
      loseTag(tag);
      index.get(name)?.tags.delete(tag);
      return true;
    },

    /** All repositories share one pool. */
    mount: ({ digest, size }) => isInPool(digest, size),
  };
}

function unnamable(path: string, name: string): TransferError {
  return new TransferError("REFERENCE_MALFORMED", `${path} cannot hold ${printable(JSON.stringify(name), 120)}`, {
    where: path,
    remedy: "Repositories and tags of a CTF are named as those of a registry.",
  });
}
