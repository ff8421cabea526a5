import { randomUUID } from "node:crypto";
import { lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Mode of a file with a secret: only its owner can read it. */
export const PRIVATE = 0o600;
const PUBLIC = 0o644;

/**
 * Replaces a file by a rename: it is complete or unchanged, and a link in its place is replaced, not followed.
 * Without a mode, the file keeps its own. Throws the errors of the file system.
 */
export async function writeAtomically(path: string, content: string, mode?: number): Promise<void> {
  const temporary = join(dirname(path), `.partial-${randomUUID()}`);
  try {
    const file = await open(temporary, "wx", PRIVATE);
    try {
      await file.writeFile(content);
      await file.chmod(mode ?? (await modeOf(path)));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
}

/** Creates a folder that only its owner can read, or keeps it where it exists. A link or file in its place is replaced. */
export async function makePrivateFolder(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  if (found !== undefined) await rm(path);
  await mkdir(path, { mode: 0o700 });
}

/** The permissions of an existing regular file, or the default ones. */
export async function modeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isFile() === true ? found.mode & 0o777 : PUBLIC;
}
