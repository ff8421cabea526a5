import { constants, createReadStream, fstatSync, openSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import nodePath, { join, type PlatformPath } from "node:path";
import { errorCode } from "../errors/transfer-error.ts";
import { placeBelow } from "../files/place.ts";
import type { Archive } from "./archive.ts";
import { chunkBytes } from "./chunk.ts";

/** `root` is a real path. Files that are links are read as long as they lead to files below it. */
export function openFolder(root: string): Archive {
  return {
    async list() {
      const found = await readdir(root, { recursive: true, withFileTypes: true });
      return found
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => entryName(root, join(parentPath, name)));
    },
    async size(name) {
      try {
        const found = await stat(placeBelow(root, name));
        return found.isFile() ? found.size : undefined;
      } catch (error) {
        if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return undefined;
        throw error;
      }
    },
    read(name) {
      const fd = openSync(placeBelow(root, name), READ);
      return createReadStream("", { fd, highWaterMark: chunkBytes(fstatSync(fd).size) });
    },
    close: async () => {},
  };
}

/** The name of a file as an archive has it, with slashes whatever the system separates folders with. */
export function entryName(root: string, path: string, { relative, sep }: PlatformPath = nodePath): string {
  return relative(root, path).replaceAll(sep, "/");
}

/** A link that replaces the file after the check is an error. */
const READ = constants.O_RDONLY | constants.O_NOFOLLOW;
