import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { lstat, readdir, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { CHUNK_BYTES, chunkBytes } from "../../archive/chunk.ts";
import { unwritable } from "../../archive/refusal.ts";
import { isFileSystemError } from "../../errors/transfer-error.ts";
import { makePrivateFolder } from "../../files/atomic-write.ts";
import { BLOBS, blobName, digestOfName } from "../../oci/blob-name.ts";
import { streamOf } from "../../oci/content.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { fileSize, hasContent } from "../../oci/file-content.ts";
import { verifying } from "../../oci/verify.ts";

/** A folder for blobs that are not part of a CTF yet. It is created with the first of them. */
export interface Staging {
  readonly folder: string;
  /** Sizes of the blobs in it, in bytes. Without blobs that an earlier run left, until they are asked for. */
  readonly sizes: ReadonlyMap<Digest, number>;
  /** In bytes; undefined for a missing blob. A blob that an earlier run left is compared with its digest first. */
  size(digest: Digest): Promise<number | undefined>;
  put(expected: Descriptor, content: Readable | Buffer, signal?: AbortSignal): Promise<void>;
  read(digest: Digest): Readable;
  path(digest: Digest): string;
  create(): Promise<void>;
  /** Removes the folder with everything in it. */
  remove(): Promise<void>;
  /** Removes what is not complete, and leaves the blobs to the next run. */
  suspend(): Promise<void>;
}

export interface StagingOptions {
  /** The CTF that the blobs will belong to. */
  readonly path: string;
  /** Whether blobs are flushed to the disk when they are put. */
  readonly isDurable: boolean;
  /** Whether this run may use what an earlier one left. */
  readonly isOwned: boolean;
}

export function createStaging(folder: string, { path: target, isDurable, isOwned }: StagingOptions): Staging {
  const sizes = new Map<Digest, number>();
  const checks = new Map<Digest, Promise<void>>();
  let creating: Promise<void> | undefined;
  let isFolder: Promise<boolean> | undefined;
  const path = (digest: Digest) => join(folder, basename(blobName(digest)));

  async function create(): Promise<void> {
    creating ??= makePrivateFolder(folder);
    await creating;
  }

  /** Adds a blob that an earlier run left, if it has the content of its name. */
  async function adopt(digest: Digest): Promise<void> {
    // A commit can put a link in place of the folder.
    isFolder ??= lstat(folder).then(
      (found) => found.isDirectory(),
      () => false,
    );
    if (!(await isFolder)) return;
    const size = await fileSize(path(digest));
    if (size !== undefined && (await hasContent({ path: path(digest), size }, digest))) sizes.set(digest, size);
  }

  return {
    folder,
    sizes,
    path,
    create,
    read: (digest) => createReadStream(path(digest), { highWaterMark: chunkBytes(sizes.get(digest) ?? CHUNK_BYTES) }),

    async size(digest) {
      if (isOwned && !sizes.has(digest)) {
        const checking = checks.get(digest) ?? adopt(digest);
        checks.set(digest, checking);
        await checking;
      }
      return sizes.get(digest);
    },

    async put(expected, content, signal) {
      const partial = join(folder, randomUUID());
      try {
        await create();
        const verifiedContent = verifying(
          Buffer.isBuffer(content) ? streamOf(content) : content,
          expected,
          `the source of ${target}`,
        );
        await pipeline(verifiedContent, createWriteStream(partial, { flags: "wx", flush: isDurable }), { signal });
        await rename(partial, path(expected.digest));
      } catch (error) {
        await rm(partial, { force: true }).catch(() => {});
        throw isFileSystemError(error) ? unwritable(folder, error) : error;
      }
      sizes.set(expected.digest, expected.size);
    },

    // An aborted push may still be writing.
    remove: () => rm(folder, { recursive: true, force: true, maxRetries: 3 }),

    async suspend() {
      const names = await readdir(folder).catch(() => []);
      const unfinished = names.filter((name) => digestOfName(`${BLOBS}/${name}`) === undefined);
      if (unfinished.length === names.length) return rm(folder, { recursive: true, force: true });
      await Promise.all(unfinished.map((name) => rm(join(folder, name), { recursive: true, force: true })));
    },
  };
}
