import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type Archive, archiveFormat, openArchive } from "../../src/archive/archive.ts";
import { tarEntries } from "../../src/archive/tar-entries.ts";
import { bytesOf } from "../../src/oci/content.ts";
import { base256, longName, pax, raw, tar } from "../../testing/content/tar-bytes.ts";
import { ctf, temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const LONG = `blobs/sha512.${"a".repeat(128)}`;

interface Opened {
  readonly archive: Archive;
  readonly spooled: () => readonly string[];
}

async function open(path: string): Promise<Opened> {
  const spool = join(temporaryFolder(), "below", "spool");
  const archive = await openArchive(path, { spool, expects: () => true });
  return { archive, spooled: () => readdirSync(join(spool, "..", ".."), { recursive: true, encoding: "utf8" }) };
}

function written(bytes: Buffer): string {
  const path = join(temporaryFolder(), "archive");
  writeFileSync(path, bytes);
  return path;
}

async function contents({ archive }: Opened): Promise<Record<string, string>> {
  const names = [...(await archive.list())].sort();
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, (await bytesOf(archive.read(name))).toString()])),
  );
}

describe("an archive has the same files", () => {
  const files = { "artifact-index.json": "{}", "blobs/a": "x".repeat(100_000), "blobs/empty": "" };

  function folder(): string {
    const path = temporaryFolder();
    mkdirSync(join(path, "blobs"));
    for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
    return path;
  }

  const tools: [string, string, string[]][] = [
    ["tar", "GNU's format, from a dot", ["--format=gnu", "."]],
    ["tar", "pax, with times and owners", ["--format=posix", "artifact-index.json", "blobs"]],
    ["tgz", "ustar, compressed", ["--format=ustar", "-z", "."]],
  ];

  test("as a folder", async () => {
    const path = folder();
    expect(await archiveFormat(path)).toBe("folder");
    const opened = await open(path);
    expect(await contents(opened)).toEqual(files);
    expect(await opened.archive.size("blobs")).toBeUndefined();
    expect(await opened.archive.size("blobs/a/b")).toBeUndefined();
  });

  test.each(tools)("as a %s file of GNU tar with %s", async (format, _what, args) => {
    const path = join(temporaryFolder(), "archive");
    execFileSync("tar", ["-C", folder(), "-cf", path, ...args]);
    expect(await archiveFormat(path)).toBe(format);
    const opened = await open(path);
    expect(await contents(opened)).toEqual(files);
    expect(await opened.archive.size("blobs/a")).toBe(100_000);
    expect(await opened.archive.size("blobs")).toBeUndefined();
    // Only what is compressed takes room, and only until it is closed.
    expect(opened.spooled().filter((name) => name.endsWith(".tar"))).toHaveLength(format === "tgz" ? 1 : 0);
    await opened.archive.close();
    expect(opened.spooled().filter((name) => name.endsWith(".tar"))).toEqual([]);
  });

  test.each(["v1-by-reference.tar", "v1-by-reference.tgz"] as const)("as %s of the OCM CLI", async (name) => {
    const opened = await open(ctf(name));
    expect(await opened.archive.list()).toHaveLength(12);
    await opened.archive.close();
  });
});

test.each<[string, Buffer]>([
  ["GNU's", Buffer.concat([longName(LONG), raw({ name: LONG.slice(0, 100), magic: "ustar  \0", content: "x" })])],
  ["pax's", Buffer.concat([pax({ path: LONG }), raw({ name: LONG.slice(0, 100), content: "x" })])],
  ["ustar's", raw({ prefix: LONG.slice(0, 5), name: LONG.slice(6, 106), content: "x" })],
])("a long name in %s way", async (way, entry) => {
  const opened = await open(written(tar(entry)));
  expect(await contents(opened)).toEqual({ [way === "ustar's" ? LONG.slice(0, 106) : LONG]: "x" });
});

test("pax records other than name and size are ignored", async () => {
  const comment = pax({ comment: "of everything" }, "g");
  const times = pax({ mtime: "1.5", "SCHILY.xattr.user.x": "y", size: "1", path: "a" });
  expect(await contents(await open(written(tar(comment, times, { name: "a", content: "x" }))))).toEqual({ a: "x" });
  expect(await contents(await open(written(gzipSync(tar()))))).toEqual({});
});

test.each<[string, Buffer]>([
  ["octal digits", raw({ name: "a", size: "100000000000" })],
  ["base-256", raw({ name: "a", size: base256(8n ** 11n) })],
  ["pax", Buffer.concat([pax({ size: String(8 ** 11) }), raw({ name: "a" })])],
])("a file of 8 GiB, said in %s, is found without being read", async (_, entry) => {
  const size = entry.length + 8 ** 11 + 1024;
  let asked = 0;
  const bytes = {
    size,
    async read(position: number, length: number) {
      asked += length;
      const found = Buffer.alloc(Math.min(length, size - position));
      if (position < entry.length) entry.copy(found, 0, position);
      return found;
    },
  };
  const found = [];
  for await (const each of tarEntries(bytes, "huge")) found.push(each);
  expect(found).toEqual([{ kind: "file", name: "a", offset: entry.length, size: 8 ** 11 }]);
  expect(asked).toBeLessThan(512 * 1024);
});

test("an archive with too many entries is refused", async () => {
  const window = Buffer.alloc(64 * 1024, raw({ name: "a" }));
  const bytes = { size: 300_000 * 512, read: async () => window };
  await expect(async () => {
    for await (const _ of tarEntries(bytes, "many"));
  }).rejects.toMatchObject({ code: "ARCHIVE_REFUSED", message: expect.stringContaining("250000 entries") });
});

test.each([
  ["text", Buffer.from("text")],
  ["zip", Buffer.concat([Buffer.from("PK\u0003\u0004"), Buffer.alloc(1000, 1)])],
  ["an empty file", Buffer.alloc(0)],
])("%s is not an archive", async (_, bytes) => {
  expect(await archiveFormat(written(bytes))).toBeUndefined();
});

test("a pipe is refused without waiting for its content", async () => {
  const path = join(temporaryFolder(), "pipe");
  execFileSync("mkfifo", [path]);
  expect(await archiveFormat(path)).toBeUndefined();
});

test("a spool folder that cannot be written is reported", async () => {
  const path = written(gzipSync(tar()));
  const spool = join(path, "below-a-file");
  await expect(openArchive(path, { spool, expects: () => true })).rejects.toMatchObject({
    code: "ARCHIVE_UNWRITABLE",
    where: spool,
  });
});

test("an aborted run leaves no files", async () => {
  const spool = temporaryFolder();
  const signal = AbortSignal.abort(new Error("stopped"));
  await expect(openArchive(ctf("v1-by-reference.tgz"), { spool, expects: () => true }, signal)).rejects.toMatchObject({
    name: "AbortError",
  });
  expect(readdirSync(spool)).toEqual([]);
});
