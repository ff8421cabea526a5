import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { lstat, mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Limiter } from "../../bounds/limiter.ts";
import { errorCode, errorMessage, isFileSystemError, TransferError } from "../../errors/transfer-error.ts";
import { makeFolders } from "../../files/place.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { fileSize, hasContent } from "../../oci/file-content.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import { retryStream } from "../../stores/retry-stream.ts";
import type { Comparison } from "../verify/comparison.ts";

export interface SaveOptions {
  /** The real path of the folder that was named. No link below it is followed. */
  readonly root: string;
  /** Folder below it for files of this run that are not complete yet; nothing else may be in it. */
  readonly partial: string;
  /** Complete blobs that earlier runs left, by their hexadecimal digests. */
  readonly left: ReadonlyMap<string, string>;
  readonly attempts: number;
  /** Limits how many blobs are saved at the same time. */
  readonly limiter: Limiter;
  readonly signal: AbortSignal;
}

/** In bytes; `skipped` were there already. */
export interface SavedBytes {
  readonly copied: number;
  readonly skipped: number;
}

/** Saves a local blob as a file, if it passes the comparison; one that was split into several is put together again. */
export function saveBlobs(
  from: ReadableRepository,
  blobs: readonly Descriptor[],
  file: string,
  options: SaveOptions,
  comparison?: Comparison,
): Promise<SavedBytes> {
  return limited(options, async () => {
    const size = sizeOf(blobs);
    if (await isSaved(blobs, file, options, comparison)) return { copied: 0, skipped: size };
    await inPlace(file, options, (partial) => joinBlobs(from, blobs, partial, options, comparison));
    return { copied: size, skipped: 0 };
  });
}

async function joinBlobs(
  from: ReadableRepository,
  blobs: readonly Descriptor[],
  file: string,
  { attempts, signal }: SaveOptions,
  comparison: Comparison | undefined,
): Promise<void> {
  await writeFile(file, "", { flag: "wx" });
  let start = 0;
  for (const [index, blob] of blobs.entries()) {
    // A second attempt overwrites what the first one left.
    const write = () => createWriteStream(file, { flags: "r+", start });
    const save = async () => {
      const content = await from.fetch(blob, signal);
      await pipeline(comparison === undefined ? [content, write()] : [content, comparison.passing(index), write()]);
    };
    await retryStream(attempts, save, signal);
    start += blob.size;
  }
}

export async function limited<T>({ limiter, signal }: SaveOptions, work: () => Promise<T>): Promise<T> {
  const release = await limiter.acquire("blobs", signal);
  try {
    return await work();
  } finally {
    release();
  }
}

/** Whether the file has exactly these blobs, and they pass the comparison. */
async function isSaved(
  blobs: readonly Descriptor[],
  file: string,
  { root }: SaveOptions,
  comparison: Comparison | undefined,
): Promise<boolean> {
  if ((await fileSize(file)) !== sizeOf(blobs)) return false;
  await makeFolders(root, dirname(file), "input output");
  let start = 0;
  for (const [index, { digest, size }] of blobs.entries()) {
    if (!(await hasContent({ path: file, start, size }, digest))) return false;
    if (comparison !== undefined) {
      const content = size === 0 ? [] : createReadStream(file, { start, end: start + size - 1 });
      await pipeline(content, comparison.passing(index), discarding());
    }
    start += size;
  }
  return true;
}

function discarding(): Writable {
  return new Writable({ write: (_chunk, _encoding, done) => done() });
}

export function sizeOf(blobs: readonly Descriptor[]): number {
  return blobs.reduce((total, { size }) => total + size, 0);
}

/** Writes elsewhere and renames at the end: a file or folder of the name is complete. Replaces what is there. */
export async function inPlace(
  path: string,
  { root, partial }: SaveOptions,
  write: (path: string) => Promise<void>,
): Promise<void> {
  const unfinished = join(partial, randomUUID());
  try {
    await mkdir(partial, { recursive: true, mode: 0o700 });
    await write(unfinished);
    await makeFolders(root, dirname(path), "input output");
    await checkReplaceable(path);
    await rm(path, { recursive: true, force: true });
    await rename(unfinished, path);
  } catch (error) {
    throw isFileSystemError(error) ? unwritableOutput(path, error) : error;
  }
}

/** A folder that is not an image layout is not of an earlier run: it may have files that exist nowhere else. */
async function checkReplaceable(path: string): Promise<void> {
  const names = await readdir(path).catch((error): string[] => {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return [];
    throw error;
  });
  if (names.length === 0 || names.includes("oci-layout") || (await lstat(path)).isSymbolicLink()) return;
  throw unwritableOutput(path, new Error("it is a folder, and not an image layout of an earlier run"));
}

export function unwritableOutput(path: string, cause: unknown): TransferError {
  return new TransferError("OUTPUT_UNWRITABLE", `${path} cannot be written: ${errorMessage(cause)}`, {
    where: "input output",
    remedy: "Check that the folder can be written, has space, and has no other files at this path.",
    cause,
  });
}
