import type { Hash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm, stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { isFileSystemError } from "../errors/transfer-error.ts";
import { gzip } from "./gzip.ts";
import { unwritable } from "./refusal.ts";
import { type TarInput, tarBlocks } from "./tar-blocks.ts";

export interface PackOptions {
  readonly isCompressed: boolean;
  /** Gets the bytes of the file. */
  readonly hash?: Hash;
}

const WRITE_BYTES = 4 * 1024 * 1024;

/** Writes a new tar file: flushed to disk when this returns its size in bytes, removed when it throws. Fails with ARCHIVE_UNWRITABLE. */
export async function pack(
  path: string,
  inputs: Iterable<TarInput>,
  { isCompressed, hash }: PackOptions,
  signal?: AbortSignal,
): Promise<number> {
  const tar = tarBlocks(inputs);
  const file = isCompressed ? gzip(tar) : tar;
  const sink = createWriteStream(path, { flags: "wx", mode: 0o600, flush: true, highWaterMark: WRITE_BYTES });
  try {
    await pipeline(hash === undefined ? file : hashed(file, hash), sink, { signal });
    return (await stat(path)).size;
  } catch (error) {
    await rm(path, { force: true }).catch(() => {});
    throw isFileSystemError(error) ? unwritable(path, error) : error;
  }
}

async function* hashed(content: AsyncIterable<Buffer>, hash: Hash): AsyncGenerator<Buffer> {
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
}
