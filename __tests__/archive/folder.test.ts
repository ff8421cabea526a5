import { posix, win32 } from "node:path";
import { expect, test } from "@jest/globals";
import { entryName } from "../../src/archive/folder.ts";

test.each([
  ["/srv/ctf", "/srv/ctf/blobs/sha256.1", posix, "blobs/sha256.1"],
  ["/srv/ctf", "/srv/ctf/a\\b", posix, "a\\b"],
  ["D:\\srv\\ctf", "D:\\srv\\ctf\\blobs\\sha256.1", win32, "blobs/sha256.1"],
  ["D:\\srv\\ctf", "d:\\SRV\\ctf\\artifact-index.json", win32, "artifact-index.json"],
])("the entry of a folder at %s for %s has slashes", (root, path, rules, name) => {
  expect(entryName(root, path, rules)).toBe(name);
});
