import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { errorMessage, isFileSystemError, TransferError } from "../../errors/transfer-error.ts";
import { makeFolders } from "../../files/place.ts";
import { type Descriptor, OCI_INDEX } from "../../oci/descriptor.ts";
import { encoded } from "../../oci/digest.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import { retryStream } from "../../stores/retry-stream.ts";
import type { Graph } from "../source/graph.ts";
import type { Comparison } from "../verify/comparison.ts";

export interface SaveOptions {
  /** The real path of the folder that was named. No link below it is followed. */
  readonly root: string;
  /** Folder below it for files that are not complete yet; nothing else may be in it. */
  readonly partial: string;
  readonly attempts: number;
  readonly signal: AbortSignal;
}

/** Saves an artifact as an OCI image layout (image-spec, image-layout.md): `oci-layout`, `index.json`, every blob by its digest. */
export async function saveArtifact({ root, from, nodes }: Graph, folder: string, options: SaveOptions): Promise<void> {
  await inPlace(folder, options, async (partial) => {
    await Promise.all(
      nodes.map(async ({ descriptor }) => {
        const blobs = join(partial, "blobs", descriptor.digest.slice(0, descriptor.digest.indexOf(":")));
        await mkdir(blobs, { recursive: true });
        await saveBlob(from, descriptor, join(blobs, encoded(descriptor.digest)), options);
      }),
    );
    const { mediaType, digest, size } = root;
    const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [{ mediaType, digest, size }] };
    await writeFile(join(partial, "index.json"), JSON.stringify(index));
    await writeFile(join(partial, "oci-layout"), JSON.stringify({ imageLayoutVersion: "1.0.0" }));
  });
}

/** Saves a local blob as a file, if it passes the comparison; one that was split into several is put together again. */
export async function saveBlobs(
  from: ReadableRepository,
  blobs: readonly Descriptor[],
  file: string,
  options: SaveOptions,
  comparison?: Comparison,
): Promise<void> {
  await inPlace(file, options, async (partial) => {
    await writeFile(partial, "", { flag: "wx" });
    let start = 0;
    for (const [index, blob] of blobs.entries()) {
      // A second attempt overwrites what the first one left.
      const write = () => createWriteStream(partial, { flags: "r+", start });
      const save = async () => {
        const content = await from.fetch(blob, options.signal);
        await pipeline(comparison === undefined ? [content, write()] : [content, comparison.passing(index), write()]);
      };
      await retryStream(options.attempts, save, options.signal);
      start += blob.size;
    }
  });
}

async function saveBlob(from: ReadableRepository, blob: Descriptor, file: string, options: SaveOptions): Promise<void> {
  const save = async () => pipeline(await from.fetch(blob, options.signal), createWriteStream(file));
  await retryStream(options.attempts, save, options.signal);
}

/** Writes elsewhere and renames at the end: what bears the name is whole. */
async function inPlace(
  path: string,
  { root, partial }: SaveOptions,
  write: (path: string) => Promise<void>,
): Promise<void> {
  const unfinished = join(partial, randomUUID());
  try {
    await mkdir(root, { recursive: true });
    await mkdir(partial, { recursive: true, mode: 0o700 });
    await write(unfinished);
    await makeFolders(root, dirname(path), "input output");
    await rm(path, { recursive: true, force: true });
    await rename(unfinished, path);
  } catch (error) {
    if (!isFileSystemError(error)) throw error;
    throw new TransferError("OUTPUT_UNWRITABLE", `${path} cannot be written: ${errorMessage(error)}`, {
      where: "input output",
      remedy: "See that the folder can be written and has room.",
      cause: error,
    });
  }
}
