import { posix, win32 } from "node:path";
import { expect, test } from "@jest/globals";
import { entryName } from "../../src/archive/folder.ts";

test.each([
  ["/work/ctf", "/work/ctf/blobs/sha256.1", posix, "blobs/sha256.1"],
  ["/work/ctf", "/work/ctf/a\\b", posix, "a\\b"],
  ["D:\\work\\ctf", "D:\\work\\ctf\\blobs\\sha256.1", win32, "blobs/sha256.1"],
  ["D:\\work\\ctf", "d:\\WORK\\ctf\\artifact-index.json", win32, "artifact-index.json"],
])("the entry of a folder at %s for %s has slashes", (root, path, rules, name) => {
  expect(entryName(root, path, rules)).toBe(name);
});
