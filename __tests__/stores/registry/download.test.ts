import { brotliCompressSync, constants, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, describe, expect, test } from "@jest/globals";
import { bytesOf } from "../../../src/oci/content.ts";
import type { RemoteRepository } from "../../../src/stores/registry/store.ts";
import { type BreakingSourceOptions, startBreakingSource } from "../../../testing/fakes/breaking-source.ts";
import { blobOf, openRegistry } from "../../../testing/product/open-registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

/** Not compressible, and each byte at a place of its own. */
const content = Buffer.alloc(4_000_000);
for (let at = 0; at < content.length; at += 4) content.writeUInt32LE((at * 2_654_435_761) >>> 0, at);
const blob = blobOf(content);

const fastBrotli = (bytes: Buffer) => brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } });

const read = async (repository: RemoteRepository, target = blob) => bytesOf(await repository.fetch(target));

async function broken(options: Partial<BreakingSourceOptions>, attempts = 3) {
  const source = await startBreakingSource({ content, ...options });
  const repository = openRegistry(source.host, { attempts, timeout: 300 }).repository("a");
  return { source, repository };
}

describe("a download that breaks", () => {
  test("continues at its byte by a signed URL of its own, and reads no byte twice", async () => {
    const { source, repository } = await broken({ breakEvery: 400_000 });
    expect((await read(repository)).equals(content)).toBe(true);
    expect(source.ranges).toHaveLength(10);
    expect(source.ranges.slice(1).every((range) => /^bytes=\d+-$/.test(range ?? ""))).toBe(true);
    expect(source.sent()).toBeLessThanOrEqual(content.length * 1.1);
  });

  test("continues after a stall, which costs the missing part only", async () => {
    const { source, repository } = await broken({ breakEvery: 2_500_000, stalls: true });
    expect((await read(repository)).equals(content)).toBe(true);
    expect(source.ranges).toEqual([undefined, "bytes=2500000-"]);
  });

  test("is read again up to the missing byte where a Range is ignored", async () => {
    const { source, repository } = await broken({ breakEvery: 2_500_000, breaks: 1, range: "ignore" });
    expect((await read(repository)).equals(content)).toBe(true);
    expect(source.ranges).toEqual([undefined, "bytes=2500000-"]);
  });

  test.each([400, 403, 412, 416, 500, 501])(
    "is requested without a Range where that is refused with %i",
    async (status) => {
      const { source, repository } = await broken({ breakEvery: 2_500_000, breaks: 1, range: status });
      expect((await read(repository)).equals(content)).toBe(true);
      expect([source.ranges[0], source.ranges[1], source.ranges.at(-1)]).toEqual([
        undefined,
        "bytes=2500000-",
        undefined,
      ]);
      expect(source.ranges.length).toBeLessThanOrEqual(4);
    },
  );

  test.each([undefined, "bytes 0-3999999/4000000", "bytes 2500001-3999999/4000000", "bytes 2500000-3999999/5"])(
    "takes no part of other bytes: Content-Range %s",
    async (contentRange) => {
      const { source, repository } = await broken({ breakEvery: 2_500_000, breaks: 1, range: { contentRange } });
      expect((await read(repository)).equals(content)).toBe(true);
      expect(source.ranges).toEqual([undefined, "bytes=2500000-", undefined]);
    },
  );

  test("is given up after its attempts where it makes no progress, and never requests what is beyond its end", async () => {
    const { source, repository } = await broken({ breakEvery: 10 }, 6);
    await expect(read(repository)).rejects.toMatchObject({ name: "HopError", phase: "body" });
    expect(source.ranges).toHaveLength(6);
    expect(source.ranges).not.toContain(`bytes=${content.length}-`);
  }, 30_000);

  test("after its last byte is complete", async () => {
    const headers = { "content-length": String(content.length + 1) };
    const { source, repository } = await broken({ headers });
    expect((await read(repository)).equals(content)).toBe(true);
    expect(source.ranges).toEqual([undefined]);
  });
});

describe("content that differs", () => {
  const small = Buffer.from("a layer");

  test.each([
    ["other bytes", [Buffer.from("a liar!")]],
    ["too few bytes", [Buffer.from("a la")]],
    ["a page", ["page" as const]],
    ["other bytes, each time others", [Buffer.from("a liar!"), Buffer.from("a lawyr")]],
  ])("is requested again: %s", async (_, lies) => {
    const { source, repository } = await broken({ content: small, lies });
    expect(String(await read(repository, blobOf(small)))).toBe("a layer");
    expect(source.ranges).toHaveLength(lies.length + 1);
  });

  test("in the same way twice is an error that names both digests", async () => {
    const liar = Buffer.from("a liar!");
    const { source, repository } = await broken({ content: small, lies: Array(9).fill(liar) }, 6);
    await expect(read(repository, blobOf(small))).rejects.toMatchObject({
      code: "DIGEST_MISMATCH",
      message: expect.stringMatching(`${blobOf(small).digest}.*${blobOf(liar).digest.slice(7)}`),
    });
    expect(source.ranges).toHaveLength(2);
  });
});

describe("content that a gateway compressed", () => {
  const codings = {
    gzip: gzipSync,
    "x-gzip": gzipSync,
    GZIP: gzipSync,
    deflate: deflateSync,
    br: fastBrotli,
    zstd: zstdCompressSync,
  };

  test.each(Object.keys(codings) as (keyof typeof codings)[])("is decoded: %s", async (coding) => {
    for (const original of [Buffer.from("a layer"), content]) {
      const headers = { "content-encoding": coding };
      const { repository } = await broken({ content: codings[coding](original), headers });
      expect((await read(repository, blobOf(original))).equals(original)).toBe(true);
    }
  });

  test.each([
    ["small", gzipSync("a layer")],
    ["large", gzipSync(content)],
  ])("is left as it is stored where only its label says so: %s", async (_, stored) => {
    for (const label of ["x-gzip", "br"]) {
      const { repository } = await broken({ content: stored, headers: { "content-encoding": label } });
      expect((await read(repository, blobOf(stored))).equals(stored)).toBe(true);
    }
  });

  test("and that differs is an error that says so", async () => {
    for (const coding of ["gzip", "zstd"] as const) {
      const headers = { "content-encoding": coding };
      const { repository } = await broken({ content: codings[coding](Buffer.from("a liar!")), headers });
      await expect(read(repository, blobOf("a layer"))).rejects.toMatchObject({
        code: expect.stringMatching(/^(?:DIGEST|SIZE)_MISMATCH$/),
        message: expect.stringContaining(`(Content-Encoding: ${coding}), which was not requested`),
      });
    }
  });
});

test("the first byte of content that is scanned on its way is waited for, and the log says so", async () => {
  const source = await startBreakingSource({ content, holdBack: 900 });
  const lines: string[] = [];
  const onWait = (line: string) => void lines.push(line);
  const repository = openRegistry(source.host, { attempts: 1, timeout: 300, onWait }).repository("a");
  expect((await read(repository)).equals(content)).toBe(true);
  expect(lines).toEqual([expect.stringContaining("waiting for the first byte of a blob from 127.0.0.2")]);
});

test("a first byte that is not scanned in time for the probe is probed by HEAD", async () => {
  const source = await startBreakingSource({ content, holdBack: 3000 });
  const repository = openRegistry(source.host, { attempts: 2, timeout: 300 }).repository("a");
  expect((await repository.probe(blob)).method).toBe("HEAD");
});

test.each([400, 403, 412, 416, 500, 501])(
  "a probe whose Range is refused with %i requests the blob without one",
  async (status) => {
    const source = await startBreakingSource({ content, range: status });
    const repository = openRegistry(source.host, { attempts: 6 }).repository("a");
    expect((await repository.probe(blob)).host).toMatch(/^127\.0\.0\.2:/);
    expect(source.ranges.at(-1)).toBeUndefined();
    expect(source.ranges.length).toBeLessThanOrEqual(3);
  },
);
