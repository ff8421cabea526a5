import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Archive, archiveFormat, openArchive } from "../../archive/archive.ts";
import { errorCode, errorMessage, TransferError } from "../../errors/transfer-error.ts";
import { BLOBS, blobName, digestOfName } from "../../oci/blob-name.ts";
import { bytesOf } from "../../oci/content.ts";
import type { ReadableRepository, ReadableStore } from "../../oci/store.ts";
import { ARTIFACT_INDEX, type ArtifactIndex, malformedCtf, parseArtifactIndex } from "./artifact-index.ts";
import { createCtfRepository, poolOf } from "./repository.ts";

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
