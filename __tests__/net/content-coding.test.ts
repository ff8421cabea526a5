import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { afterEach, describe, expect, test } from "@jest/globals";
import { readAll, textOf } from "../../src/net/body.ts";
import { startFileServer } from "../../testing/fakes/file-server.ts";
import { get, openClient } from "../../testing/product/open-client.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const CODINGS = [
  ["gzip", gzipSync],
  ["x-gzip", gzipSync],
  ["deflate", deflateSync],
  ["br", brotliCompressSync],
  ["zstd", zstdCompressSync],
] as const;

/** Reads the body of a response with this label. */
async function responseWith(body: Buffer, label: string) {
  const server = await startFileServer();
  server.put("/document", { body, headers: { "content-encoding": label } });
  return openClient().request(get(`${server.origin}/document`));
}

describe("a document that is compressed, though identity was requested", () => {
  test.each(CODINGS)("is decoded: %s", async (coding, compress) => {
    const document = '{"token":"t"}';
    expect(String(await readAll(await responseWith(compress(document), coding), 1024))).toBe(document);
    expect(String(await readAll(await responseWith(compress(document), ` ${coding.toUpperCase()}`), 1024))).toBe(
      document,
    );
  });

  test.each(CODINGS)("is not larger than allowed: %s", async (coding, compress) => {
    const bomb = compress(Buffer.alloc(20_000_000));
    await expect(readAll(await responseWith(bomb, coding), 65_536)).rejects.toMatchObject({
      code: "RESPONSE_TOO_LARGE",
    });
  });

  test.each(CODINGS)("is quoted from its beginning where it is long: %s", async (coding, compress) => {
    const page = `<h1>no</h1>${"x".repeat(100_000)}`;
    expect(await textOf(await responseWith(compress(page), coding), 2048)).toBe(page.slice(0, 2048));
  });

  test.each(CODINGS)("is read as it is where its label is wrong: %s", async (...[coding]) => {
    expect(String(await readAll(await responseWith(Buffer.from("{}"), coding), 1024))).toBe("{}");
  });

  test("is read as it is with a coding that does not exist", async () => {
    expect(String(await readAll(await responseWith(Buffer.from("{}"), "constructor"), 1024))).toBe("{}");
  });
});
