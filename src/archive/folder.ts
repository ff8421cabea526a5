import { createReadStream } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join, relative } from "node:path";
import { errorCode } from "../errors.ts";
import type { Archive } from "./archive.ts";

export function openFolder(path: string): Archive {
  return {
    async list() {
      const found = await readdir(path, { recursive: true, withFileTypes: true });
      return found
        .filter((entry) => entry.isFile())
        .map(({ parentPath, name }) => relative(path, join(parentPath, name)));
    },
    async size(name) {
      try {
        const found = await stat(join(path, name));
        return found.isFile() ? found.size : undefined;
      } catch (error) {
        if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return undefined;
        throw error;
      }
    },
    read: (name) => createReadStream(join(path, name)),
    close: async () => {},
  };
}
