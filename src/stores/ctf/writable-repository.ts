import { TransferError } from "../../errors/transfer-error.ts";
import { type Descriptor, isManifest } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { isRepository, isTag } from "../../oci/reference.ts";
import type { Repository } from "../../oci/store.ts";
import { printable } from "../../text/redact.ts";
import { artifactsOf } from "./artifact-index.ts";
import { type CtfParts, createCtfRepository, manifestUnknown } from "./repository.ts";
import type { Staging } from "./staging.ts";

interface WritableParts extends CtfParts {
  readonly name: string;
  readonly staging: Staging;
  /** Notes that a delta omits the blob; false where it has to have it. */
  readonly omit: (blob: Descriptor, repository: string) => boolean;
  /** Manifests that lost a tag, by repository. */
  readonly lost: Map<string, Set<Digest>>;
}

/** A repository of a CTF that is written: what is pushed lies in `staging` until the CTF is committed. */
export function createWritableRepository({ name, staging, omit, lost, ...parts }: WritableParts): Repository {
  const { path, index, pool } = parts;
  if (!isRepository(name)) throw unnamable(path, name);
  const isInPool = async (digest: Digest, size: number) => (await pool.size(digest)) === size;

  function loseTag(tag: string): void {
    const digest = index.get(name)?.tags.get(tag);
    if (digest === undefined) return;
    const digests = lost.get(name) ?? new Set();
    lost.set(name, digests.add(digest));
  }

  return {
    ...createCtfRepository(name, parts),

    async exists(target) {
      const { mediaType, digest, size } = target;
      const isListed = !isManifest(mediaType) || index.get(name)?.manifests.has(digest) === true;
      return isListed && ((await isInPool(digest, size)) || omit(target, name));
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
    mount: async (target) => (await isInPool(target.digest, target.size)) || omit(target, name),
  };
}

function unnamable(path: string, name: string): TransferError {
  return new TransferError("REFERENCE_MALFORMED", `${path} cannot hold ${printable(JSON.stringify(name), 120)}`, {
    where: path,
    remedy: "Repositories and tags of a CTF are named as those of a registry.",
  });
}
