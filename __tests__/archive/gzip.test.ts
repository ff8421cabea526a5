import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "@jest/globals";
import { gzip } from "../../src/archive/gzip.ts";
import { bytesOf } from "../../src/oci/content.ts";
import { seeded } from "../../testing/generated/random.ts";
import { forSeeds } from "../../testing/generated/seeds.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const MIB = 1024 * 1024;

async function zipped(...chunks: readonly Buffer[]): Promise<Buffer> {
  return bytesOf(Readable.from(gzip(Readable.from(chunks))));
}

/** The same bytes in chunks of other sizes. */
function divided(bytes: Buffer, seed: number): Buffer[] {
  const random = seeded(seed);
  const chunks: Buffer[] = [];
  for (let start = 0; start < bytes.length; ) {
    const end = start + 1 + random.integer(300_000);
    chunks.push(bytes.subarray(start, end));
    start = end;
  }
  return chunks;
}

const text = (size: number) => Buffer.alloc(size, "all work and no play\n");
const CONTENTS: readonly (readonly [string, Buffer])[] = [
  ["nothing", Buffer.alloc(0)],
  ["a byte", Buffer.from("a")],
  ["zeros", Buffer.alloc(3 * MIB)],
  ["text", text(2 * MIB + 17)],
  ["random bytes", randomBytes(2 * MIB + 17)],
  ["exactly one piece", randomBytes(MIB)],
  ["a stored block and a byte", randomBytes(65_536)],
  ["text, random bytes, text", Buffer.concat([text(MIB), randomBytes(MIB), text(MIB)])],
  ["random bytes within a piece of text", Buffer.concat([text(400_000), randomBytes(200_000), text(400_000)])],
  ["bytes that are gzip already", gzipSync(randomBytes(MIB))],
];

describe.each(CONTENTS)("gzip of %s", (_, content) => {
  test("is unpacked by zlib, gzip and Python to the same bytes", async () => {
    const path = join(temporaryFolder(), "file.gz");
    const packed = await zipped(content);
    writeFileSync(path, packed);
    expect(gunzipSync(packed).equals(content)).toBe(true);
    const options = { maxBuffer: 16 * MIB };
    expect(execFileSync("gzip", ["-dc", path], options).equals(content)).toBe(true);
    const script = "import gzip,sys; sys.stdout.buffer.write(gzip.open(sys.argv[1]).read())";
    expect(execFileSync("python3", ["-c", script, path], options).equals(content)).toBe(true);
  });

  test("does not depend on the chunks that it arrives in", async () => {
    const packed = await zipped(content);
    await forSeeds(3, async (random) => {
      expect((await zipped(...divided(content, random.integer(1000)))).equals(packed)).toBe(true);
    });
  });
});

test("content that cannot be compressed grows by the headers of its blocks alone", async () => {
  const content = randomBytes(4 * MIB);
  const blocks = 4 * Math.ceil(MIB / 65_535);
  expect(await zipped(content)).toHaveLength(content.length + 5 * blocks + 10 + 5 + 8);
});

test("text is compressed", async () => {
  expect((await zipped(text(4 * MIB))).length).toBeLessThan(MIB / 8);
});

test("a failure of the content is passed on", async () => {
  async function* broken() {
    yield randomBytes(3 * MIB);
    throw new Error("broken");
  }
  await expect(bytesOf(Readable.from(gzip(broken())))).rejects.toThrow("broken");
});
