import { chmod, open, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Archive } from "../../archive/archive.ts";
import { pack } from "../../archive/pack.ts";
import { file, type TarInput } from "../../archive/tar-blocks.ts";
import { modeOf } from "../../files/atomic-write.ts";
import { makeFolders } from "../../files/place.ts";
import { BLOBS, blobName, digestOfName } from "../../oci/blob-name.ts";
import { ARTIFACT_INDEX } from "./artifact-index.ts";
import { type BlobSizes, DELTA_FILE, formatDelta } from "./delta.ts";
import type { Staging } from "./staging.ts";

/** What a commit needs besides the blobs. */
export interface CommitOptions {
  /** The CTF. */
  readonly path: string;
  /** Text of the artifact index. */
  readonly index: string;
  /** Blobs that an archive omits, as a delta. */
  readonly omitted: BlobSizes;
  /** Called right before the CTF changes; stops the commit by throwing. */
  readonly check: () => Promise<void>;
}

/** Moves the blobs into the folder and replaces the index last, so that every blob of the index is on the disk. */
export async function commitFolder({ path, index, check }: CommitOptions, staging: Staging): Promise<void> {
  await staging.create();
  await makeFolders(path, join(path, BLOBS), path);
  for (const digest of staging.sizes.keys()) await rename(staging.path(digest), join(path, blobName(digest)));
  await flush(join(path, BLOBS));
  const unfinished = join(staging.folder, ARTIFACT_INDEX);
  await writeFile(unfinished, index, { flush: true });
  await check();
  await rename(unfinished, join(path, ARTIFACT_INDEX));
  await flush(path);
}

/** Packs the blobs of the archive, and the staged ones, into a new archive that replaces it when it is complete. */
export async function commitArchive(
  { path, index, omitted, check }: CommitOptions,
  staging: Staging,
  before: Archive | undefined,
  signal?: AbortSignal,
): Promise<void> {
  const unfinished = join(staging.folder, "archive");
  await staging.create();
  // A run that was killed may have left one.
  await rm(unfinished, { force: true });
  // No entry for the folder of blobs: v2 of the CLI makes one in its working directory for it, and fails where it cannot.
  const delta = omitted.size === 0 ? [] : [file(DELTA_FILE, Buffer.from(formatDelta(omitted)))];
  const inputs = [file(ARTIFACT_INDEX, Buffer.from(index)), ...delta, ...(await blobs(staging, before))];
  await pack(unfinished, inputs, { isCompressed: !path.endsWith(".tar") }, signal);
  await chmod(unfinished, await modeOf(path));
  await check();
  await rename(unfinished, path);
  await flush(dirname(path));
}

async function blobs(staging: Staging, before: Archive | undefined): Promise<TarInput[]> {
  const found = new Map<string, TarInput>();
  for (const name of (await before?.list()) ?? []) {
    const size = await before?.size(name);
    if (before === undefined || size === undefined || digestOfName(name) === undefined) continue;
    found.set(name, { name, size, content: () => before.read(name) });
  }
  for (const [digest, size] of staging.sizes) {
    const name = blobName(digest);
    found.set(name, { name, size, content: () => staging.read(digest) });
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** A rename survives a power failure only after its folder is flushed. Windows opens no folders, and keeps renames in its journal. */
async function flush(folder: string): Promise<void> {
  if (process.platform === "win32") return;
  const handle = await open(folder);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
