import { readFile, stat } from "node:fs/promises";
import { archiveFormat } from "../../archive/archive.ts";
import { errorMessage, isFileSystemError } from "../../errors/transfer-error.ts";
import { blobsReferredTo } from "../ctf/blobs.ts";
import type { BlobsByRepository } from "../ctf/delta.ts";
import { poolOf } from "../ctf/repository.ts";
import { type CtfOptions, readCtf } from "../ctf/store.ts";
import { invalidBase, mergeBlobs, parseInventory } from "./inventory.ts";

const MAX_INVENTORY_BYTES = 64 * 1024 * 1024;

/** What the receiver of a delta has, by archives (deltas too, whose base it has as well) and inventories. Fails with INVENTORY_MALFORMED. */
export async function readBase(
  paths: readonly string[],
  options: CtfOptions,
  signal?: AbortSignal,
): Promise<BlobsByRepository> {
  const several: BlobsByRepository[] = [];
  for (const path of paths) several.push(await readOne(path, options, signal));
  return mergeBlobs(several);
}

async function readOne(path: string, options: CtfOptions, signal?: AbortSignal): Promise<BlobsByRepository> {
  try {
    if ((await archiveFormat(path)) !== undefined) return await blobsOfArchive(path, options, signal);
    const { size } = await stat(path);
    if (size > MAX_INVENTORY_BYTES) throw invalidBase(path, `it has ${size} bytes`);
    return parseInventory(await readFile(path, "utf8"), path).blobs;
  } catch (error) {
    throw isFileSystemError(error) ? invalidBase(path, errorMessage(error), error) : error;
  }
}

async function blobsOfArchive(path: string, options: CtfOptions, signal?: AbortSignal): Promise<BlobsByRepository> {
  const { archive, index } = await readCtf(path, options, signal);
  try {
    const pool = poolOf(archive);
    const blobs = new Map<string, Awaited<ReturnType<typeof blobsReferredTo>>>();
    for (const [name, { manifests }] of index) blobs.set(name, await blobsReferredTo(manifests, pool));
    return blobs;
  } finally {
    await archive.close();
  }
}
