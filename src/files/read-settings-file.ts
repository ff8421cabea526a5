import { constants } from "node:fs";
import { open } from "node:fs/promises";

/** More than any file of keys, certificates or logins has. */
const MAX_BYTES = 4 * 1024 * 1024;

/** The text of a file that an input names, as `readSettingsBytes` reads it. */
export async function readSettingsFile(path: string): Promise<string> {
  return (await readSettingsBytes(path)).toString("utf8");
}

/**
 * The bytes of a file that an input names. A commit can put a link to `/dev/zero` in its place, and an earlier step a pipe: only a
 * regular file of at most 4 MiB is read, and none is waited for. Rejects with the error of the operating system, or one that says why.
 */
export async function readSettingsBytes(path: string): Promise<Buffer> {
  // Opening a pipe waits for its writer without O_NONBLOCK, which Windows does not have.
  const file = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  try {
    const status = await file.stat();
    if (!status.isFile() || status.size > MAX_BYTES) {
      throw new Error(`it is not a regular file of at most ${MAX_BYTES} bytes`);
    }
    // Files of /proc have a size of 0, whatever can be read from them.
    const buffer = Buffer.alloc(MAX_BYTES + 1);
    let length = 0;
    for (let bytesRead = -1; bytesRead !== 0 && length < buffer.length; length += bytesRead) {
      ({ bytesRead } = await file.read(buffer, length, buffer.length - length));
    }
    if (length > MAX_BYTES) throw new Error(`it has more than ${MAX_BYTES} bytes`);
    return buffer.subarray(0, length);
  } finally {
    await file.close();
  }
}
