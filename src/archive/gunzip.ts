import { type Readable, Transform, type Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { errorCode, TransferError } from "../errors/transfer-error.ts";
import { CHUNK_BYTES } from "./chunk.ts";
import { damaged } from "./refusal.ts";

export interface UnpackLimits {
  /** Unpacked bytes in all. */
  readonly maxBytes: number;
  /** Unpacked bytes per compressed byte, beyond the first `ratioFreeBytes`: small files may well have a higher ratio. */
  readonly maxRatio: number;
  readonly ratioFreeBytes: number;
}

/** Deflate can reach 1032:1 (zlib, "Maximum Compression Factor"); real archives stay far below. */
export const UNPACK_LIMITS: UnpackLimits = {
  maxBytes: 512 * 1024 ** 3,
  maxRatio: 200,
  ratioFreeBytes: 256 * 1024 ** 2,
};

export function isGzip(start: Buffer): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/** The stages of a pipeline that unpacks gzip (RFC 1952). Fails with ARCHIVE_TOO_LARGE beyond the limits, ARCHIVE_BROKEN for trailing data. */
export function boundedGunzip(where: string, limits: UnpackLimits = UNPACK_LIMITS): [Transform, Transform, Transform] {
  const { maxBytes, maxRatio, ratioFreeBytes } = limits;
  let packed = 0;
  let unpacked = 0;
  const gunzip = createGunzip({ chunkSize: CHUNK_BYTES });
  const counted = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      packed += chunk.length;
      done(null, chunk);
    },
  });
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      unpacked += chunk.length;
      const isTooLarge = unpacked > maxBytes || unpacked > Math.max(ratioFreeBytes, maxRatio * gunzip.bytesWritten);
      done(isTooLarge ? tooLarge(where, gunzip.bytesWritten, maxBytes) : null, chunk);
    },
    flush(done) {
      // Node.js ignores zeros after the end.
      done(gunzip.bytesWritten === packed ? null : damaged(where, "has data after the end of its gzip stream"));
    },
  });
  return [counted, gunzip, bounded];
}

/** Unpacks into `sink`. Errors of `content` and `sink` are passed on. Otherwise fails with ARCHIVE_BROKEN or ARCHIVE_TOO_LARGE. */
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
    throw errorCode(error)?.startsWith("Z_") ? damaged(where, "is not an intact gzip file", error) : error;
  }
}

function tooLarge(where: string, packed: number, maxBytes: number): TransferError {
  return new TransferError(
    "ARCHIVE_TOO_LARGE",
    `${where}: ${packed} compressed bytes unpack to more than an archive may have (at most ${maxBytes} bytes, and a plausible ratio)`,
    {
      where,
      remedy: "If the size is intended, unpack the archive beforehand, and name the plain .tar file or the folder.",
    },
  );
}
