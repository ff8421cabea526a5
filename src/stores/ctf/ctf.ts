import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { type Archive, archiveFormat, openArchive } from "../../archive/archive.ts";
import { errorCode, errorMessage, TransferError } from "../../errors/transfer-error.ts";
import { BLOBS, blobName, digestOfName } from "../../oci/blob-name.ts";
import { bytesOf } from "../../oci/content.ts";
import { isManifest, isRecord, MAX_MANIFEST_BYTES, OCI_INDEX, OCI_MANIFEST } from "../../oci/descriptor.ts";
import { type Digest, isDigest } from "../../oci/digest.ts";
import type { ReadableRepository, ReadableStore } from "../../oci/store.ts";
import { verifying } from "../../oci/verify.ts";
import { ARTIFACT_INDEX, type ArtifactIndex, malformedCtf, parseArtifactIndex } from "./artifact-index.ts";
import { referrersOf } from "./referrers.ts";

/** A CTF. Closing it removes temporary files. */
export interface Ctf extends ReadableStore {
  listRepositories(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface CtfOptions {
  /** Folder that a compressed archive is unpacked below. */
  readonly spool?: string;
}

/** The files of a CTF, and its parsed index. */
export interface CtfContent {
  readonly archive: Archive;
  readonly index: ArtifactIndex;
}

/** Larger than an index of a hundred thousand artifacts, and small enough to be held in memory. */
const MAX_INDEX = 32 * 1024 * 1024;

/** Opens a CTF for reading: a folder, a tar file or a gzipped one, detected by content. */
export async function openCtf(path: string, options: CtfOptions = {}, signal?: AbortSignal): Promise<Ctf> {
  const { archive, index } = await readCtf(path, options, signal);
  const pool = poolOf(archive);
  const repositories = new Map<string, ReadableRepository>();
  return {
    kind: "ctf",
    name: path,
    repository(name) {
      const repository = repositories.get(name) ?? createCtfRepository(path, name, pool, index);
      repositories.set(name, repository);
      return repository;
    },
    listRepositories: async () => [...index.keys()],
    close: () => archive.close(),
  };
}

export async function readCtf(
  path: string,
  { spool = tmpdir() }: CtfOptions,
  signal?: AbortSignal,
): Promise<CtfContent> {
  const archive = await openFiles(path, spool, signal);
  try {
    const file = join(path, ARTIFACT_INDEX);
    const size = await archive.size(ARTIFACT_INDEX);
    if (size === undefined) throw malformedCtf(`${file} does not exist`, path);
    if (size > MAX_INDEX) throw malformedCtf(`${file} has ${size} bytes`, path);
    const text = (await bytesOf(archive.read(ARTIFACT_INDEX))).toString("utf8");
    return { archive, index: parseArtifactIndex(text, file, path) };
  } catch (error) {
    await archive.close();
    throw error;
  }
}

async function openFiles(path: string, spool: string, signal?: AbortSignal): Promise<Archive> {
  try {
    if ((await archiveFormat(path)) === undefined) {
      throw new TransferError("CTF_FORMAT_UNSUPPORTED", `${path} is neither a folder, nor a tar or gzip file`, {
        where: path,
        remedy: "Name a CTF folder, or a .tar or .tgz file of one.",
      });
    }
    const expects = (name: string) => name === ARTIFACT_INDEX || name === BLOBS || isBlob(name);
    return await openArchive(path, { spool, expects }, signal);
  } catch (error) {
    if (error instanceof TransferError || signal?.aborted === true) throw error;
    const why = errorCode(error) === "ENOENT" ? "does not exist" : `cannot be read: ${errorMessage(error)}`;
    throw malformedCtf(`${path} ${why}`, path, error);
  }
}

function isBlob(name: string): boolean {
  const digest = digestOfName(name);
  return digest !== undefined && blobName(digest) === name;
}

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

/** A repository of the CTF at `path`. Since the pool is shared, the index alone decides what belongs to it. */
export function createCtfRepository(
  path: string,
  name: string,
  pool: BlobPool,
  index: ArtifactIndex,
): ReadableRepository {
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
      if ((await pool.size(target.digest)) === undefined) {
        throw new TransferError("BLOB_UNKNOWN", `${path} lacks the blob ${target.digest}`, {
          where: path,
          remedy: "The archive is incomplete; write it again.",
        });
      }
      return verifying(pool.read(target.digest), target, path);
    },

    listTags: async () => [...(index.get(name)?.tags.keys() ?? [])],

    async listReferrers(subject) {
      referrers ??= referrersOf(index.get(name)?.manifests ?? new Map(), pool);
      return (await referrers).get(subject) ?? [];
    },
  };
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
