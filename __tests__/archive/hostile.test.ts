import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "@jest/globals";
import { openArchive } from "../../src/archive/archive.ts";
import { base256, END, longName, pax, type RawEntry, raw, tar } from "../../testing/content/tar-bytes.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const LONG = `blobs/${"x".repeat(120)}`;
const named = (name: string, more: RawEntry = {}) => tar({ name, content: "x", ...more });

const REFUSED: readonly (readonly [what: string, why: string, bytes: Buffer])[] = [
  ["a hard link", "hard link", tar({ flag: "1", link: "/etc/passwd" })],
  ["a symbolic link", "symbolic link", tar({ flag: "2", link: "../../etc/passwd" })],
  ["a symbolic link, and a file below it", "symbolic link", tar({ name: "a", flag: "2", link: "/" }, { name: "a/b" })],
  ["a character device", "device", tar({ flag: "3" })],
  ["a block device", "device", tar({ flag: "4" })],
  ["a named pipe", "named pipe", tar({ flag: "6" })],
  ["a contiguous file", "contiguous", tar({ flag: "7", content: "x" })],
  ["a sparse file", "sparse", tar({ flag: "S", content: "x", magic: "ustar  \0" })],
  ["an unknown kind", "unknown kind", tar({ flag: "Z" })],
  ["a continued volume", "unknown kind", tar({ flag: "M" })],
  ["..", "leads out", named("..")],
  ["../x", "leads out", named("../x")],
  ["a/../../x", "leads out", named("a/../../x")],
  [".. as a prefix", "leads out", named("x", { prefix: ".." })],
  ["an absolute path", "no relative name", named("/etc/passwd")],
  ["an absolute path by prefix", "no relative name", named("passwd", { prefix: "/etc" })],
  ["a path from a share", "no relative name", named("//host/share")],
  ["no name", "no relative name", named("")],
  ["a backslash", "characters", named("..\\x")],
  ["a newline", "characters", named("a\nb")],
  ["an escape sequence", "characters", named("\u001b[2Ja")],
  ["a name with data after a NUL", "after its terminator", named("a\0/../../b")],
  ["a NUL in a pax path", "characters", tar(pax({ path: `${LONG}\0y` }), { name: LONG.slice(0, 100) })],
  ["a name that is not UTF-8", "UTF-8", tar(rawWithByte(0xff))],
  ["a name of 300 bytes", "too long", tar(longName("x".repeat(300)), { name: "x".repeat(100), magic: "ustar  \0" })],
  ["a doubled slash", "not plain", named("a//b")],
  ["a dot in the middle", "not plain", named("a/./b")],
  ["a file with a directory's name", "directory's name", named("blobs/")],
  ["a directory with content", "with content", tar({ name: "blobs", flag: "5", content: "x" })],
  ["a file twice", "twice", tar({ name: "a", content: "1" }, { name: "a", content: "2" })],
  ["a file twice, written differently", "twice", tar({ name: "a", content: "1" }, { name: "./a", content: "2" })],
  ["a file and a directory of one name", "twice", tar({ name: "a", content: "1" }, { name: "a", flag: "5" })],
  ["an unexpected file", "does not belong into an archive", named("secret.txt")],
  ["a negative size", "negative size", named("a", { size: base256(-1n) })],
  ["an absurd size", "absurd size", named("a", { size: base256(2n ** 60n) })],
  ["a small size in base-256", "in the form for large ones", named("a", { size: base256(1n) })],
  ["an invalid size", "not a number", named("a", { size: "0000000000x\0" })],
  ["a size with a sign", "not a number", named("a", { size: "-0000000001\0" })],
  ["no size", "not a number", named("a", { size: Buffer.alloc(12) })],
  ["a contradictory pax size", "two sizes", tar(pax({ size: "1024" }), { name: "a", content: "x" }, END)],
  [
    "a pax size that octal digits could express",
    "two sizes",
    tar(pax({ size: "512" }), { name: "a" }, raw({ name: "b" })),
  ],
  ["an invalid pax size", "pax header has the size", tar(pax({ size: "1e3" }), { name: "a", content: "x" })],
  ["a negative pax size", "pax header has the size", tar(pax({ size: "-1" }), { name: "a", content: "x" })],
  ["a contradictory pax path", "two names", tar(pax({ path: "../../x" }), { name: "a", content: "x" })],
  ["a contradictory long pax path", "two names", tar(pax({ path: LONG }), { name: "a", content: "x" })],
  ["a pax link", "declares a link", tar(pax({ linkpath: "/etc/passwd" }), { name: "a", content: "x" })],
  ["a sparse file of pax", "declares a sparse", tar(pax({ "GNU.sparse.name": "b" }), { name: "a", content: "x" })],
  ["two pax headers", "two pax headers", tar(pax({ mtime: "1" }), pax({ mtime: "2" }), { name: "a" })],
  [
    "a duplicate record",
    "two records",
    tar(raw({ flag: "x", content: "8 size=1\n8 size=2\n".replaceAll("8", "9") }), { name: "a" }),
  ],
  ["a pax header with a wrong length", "malformed", tar(raw({ flag: "x", content: "99 path=a\n" }), { name: "a" })],
  ["a pax header without an end", "malformed", tar(raw({ flag: "x", content: "9 path=ab" }), { name: "a" })],
  [
    "a pax header of 1 MiB",
    "is an extended header",
    tar(raw({ flag: "x", content: "x".repeat(1024 * 1024) }), { name: "a" }),
  ],
  ["a path for all entries", "global", tar(pax({ path: "b" }, "g"), { name: "a", content: "x" })],
  ["a contradictory GNU long name", "two names", tar(longName("../../x"), { name: "a", content: "x" })],
  ["two long names", "two long names", tar(longName(LONG), longName(LONG), { name: LONG.slice(0, 100) })],
  [
    "long names of both kinds",
    "two long names",
    tar(longName(LONG), pax({ path: LONG }), { name: LONG.slice(0, 100) }),
  ],
  ["a long name with a NUL inside", "not terminated", tar(longName("a\0b"), { name: "a" })],
  ["a GNU long link", "is a link", tar(longName("/etc/passwd", "K"), { name: "a" })],
  ["a pax header without an entry", "has no entry", tar(pax({ mtime: "1" }))],
  ["another archive after the end", "follows the end", Buffer.concat([named("a"), named("a")])],
  ["2 MiB of zeros after the end", "follow the end", Buffer.concat([named("a"), Buffer.alloc(2 * 1024 * 1024)])],
];

const DAMAGED: readonly (readonly [what: string, bytes: Buffer])[] = [
  ["truncated in a header", named("a").subarray(0, 300)],
  ["truncated in the content of an entry", tar({ name: "a", content: "x".repeat(2000) }).subarray(0, 1500)],
  ["truncated before the end marker", raw({ name: "a", content: "x" })],
  ["half of an end marker", Buffer.concat([raw({ name: "a", content: "x" }), Buffer.alloc(512)])],
  ["a size beyond the end", named("a", { size: "77777777777\0" })],
  ["a huge size beyond the end", named("a", { size: base256(2n ** 40n) })],
  ["a pax size beyond the end", tar(pax({ size: "9999999999" }), { name: "a" })],
  ["a wrong checksum", named("a", { checksum: "000000\0 " })],
  ["garbage instead of a second header", Buffer.concat([raw({ name: "a" }), Buffer.alloc(1024, "garbage")])],
  ["no ustar header", named("a", { magic: "\0\0\0\0\0\0\0\0" })],
];

function rawWithByte(byte: number): Buffer {
  const entry = raw({ name: "a", checksum: "" });
  entry[1] = byte;
  entry.write("        ", 148);
  const sum = entry.subarray(0, 512).reduce((total, each) => total + each, 0);
  entry.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return entry;
}

/** Opens the archive in a folder of its own, and returns the error and all names in the folder. */
async function open(bytes: Buffer): Promise<{ error: unknown; left: string[] }> {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "spool"));
  const path = join(folder, "archive");
  writeFileSync(path, bytes);
  const expects = (name: string) => name !== "secret.txt";
  const error = await openArchive(path, { spool: join(folder, "spool"), expects }).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(readFileSync(path).equals(bytes)).toBe(true);
  return { error, left: readdirSync(folder, { recursive: true, encoding: "utf8" }).sort() };
}

describe.each([
  ["a tar archive", (bytes: Buffer) => bytes],
  ["a compressed tar archive", (bytes: Buffer) => gzipSync(bytes)],
])("%s", (_, packed) => {
  test.each(REFUSED)("is refused with %s", async (_what, why, bytes) => {
    const { error, left } = await open(packed(bytes));
    expect(error).toMatchObject({ code: "ARCHIVE_REFUSED", message: expect.stringContaining(why) });
    expect(left).toEqual(["archive", "spool"]);
  });

  test.each(DAMAGED)("is reported as damaged with %s", async (_what, bytes) => {
    const { error, left } = await open(packed(bytes));
    expect(error).toMatchObject({ code: "ARCHIVE_BROKEN" });
    expect(left).toEqual(["archive", "spool"]);
  });
});

test.each<[string, Buffer]>([
  ["that is truncated", gzipSync(named("a")).subarray(0, -9)],
  ["with a wrong checksum", Buffer.concat([gzipSync(named("a")).subarray(0, -8), Buffer.alloc(8)])],
  ["followed by garbage", Buffer.concat([gzipSync(named("a")), Buffer.from("garbage")])],
  ["followed by zeros", Buffer.concat([gzipSync(named("a")), Buffer.alloc(512)])],
  ["of two bytes only", Buffer.from([0x1f, 0x8b])],
  ["that does not contain a tar archive", gzipSync("x".repeat(5000))],
  ["that is empty", gzipSync("")],
])("a gzip file %s is reported as damaged", async (_what, bytes) => {
  const { error, left } = await open(bytes);
  expect(error).toMatchObject({ code: "ARCHIVE_BROKEN" });
  expect(left).toEqual(["archive", "spool"]);
});

test("a message has the name of an entry without terminal sequences and workflow commands", async () => {
  const { error } = await open(named("\u001b[2J::error::x"));
  const { message } = error as Error;
  expect(message).toContain("[2J");
  expect([message.includes("\u001b"), message.includes("::")]).toEqual([false, false]);
});
