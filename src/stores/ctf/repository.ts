import type { Readable } from "node:stream";
import type { Archive } from "../../archive/archive.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import { blobName } from "../../oci/blob-name.ts";
import { bytesOf, streamOf } from "../../oci/content.ts";
import {
  type Descriptor,
  isManifest,
  isRecord,
  MAX_MANIFEST_BYTES,
  OCI_INDEX,
  OCI_MANIFEST,
} from "../../oci/descriptor.ts";
import { type Digest, isDigest } from "../../oci/digest.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import { verifying } from "../../oci/verify.ts";
import type { ArtifactIndex } from "./artifact-index.ts";
import { blobsReferredTo } from "./blobs.ts";
import type { BlobSizes } from "./delta.ts";
import { referrersOf } from "./referrers.ts";

/** All blobs of a CTF: its repositories share them. */
export interface BlobPool {
  /** In bytes; undefined for a missing blob. */
  size(digest: Digest): Promise<number | undefined>;
  /** The bytes of an existing blob, not verified. */
  read(digest: Digest): Readable;
}

export function poolOf(archive: Archive): BlobPool {
  return { size: (digest) => archive.size(blobName(digest)), read: (digest) => archive.read(blobName(digest)) };
}

export interface CtfParts {
  /** The CTF. */
  readonly path: string;
  readonly pool: BlobPool;
  readonly index: ArtifactIndex;
  /** Blobs that it omits, as a delta. */
  readonly omitted: BlobSizes;
}

/** A repository of a CTF. Since the pool is shared, the index alone decides what belongs to it. */
export function createCtfRepository(name: string, { path, pool, index, omitted }: CtfParts): ReadableRepository {
  let blobs: ReturnType<typeof blobsReferredTo> | undefined;
  let referrers: ReturnType<typeof referrersOf> | undefined;
  return {
    name,

    async resolve(reference) {
      const own = index.get(name);
      const digest = isDigest(reference) ? reference : own?.tags.get(reference);
      const size = digest === undefined || !own?.manifests.has(digest) ? undefined : await pool.size(digest);
      if (digest === undefined || size === undefined) throw manifestUnknown(path, name, reference);
      return { mediaType: own?.manifests.get(digest) ?? (await sniffedType(pool, digest)), digest, size };
    },

    async exists({ digest }) {
      return (await pool.size(digest)) !== undefined;
    },

    async fetch(target) {
      if (target.data !== undefined) return streamOf(target.data);
      if ((await pool.size(target.digest)) === undefined) {
        throw omitted.has(target.digest) ? blobOmitted(path, target) : blobLacking(path, target);
      }
      return verifying(pool.read(target.digest), target, path);
    },

    async absenceOf({ digest, data }) {
      if (data !== undefined || (await pool.size(digest)) !== undefined) return undefined;
      return omitted.has(digest) ? "omitted" : "missing";
    },

    async refersTo({ digest }) {
      blobs ??= blobsReferredTo(index.get(name)?.manifests ?? new Map(), pool);
      return (await blobs).has(digest);
    },

    listTags: async () => [...(index.get(name)?.tags.keys() ?? [])],

    async listReferrers(subject) {
      referrers ??= referrersOf(index.get(name)?.manifests ?? new Map(), pool);
      return (await referrers).get(subject) ?? [];
    },
  };
}

/** The error for a blob that a CTF should have. */
export function blobLacking(path: string, { digest }: Descriptor): TransferError {
  return new TransferError("BLOB_UNKNOWN", `${path} lacks the blob ${digest}`, {
    where: path,
    remedy: "The archive is incomplete; write it again.",
  });
}

function blobOmitted(path: string, { digest }: Descriptor): TransferError {
  return new TransferError("BASE_MISSING", `${path} is a delta, and omits the blob ${digest}`, {
    where: path,
    remedy: "Transfer it to a target that has the base of the delta, and read the component version from there.",
  });
}

export function manifestUnknown(path: string, repository: string, reference: string): TransferError {
  return new TransferError("MANIFEST_UNKNOWN", `${path} has no artifact ${repository}:${reference}`, { where: path });
}

/** For indexes of old archives, without media types: most manifests have their own, and Docker's always do. */
export async function sniffedType(pool: BlobPool, digest: Digest): Promise<string> {
  const size = await pool.size(digest);
  if (size === undefined || size > MAX_MANIFEST_BYTES) return OCI_MANIFEST;
  try {
    const document: unknown = JSON.parse((await bytesOf(pool.read(digest))).toString("utf8"));
    if (!isRecord(document)) return OCI_MANIFEST;
    if (typeof document.mediaType === "string" && isManifest(document.mediaType)) return document.mediaType;
    return Array.isArray(document.manifests) ? OCI_INDEX : OCI_MANIFEST;
  } catch {
    return OCI_MANIFEST;
  }
}
