import { createReadStream } from "node:fs";
import { open, realpath, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { CHUNK_BYTES } from "./chunk.ts";
import { openFolder } from "./folder.ts";
import { isGzip, UNPACK_LIMITS, type UnpackLimits } from "./gunzip.ts";
import { spoolTar } from "./spool.ts";
import { indexTar } from "./tar-archive.ts";

/** Files by name (`blobs/sha256.<hex>`), in a folder or a tar archive. */
export interface Archive {
  /** The names of all files. */
  list(): Promise<readonly string[]>;
  /** In bytes; undefined where there is no such file. */
  size(name: string): Promise<number | undefined>;
  /** The content of an existing file, not verified. */
  read(name: string): Readable;
  /** Removes what was spooled. */
  close(): Promise<void>;
}

export interface ArchiveOptions {
  /** Folder that a compressed archive is unpacked below, until it is closed. */
  readonly spool: string;
  /** Which files and directories may be in a tar archive; names without a slash at the end. */
  readonly expects: (name: string) => boolean;
  readonly limits?: UnpackLimits;
}

export type ArchiveFormat = "folder" | "tar" | "tgz";

/** The format by content, never by the name; undefined for a file that is neither tar nor gzip. */
export async function archiveFormat(path: string): Promise<ArchiveFormat | undefined> {
  const found = await stat(path);
  if (found.isDirectory()) return "folder";
  // Reading from a pipe could block.
  if (!found.isFile()) return undefined;
  const file = await open(path);
  try {
    const start = Buffer.alloc(512);
    const { bytesRead } = await file.read(start, 0, start.length, 0);
    if (isGzip(start)) return "tgz";
    const isTar = bytesRead === start.length && start.toString("latin1", 257, 262) === "ustar";
    return isTar || (bytesRead === start.length && start.every((byte) => byte === 0)) ? "tar" : undefined;
  } finally {
    await file.close();
  }
}

/** A plain tar archive is read in place; a compressed one is unpacked into one file of the spool folder first. */
export async function openArchive(
  path: string,
  { spool, expects, limits = UNPACK_LIMITS }: ArchiveOptions,
  signal?: AbortSignal,
): Promise<Archive> {
  const format = await archiveFormat(path);
  if (format === "folder") return openFolder(await realpath(path));
  if (format !== "tgz") return indexTar(path, expects, path);
  return spoolTar(createReadStream(path, { highWaterMark: CHUNK_BYTES }), path, { spool, expects, limits }, signal);
}
