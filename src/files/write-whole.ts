import { randomUUID } from "node:crypto";
import { lstat, mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";

/** Of a file with a secret in it: its owner alone reads it. */
export const PRIVATE = 0o600;
const PUBLIC = 0o644;

/**
 * Replaces a file by a rename: it is whole or unchanged, and a link that has taken its place by then is replaced and not followed.
 * Without a mode, the file keeps its own. Errors are those of the file system.
 */
export async function writeWhole(path: string, content: string, mode?: number): Promise<void> {
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

/** Makes a folder that nobody else can look into. Resolves to the outermost folder that had to be made for it. */
export async function makePrivateFolder(path: string): Promise<string> {
  const outermost = await mkdir(dirname(path), { recursive: true });
  await mkdir(path, { mode: 0o700 });
  return outermost ?? path;
}

/** Of a regular file its permissions, of a new one those that everybody's files have. */
export async function modeOf(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  return found?.isFile() === true ? found.mode & 0o777 : PUBLIC;
}
