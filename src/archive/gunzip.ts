import { type Readable, Transform, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { errorCode, TransferError } from "../errors/transfer-error.ts";
import { broken } from "./refusal.ts";

export interface UnpackLimits {
  /** Bytes in all. */
  readonly most: number;
  /** Bytes for one compressed byte; counts only beyond `free` bytes, since little things may well shrink to nearly nothing. */
  readonly ratio: number;
  readonly free: number;
}

/** Deflate can reach 1032:1 (zlib, "Maximum Compression Factor"); what people pack stays far below. */
export const UNPACK_LIMITS: UnpackLimits = { most: 512 * 1024 ** 3, ratio: 200, free: 256 * 1024 ** 2 };

export function isGzip(start: Buffer): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/** What content in gzip (RFC 1952) passes, one after the other, as long as it stays within the limits. */
export function boundedGunzip(where: string, { most, ratio, free } = UNPACK_LIMITS): [Transform, Transform, Transform] {
  let packed = 0;
  let unpacked = 0;
  const gunzip = createGunzip();
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      packed += chunk.length;
      done(null, chunk);
    },
  });
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      unpacked += chunk.length;
      const isTooLarge = unpacked > most || unpacked > Math.max(free, ratio * gunzip.bytesWritten);
      done(isTooLarge ? tooLarge(where, gunzip.bytesWritten, most) : null, chunk);
    },
    flush(done) {
      // Node.js passes over zeros behind the end.
      done(gunzip.bytesWritten === packed ? null : broken(where, "goes on behind the end of its gzip data"));
    },
  });
  return [counted, gunzip, bounded];
}

/** Unpacks into `sink`. Errors of `content` and `sink` pass as they are. */
export async function gunzipInto(
  content: Readable,
  sink: Writable,
  where: string,
  limits: UnpackLimits,
  signal?: AbortSignal,
): Promise<void> {
  try {
    await pipeline([content, ...boundedGunzip(where, limits), sink], { signal });
  } catch (error) {
    throw errorCode(error)?.startsWith("Z_") ? broken(where, "is no intact gzip file", error) : error;
  }
}

function tooLarge(where: string, packed: number, most: number): TransferError {
  return new TransferError(
    "ARCHIVE_TOO_LARGE",
    `${where}: ${packed} bytes unpack to more than belongs into an archive (at most ${most} bytes, and no bomb)`,
    { where, remedy: "If it is meant to be so, unpack it by hand, and name the plain .tar file or the folder." },
  );
}
