import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Archive, archiveFormat, openArchive } from "../../archive/archive.ts";
import { errorCode, errorMessage, TransferError } from "../../errors/transfer-error.ts";
import { BLOBS, blobName, digestOfName } from "../../oci/blob-name.ts";
import { bytesOf } from "../../oci/content.ts";
import type { ReadableRepository, ReadableStore } from "../../oci/store.ts";
import { ARTIFACT_INDEX, type ArtifactIndex, malformedCtf, parseArtifactIndex } from "./artifact-index.ts";
import { type BlobSizes, DELTA_FILE, parseDelta } from "./delta.ts";
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

/** The files of a CTF, its parsed index, and the blobs that it omits as a delta. */
export interface CtfContent {
  readonly archive: Archive;
  readonly index: ArtifactIndex;
  readonly omitted: BlobSizes;
}

/** Larger than an index of a hundred thousand artifacts, and small enough to be held in memory. */
const MAX_DOCUMENT_BYTES = 32 * 1024 * 1024;

/** Opens a CTF for reading: a folder, a tar file or a gzipped one, detected by content. */
export async function openCtf(path: string, options: CtfOptions = {}, signal?: AbortSignal): Promise<Ctf> {
  const { archive, index, omitted } = await readCtf(path, options, signal);
  const parts = { path, pool: poolOf(archive), index, omitted };
  const repositories = new Map<string, ReadableRepository>();
  return {
    kind: "ctf",
    name: path,
    repository(name) {
      const repository = repositories.get(name) ?? createCtfRepository(name, parts);
      repositories.set(name, repository);
      return repository;
    },
    listRepositories: async () => [...index.keys()],
    close: () => archive.close(),
  };
}

const DOCUMENTS: ReadonlySet<string> = new Set([ARTIFACT_INDEX, DELTA_FILE]);

export async function readCtf(
  path: string,
  { spool = tmpdir() }: CtfOptions,
  signal?: AbortSignal,
): Promise<CtfContent> {
  const archive = await openFiles(path, spool, signal);
  try {
    const document = await readDocument(archive, ARTIFACT_INDEX, path);
    if (document === undefined) throw malformedCtf(`${join(path, ARTIFACT_INDEX)} does not exist`, path);
    const index = parseArtifactIndex(document, join(path, ARTIFACT_INDEX), path);
    const delta = await readDocument(archive, DELTA_FILE, path);
    const omitted = delta === undefined ? new Map() : parseDelta(delta, join(path, DELTA_FILE), path);
    return { archive, index, omitted };
  } catch (error) {
    await archive.close();
    throw error;
  }
}

/** Undefined for a file that does not exist. */
async function readDocument(archive: Archive, name: string, path: string): Promise<string | undefined> {
  const size = await archive.size(name);
  if (size === undefined) return undefined;
  if (size > MAX_DOCUMENT_BYTES) throw malformedCtf(`${join(path, name)} has ${size} bytes`, path);
  return (await bytesOf(archive.read(name))).toString("utf8");
}

async function openFiles(path: string, spool: string, signal?: AbortSignal): Promise<Archive> {
  try {
    if ((await archiveFormat(path)) === undefined) {
      throw new TransferError("CTF_FORMAT_UNSUPPORTED", `${path} is neither a folder, nor a tar or gzip file`, {
        where: path,
        remedy: "Name a CTF folder, or a .tar or .tgz file of one.",
      });
    }
    const expects = (name: string) => DOCUMENTS.has(name) || name === BLOBS || isBlob(name);
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
