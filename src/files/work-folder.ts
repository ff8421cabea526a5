import { randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { makePrivateFolder } from "./atomic-write.ts";
import { type LockOptions, lock, OWN_FILES } from "./lock.ts";

/** A folder that a run fills file by file. */
export interface WorkFolder {
  /** Where files are prepared, on the same file system; new, and created with the first of them. */
  readonly partial: string;
  /** Files that earlier runs did not complete, by their names. */
  readonly left: ReadonlyMap<string, string>;
  /** Removes the lock and, unless the next run is to find them, all unfinished files. */
  close(options: { readonly isKept: boolean }): Promise<void>;
}

/** Locks a folder, which is created where it is missing. Fails with TARGET_LOCKED, or with the error of the file system. */
export async function openWorkFolder(root: string, options: LockOptions): Promise<WorkFolder> {
  const held = await lock(join(root, `${OWN_FILES}.lock`), options);
  const unfinished = join(root, `${OWN_FILES}.partial`);
  try {
    await makePrivateFolder(unfinished);
    const entries = await readdir(unfinished, { recursive: true, withFileTypes: true });
    const files = entries.filter((entry) => entry.isFile());
    return {
      partial: join(unfinished, randomUUID()),
      left: new Map(files.map(({ parentPath, name }) => [name, join(parentPath, name)])),
      async close({ isKept }) {
        if (!isKept && (await held.isHeld())) await rm(unfinished, { recursive: true, force: true });
        await held.release();
      },
    };
  } catch (error) {
    await held.release();
    throw error;
  }
}
