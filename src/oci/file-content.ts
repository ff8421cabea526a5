import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { type Digest, encoded, hasherOf } from "./digest.ts";

/** A part of a file. */
export interface FilePart {
  readonly path: string;
  /** Default 0. */
  readonly start?: number;
  /** In bytes. */
  readonly size: number;
}

const READ_BYTES = 1024 * 1024;

/** Size of a regular file in bytes; undefined for links and everything else, and for a missing file. */
export async function fileSize(path: string): Promise<number | undefined> {
  return (await withFile(path, async (file) => (await file.stat()).size)) ?? undefined;
}

/** Whether a part of a regular file, which may be missing, has the content of the digest. */
export async function hasContent({ path, start = 0, size }: FilePart, digest: Digest): Promise<boolean> {
  const isSame = await withFile(path, async (file) => {
    if ((await file.stat()).size < start + size) return false;
    const hash = hasherOf(digest);
    const buffer = Buffer.alloc(Math.min(READ_BYTES, size));
    for (let position = 0; position < size; ) {
      const length = Math.min(buffer.length, size - position);
      const { bytesRead } = await file.read(buffer, 0, length, start + position);
      if (bytesRead === 0) return false;
      hash.update(buffer.subarray(0, bytesRead));
      position += bytesRead;
    }
    return hash.digest("hex") === encoded(digest);
  });
  return isSame === true;
}

/** Undefined where there is no regular file, or it cannot be read. Links are not followed, and pipes not waited for. */
async function withFile<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T | undefined> {
  const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
  const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK).catch(() => undefined);
  if (file === undefined) return undefined;
  try {
    return (await file.stat()).isFile() ? await use(file) : undefined;
  } finally {
    await file.close();
  }
}
