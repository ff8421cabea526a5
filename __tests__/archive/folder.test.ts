import { realpathSync, writeFileSync } from "node:fs";
import { join, posix, win32 } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { CHUNK_BYTES } from "../../src/archive/chunk.ts";
import { entryName, openFolder } from "../../src/archive/folder.ts";
import { bytesOf } from "../../src/oci/content.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

test.each([
  ["an empty file", 0],
  ["a small file", 100],
  ["a file of one chunk", CHUNK_BYTES],
  ["a file of several chunks", 3 * CHUNK_BYTES + 1],
])("%s is read completely, with no larger buffer than it needs", async (_, size) => {
  const root = realpathSync(temporaryFolder());
  const content = Buffer.alloc(size, "content");
  writeFileSync(join(root, "file"), content);
  const stream = openFolder(root).read("file");
  expect(stream.readableHighWaterMark).toBeLessThanOrEqual(Math.min(CHUNK_BYTES, size + 1));
  expect((await bytesOf(stream)).equals(content)).toBe(true);
});

test.each([
  ["/srv/ctf", "/srv/ctf/blobs/sha256.1", posix, "blobs/sha256.1"],
  ["/srv/ctf", "/srv/ctf/a\\b", posix, "a\\b"],
  ["D:\\srv\\ctf", "D:\\srv\\ctf\\blobs\\sha256.1", win32, "blobs/sha256.1"],
  ["D:\\srv\\ctf", "d:\\SRV\\ctf\\artifact-index.json", win32, "artifact-index.json"],
])("the entry of a folder at %s for %s has slashes", (root, path, rules, name) => {
  expect(entryName(root, path, rules)).toBe(name);
});
