import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { isFileSystemError } from "../errors/transfer-error.ts";
import { unwritable } from "./refusal.ts";
import { type TarInput, tarBlocks } from "./tar-blocks.ts";

export interface Packed {
  /** In bytes. */
  readonly size: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Writes a new tar file: flushed to disk when this returns, removed when it throws. Fails with ARCHIVE_UNWRITABLE. */
export async function pack(
  path: string,
  inputs: Iterable<TarInput>,
  { isCompressed }: { readonly isCompressed: boolean },
  signal?: AbortSignal,
): Promise<Packed> {
  const hash = createHash("sha256");
  let size = 0;
  const measured = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      hash.update(chunk);
      done(null, chunk);
    },
  });
  const sink = createWriteStream(path, { flags: "wx", mode: 0o600, flush: true });
  try {
    await (isCompressed
      ? pipeline(tarBlocks(inputs), createGzip(), withoutSystem(), measured, sink, { signal })
      : pipeline(tarBlocks(inputs), measured, sink, { signal }));
  } catch (error) {
    await rm(path, { force: true }).catch(() => {});
    throw isFileSystemError(error) ? unwritable(path, error) : error;
  }
  return { size, sha256: hash.digest("hex") };
}

/** zlib writes no time, but the operating system (RFC 1952, 2.3.1: OS); it becomes 255, "unknown", as in Go. */
function withoutSystem(): Transform {
  let position = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const place = 9 - position;
      if (place >= 0 && place < chunk.length) chunk[place] = 0xff;
      position += chunk.length;
      done(null, chunk);
    },
  });
}
