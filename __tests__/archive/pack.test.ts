import { execFileSync } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync } from "node:zlib";
import { afterEach, expect, test } from "@jest/globals";
import { pack } from "../../src/archive/pack.ts";
import { directory, file, type TarInput, tarBlocks } from "../../src/archive/tar-blocks.ts";
import { tarEntries } from "../../src/archive/tar-entries.ts";
import { bytesOf } from "../../src/oci/content.ts";
import { ctf, temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const LONG = `blobs/sha512.${"a".repeat(128)}`;
const inputs = [file("index.json", Buffer.from("{}")), directory("blobs"), file(LONG, Buffer.from("long"))];

test("an archive has the bytes that v1 of the OCM CLI writes", async () => {
  const expected = readFileSync(ctf("v1-by-reference.tar"));
  const bytes = {
    size: expected.length,
    read: async (at: number, length: number) => expected.subarray(at, at + length),
  };
  const same: TarInput[] = [];
  for await (const { kind, name, offset, size } of tarEntries(bytes, "v1")) {
    same.push(kind === "directory" ? directory(name) : file(name, expected.subarray(offset, offset + size)));
  }
  expect((await bytesOf(Readable.from(tarBlocks(same)))).equals(expected)).toBe(true);
});

test("other programs read an archive with long names", async () => {
  const path = join(temporaryFolder(), "archive.tar");
  await pack(path, inputs, { isCompressed: false });
  expect(execFileSync("tar", ["-tf", path], { encoding: "utf8" })).toBe(`index.json\nblobs\n${LONG}\n`);
  expect(execFileSync("tar", ["-xOf", path, LONG], { encoding: "utf8" })).toBe("long");
});

test("tar and Python read a compressed archive of stored and deflated pieces", async () => {
  const path = join(temporaryFolder(), "archive.tgz");
  const contents = new Map([
    ["a-random", randomBytes(3 * 1024 * 1024 + 1)],
    ["b-text", Buffer.alloc(3 * 1024 * 1024, "text\n")],
    ["c-random", randomBytes(70_000)],
  ]);
  await pack(
    path,
    [...contents].map(([name, content]) => file(name, content)),
    { isCompressed: true },
  );
  for (const [name, content] of contents) {
    const options = { maxBuffer: 16 * 1024 * 1024 };
    expect(execFileSync("tar", ["-xzOf", path, name], options).equals(content)).toBe(true);
    const script =
      "import tarfile,sys; sys.stdout.buffer.write(tarfile.open(sys.argv[1]).extractfile(sys.argv[2]).read())";
    expect(execFileSync("python3", ["-c", script, path, name], options).equals(content)).toBe(true);
  }
});

test("a compressed archive has no time and no operating system in its header", async () => {
  const [one, two] = [join(temporaryFolder(), "a.tgz"), join(temporaryFolder(), "b.tgz")];
  const [first, second] = [createHash("sha256"), createHash("sha256")];
  const size = await pack(one, inputs, { isCompressed: true, hash: first });
  expect(await pack(two, inputs, { isCompressed: true, hash: second })).toBe(size);
  const bytes = readFileSync(one);
  expect(bytes.subarray(0, 10).toString("hex")).toBe("1f8b08000000000000ff");
  const digest = createHash("sha256").update(bytes).digest("hex");
  expect([size, first.digest("hex"), second.digest("hex")]).toEqual([bytes.length, digest, digest]);
  expect(gunzipSync(bytes).equals(await bytesOf(Readable.from(tarBlocks(inputs))))).toBe(true);
});

test("the size of a file of more than eight gibibytes is written as in Go", async () => {
  const size = 8 ** 11;
  const blocks = tarBlocks([{ name: "huge", size, content: async function* () {} }]);
  const header = (await blocks.next()).value as Buffer;
  expect(header).toHaveLength(3 * 512);
  expect(header.toString("latin1", 512, 533)).toBe("19 size=8589934592\n\0\0");
  await expect(blocks.next()).rejects.toMatchObject({ code: "ARCHIVE_BROKEN" });
});

test.each([
  ["shorter", "x"],
  ["longer", "xxx"],
])("content that is %s than its declared size leaves no file", async (_, text) => {
  const path = join(temporaryFolder(), "archive.tar");
  const changed = { ...file("a", Buffer.from(text)), size: 2 };
  await expect(pack(path, [changed], { isCompressed: true })).rejects.toMatchObject({ code: "ARCHIVE_BROKEN" });
  expect(existsSync(path)).toBe(false);
});

test("a missing folder is reported as ARCHIVE_UNWRITABLE", async () => {
  const path = join(temporaryFolder(), "nowhere", "archive.tar");
  await expect(pack(path, inputs, { isCompressed: false })).rejects.toMatchObject({ code: "ARCHIVE_UNWRITABLE" });
});
