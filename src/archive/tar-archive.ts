import { createReadStream } from "node:fs";
import { type FileHandle, open, rm } from "node:fs/promises";
import { Readable } from "node:stream";
import type { Archive } from "./archive.ts";
import { CHUNK_BYTES } from "./chunk.ts";
import { isMacOsMetadata } from "./mac-os.ts";
import { refused } from "./refusal.ts";
import { type Bytes, type TarEntry, tarEntries } from "./tar-entries.ts";

/** The files of the tar archive at `path`, read in place. `where` is its name in messages. Fails with ARCHIVE_REFUSED or ARCHIVE_BROKEN. */
export async function indexTar(path: string, expects: (name: string) => boolean, where: string): Promise<Archive> {
  const file = await open(path);
  let files: ReadonlyMap<string, TarEntry>;
  try {
    files = await indexed(await bytesOfFile(file), expects, where);
  } finally {
    await file.close();
  }
  return {
    list: async () => [...files.keys()],
    size: async (name) => files.get(name)?.size,
    read(name) {
      const { offset = 0, size = 0 } = files.get(name) ?? {};
      if (size === 0) return Readable.from([]);
      return createReadStream(path, { start: offset, end: offset + size - 1, highWaterMark: CHUNK_BYTES });
    },
    close: async () => {},
  };
}

/** The same for a spooled archive, which is removed when it is closed. */
export async function indexSpooled(path: string, expects: (name: string) => boolean, where: string): Promise<Archive> {
  const archive = await indexTar(path, expects, where);
  return { ...archive, close: () => rm(path, { force: true }) };
}

async function indexed(bytes: Bytes, expects: (name: string) => boolean, where: string) {
  const files = new Map<string, TarEntry>();
  const directories = new Set<string>();
  for await (const entry of tarEntries(bytes, where)) {
    const name = plainName(entry, where);
    if (name === "" || isMacOsMetadata(name)) continue;
    if (!expects(name)) throw refused(where, entry.name, "does not belong into an archive of this kind");
    if (files.has(name) || directories.has(name)) throw refused(where, entry.name, "exists twice");
    if (entry.kind === "file") files.set(name, entry);
    else directories.add(name);
  }
  return files;
}

/** `./blobs/` is `blobs`, as `tar -C FOLDER .` writes it; all other names have to be plain relative paths. */
function plainName({ kind, name }: TarEntry, where: string): string {
  if (Buffer.byteLength(name) > 255) throw refused(where, name, "has a name that is too long");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the purpose
  if (/[\\\u0000-\u001f\u007f]/.test(name))
    throw refused(where, name, "has a name with characters that file names cannot have");
  if (name === "" || name.startsWith("/")) throw refused(where, name, "has no relative name");
  const isDirectory = kind === "directory";
  if (isDirectory && (name === "." || name === "./")) return "";
  const plain = (isDirectory ? name.replace(/\/$/, "") : name).replace(/^\.\//, "");
  const parts = plain.split("/");
  if (parts.includes("..")) throw refused(where, name, "leads out of the archive");
  if (parts.includes("") || parts.includes(".")) throw refused(where, name, "has a name that is not plain");
  return plain;
}

async function bytesOfFile(file: FileHandle): Promise<Bytes> {
  const { size } = await file.stat();
  return {
    size,
    async read(position, length) {
      const buffer = Buffer.alloc(Math.max(0, Math.min(length, size - position)));
      let filled = 0;
      while (filled < buffer.length) {
        const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, position + filled);
        if (bytesRead === 0) break;
        filled += bytesRead;
      }
      return buffer.subarray(0, filled);
    },
  };
}
