import { randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rename, rm, rmdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { unwritable } from "../../archive/refusal.ts";
import { isFileSystemError } from "../../errors/transfer-error.ts";
import { makePrivateFolder } from "../../files/atomic-write.ts";
import { streamOf } from "../../oci/content.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { verifying } from "../../oci/verify.ts";

/** A folder for blobs that are not part of a CTF yet. It is created with the first of them. */
export interface Staging {
  readonly folder: string;
  /** Sizes of the blobs in it, in bytes. */
  readonly sizes: ReadonlyMap<Digest, number>;
  put(expected: Descriptor, content: Readable | Buffer, signal?: AbortSignal): Promise<void>;
  read(digest: Digest): Readable;
  path(digest: Digest): string;
  create(): Promise<void>;
  /** Removes the folder, and the empty folders around it that were created for it. */
  remove(): Promise<void>;
}

export interface StagingOptions {
  /** The CTF that the blobs will belong to. */
  readonly path: string;
  /** Whether blobs are flushed to the disk when they are put. */
  readonly isDurable: boolean;
}

export function createStaging(folder: string, { path: target, isDurable }: StagingOptions): Staging {
  const sizes = new Map<Digest, number>();
  let outermost: Promise<string> | undefined;
  const path = (digest: Digest) => join(folder, digest.replace(":", "."));

  async function create(): Promise<void> {
    outermost ??= makePrivateFolder(folder);
    await outermost;
  }

  return {
    folder,
    sizes,
    path,
    create,
    read: (digest) => createReadStream(path(digest)),

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

    async remove() {
      const created = await outermost?.catch(() => undefined);
      // An aborted push may still be writing.
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
      if (created === undefined) return;
      try {
        for (let each = dirname(folder); each.length >= created.length; each = dirname(each)) await rmdir(each);
      } catch {
        // It holds other files by now.
      }
    },
  };
}
