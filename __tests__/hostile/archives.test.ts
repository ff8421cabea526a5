import { Readable, Writable } from "node:stream";
import { deflateRawSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "@jest/globals";
import { gunzipInto } from "../../src/archive/gunzip.ts";
import { parsePax } from "../../src/archive/pax.ts";
import { type Bytes, tarEntries } from "../../src/archive/tar-entries.ts";
import { TransferError } from "../../src/errors/transfer-error.ts";
import { longName, pax, raw, tar } from "../../testing/content/tar-bytes.ts";
import type { Random } from "../../testing/generated/random.ts";
import { forSeeds, hostileText } from "../../testing/generated/seeds.ts";

/** Bytes that count how many of them are read, and how often. */
function counted(content: Buffer) {
  const read = { calls: 0, bytes: 0 };
  const bytes: Bytes = {
    size: content.length,
    read: async (position, length) => {
      const part = content.subarray(position, position + length);
      read.calls++;
      read.bytes += part.length;
      return part;
    },
  };
  return { bytes, read };
}

/** Some bytes are exchanged, cut out or doubled. */
function damaged(random: Random, content: Buffer): Buffer {
  const bytes = Buffer.from(content);
  for (let times = random.integer(6); times > 0; times--) {
    bytes[random.integer(bytes.length)] = random.integer(256);
  }
  if (random.chance(0.5)) return bytes;
  const start = random.integer(bytes.length);
  const end = start + random.integer(700);
  return Buffer.concat([
    bytes.subarray(0, start),
    ...(random.chance(0.5) ? [] : [bytes.subarray(start, end)]),
    bytes.subarray(start),
  ]);
}

const LONG = "x".repeat(120);
const entry = (random: Random): Buffer =>
  random.pick([
    raw({ name: "a", content: "1" }),
    raw({ name: "blobs/", flag: "5" }),
    Buffer.concat([pax({ path: LONG }), raw({ name: LONG.slice(0, 100), content: "2" })]),
    Buffer.concat([longName(LONG), raw({ name: LONG.slice(0, 100), magic: "ustar  \0" })]),
    pax({ comment: "x" }, "g"),
    raw({ flag: "2", link: "/etc/passwd" }),
  ]);

test("a tar archive is read or refused with a code, and no byte is read more than twice", async () => {
  let accepted = 0;
  await forSeeds(600, async (random) => {
    const whole = tar(...Array.from({ length: 1 + random.integer(6) }, () => entry(random)));
    const { bytes, read } = counted(random.chance(0.3) ? whole : damaged(random, whole));
    const ends: number[] = [];
    try {
      for await (const { offset, size, name } of tarEntries(bytes, "archive")) {
        ends.push(offset + size);
        expect(Buffer.byteLength(name)).toBeLessThan(64 * 1024);
      }
      accepted++;
    } catch (error) {
      if (!(error instanceof TransferError)) throw error;
      expect(["ARCHIVE_REFUSED", "ARCHIVE_BROKEN"]).toContain(error.code);
    }
    // Entries follow each other, and none reaches beyond the archive.
    expect(ends).toEqual([...ends].sort((one, other) => one - other));
    expect(ends.every((end) => end <= bytes.size)).toBe(true);
    expect(read.bytes).toBeLessThanOrEqual(2 * bytes.size + 1024);
  });
  expect(accepted).toBeGreaterThan(20);
});

test("many small entries take few reads, and twice as many no more than twice", async () => {
  const readsOf = async (count: number) => {
    const one = raw({ name: "a", content: "1" });
    const { bytes, read } = counted(Buffer.concat([...Array.from({ length: count }, () => one), Buffer.alloc(1024)]));
    let entries = 0;
    for await (const _ of tarEntries(bytes, "archive")) entries++;
    expect(entries).toBe(count);
    return read;
  };
  const [once, twice] = [await readsOf(1000), await readsOf(2000)];
  expect(once.calls).toBeLessThan(30);
  expect(twice.calls).toBeLessThanOrEqual(2 * once.calls + 2);
  expect(twice.bytes).toBeLessThanOrEqual(2.2 * once.bytes);
});

describe("a pax header", () => {
  const PIECES = [
    "1",
    "12 ",
    " ",
    "=",
    "\n",
    "path=",
    "size=",
    "18 path=",
    "linkpath",
    "GNU.sparse.",
    "0",
    "99999999",
  ] as const;

  test("is read or refused with a code", async () => {
    await forSeeds(3000, (random) => {
      const content = Buffer.from(hostileText(random, PIECES, 200));
      try {
        const { path, size } = parsePax(content, "archive");
        // What it says stands in it.
        if (path !== undefined) expect(content.includes(`path=${path}\n`)).toBe(true);
        if (size !== undefined) expect(content.includes(`size=${size}\n`)).toBe(true);
      } catch (error) {
        if (!(error instanceof TransferError)) throw error;
        expect(error.code).toBe("ARCHIVE_REFUSED");
      }
    });
  });
});

describe("gzip", () => {
  const LIMITS = { maxBytes: 1024 * 1024, maxRatio: 20, ratioFreeBytes: 64 * 1024 };

  async function unpack(packed: Buffer, pieces: number): Promise<{ packed: number; unpacked: number; error: unknown }> {
    let taken = 0;
    let unpacked = 0;
    const source = Readable.from(
      (function* () {
        for (let at = 0; at < packed.length; at += pieces) {
          taken = Math.min(packed.length, at + pieces);
          yield packed.subarray(at, at + pieces);
        }
      })(),
    );
    const sink = new Writable({
      write(chunk: Buffer, _encoding, done) {
        unpacked += chunk.length;
        done();
      },
    });
    const error: unknown = await gunzipInto(source, sink, "archive", LIMITS).then(
      () => undefined,
      (failure) => failure,
    );
    return { packed: taken, unpacked, error };
  }

  test("whatever it unpacks to stays within the limits, and whatever it is, is an archive or an error with a code", async () => {
    let accepted = 0;
    await forSeeds(300, async (random) => {
      const content = Buffer.alloc(
        random.integer(200_000),
        random.chance(0.5) ? "a" : hostileText(random, ["x", "yz", "0"], 100) || "b",
      );
      const whole = gzipSync(content);
      const members = random.chance(0.3) ? Buffer.concat([whole, whole]) : whole;
      const { packed, unpacked, error } = await unpack(
        random.chance(0.4) ? members : damaged(random, members),
        1 + random.integer(500),
      );
      if (error === undefined) accepted++;
      else if (!(error instanceof TransferError)) throw error;
      else expect(["ARCHIVE_BROKEN", "ARCHIVE_TOO_LARGE"]).toContain(error.code);
      // One piece may have been read ahead of what was counted.
      expect(unpacked).toBeLessThanOrEqual(
        Math.min(LIMITS.maxBytes, Math.max(LIMITS.ratioFreeBytes, LIMITS.maxRatio * packed)),
      );
    });
    expect(accepted).toBeGreaterThan(20);
  });

  test("is refused without its header", async () => {
    const { error } = await unpack(deflateRawSync("x".repeat(1000)), 100);
    expect(error).toMatchObject({ code: "ARCHIVE_BROKEN" });
  });
});
