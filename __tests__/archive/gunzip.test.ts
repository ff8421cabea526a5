import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable, Writable } from "node:stream";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "@jest/globals";
import { openArchive } from "../../src/archive/archive.ts";
import { gunzipInto, UNPACK_LIMITS } from "../../src/archive/gunzip.ts";
import { bomb, raw } from "../../testing/content/tar-bytes.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const MEBIBYTE = 1024 * 1024;

function counting(): { sink: Writable; count: () => number } {
  let bytes = 0;
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      done();
    },
  });
  return { sink, count: () => bytes };
}

describe("a gzip bomb", () => {
  const packed = bomb(64);

  test.each([
    ["by the ratio", { ...UNPACK_LIMITS, maxRatio: 200, ratioFreeBytes: 4 * MEBIBYTE }],
    ["by the total size", { maxRatio: 2000, ratioFreeBytes: 4 * MEBIBYTE, maxBytes: 4 * MEBIBYTE }],
  ])("is stopped %s", async (_, limits) => {
    // In pieces, as files are read: the unpacked bytes are compared with the bytes read until then.
    const pieces = Array.from({ length: Math.ceil(packed.length / 4096) }, (_, n) =>
      packed.subarray(n * 4096, n * 4096 + 4096),
    );
    const { sink, count } = counting();
    await expect(gunzipInto(Readable.from(pieces), sink, "bomb", limits)).rejects.toMatchObject({
      code: "ARCHIVE_TOO_LARGE",
      where: "bomb",
    });
    expect(count()).toBeGreaterThan(0);
    expect(count()).toBeLessThanOrEqual(4 * MEBIBYTE);
  });

  test("leaves nothing in the spool", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "bomb");
    writeFileSync(path, Buffer.concat([gzipSync(raw({ name: "a", size: "00400000000\0" })), packed]));
    const spool = join(folder, "spool");
    const limits = { ...UNPACK_LIMITS, maxBytes: 8 * MEBIBYTE };
    await expect(openArchive(path, { spool, expects: () => true, limits })).rejects.toMatchObject({
      code: "ARCHIVE_TOO_LARGE",
    });
    expect(readdirSync(folder, { recursive: true }).sort()).toEqual(["bomb", "spool"]);
  });
});

test("a small file with a high ratio is unpacked", async () => {
  const { sink, count } = counting();
  await gunzipInto(Readable.from([bomb(8)]), sink, "zeros", UNPACK_LIMITS);
  expect(count()).toBe(8 * MEBIBYTE);
});

test("an error of the source or the sink is passed on unchanged", async () => {
  const failure = new Error("the network is down");
  const failing = new Readable({ read: () => failing.destroy(failure) });
  await expect(gunzipInto(failing, counting().sink, "x", UNPACK_LIMITS)).rejects.toBe(failure);
  const full = new Writable({ write: (_chunk, _encoding, done) => done(failure) });
  await expect(gunzipInto(Readable.from([gzipSync("x")]), full, "x", UNPACK_LIMITS)).rejects.toBe(failure);
});
