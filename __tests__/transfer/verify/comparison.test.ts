import { createHash } from "node:crypto";
import { Readable, type Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { expect, test } from "@jest/globals";
import { sha256 } from "../../../src/oci/digest.ts";
import { parsePin } from "../../../src/ocm/signing/pin.ts";
import { type Comparable, createComparison } from "../../../src/transfer/verify/comparison.ts";
import { digestOfBytes } from "../../../testing/content/signed.ts";

/** Blobs with these texts, pinned together to another text by two algorithms. */
function comparison(texts: readonly string[], pinned: string) {
  const blobs = texts.map((text) => ({ mediaType: "text/plain", digest: sha256(text), size: text.length }));
  const pins = (["SHA-256", "SHA-512"] as const).map((hash) =>
    parsePin(digestOfBytes(pinned, "genericBlobDigest/v1", hash) as never, "note"),
  ) as unknown as Comparable["pins"];
  return createComparison({ blobs, pins, where: "resource note" });
}

/** What comes through until the content ends or fails. */
async function through(content: Iterable<Buffer> | AsyncIterable<Buffer>, passing: Transform) {
  let text = "";
  passing.on("data", (chunk: Buffer) => {
    text += chunk;
  });
  const failure = await pipeline(Readable.from(content), passing).then(
    () => undefined,
    (error: unknown) => error,
  );
  return { text, failure };
}

const pieces = (...texts: readonly string[]) => texts.map((text) => Buffer.from(text));

test("content that is what is pinned comes through whole", async () => {
  const { passing } = comparison(["a note"], "a note");
  expect(await through(pieces("a ", "no", "te"), passing(0))).toEqual({ text: "a note", failure: undefined });
});

test("the end of other content is held back", async () => {
  const { passing } = comparison(["a vote"], "a note");
  const { text, failure } = await through(pieces("a ", "vo", "te"), passing(0));
  expect("a vo").toContain(text);
  expect(failure).toMatchObject({
    code: "ARTIFACT_DIGEST_DIFFERS",
    message: expect.stringContaining(createHash("sha256").update("a vote").digest("hex")),
  });
});

test("no content comes through where empty content is pinned", async () => {
  const { failure } = await through([], comparison([""], "").passing(0));
  expect(failure).toBeUndefined();
});

test("no content is refused where some is pinned", async () => {
  const { failure } = await through([], comparison([""], "a note").passing(0));
  expect(failure).toMatchObject({ code: "ARTIFACT_DIGEST_DIFFERS" });
});

test("chunks are hashed in a row, also where one of them breaks off and is read again", async () => {
  const { passing } = comparison(["a ", "note"], "a note");
  async function* broken() {
    yield Buffer.from("no");
    throw new Error("cut");
  }
  expect(await through(pieces("a "), passing(0))).toEqual({ text: "a ", failure: undefined });
  expect(await through(broken(), passing(1))).toMatchObject({ failure: { message: "cut" } });
  expect(await through(pieces("note"), passing(1))).toEqual({ text: "note", failure: undefined });
});

test("chunks in another order are other content", async () => {
  const { passing } = comparison(["note", "a "], "a note");
  expect((await through(pieces("note"), passing(0))).failure).toBeUndefined();
  expect((await through(pieces("a "), passing(1))).failure).toMatchObject({ code: "ARTIFACT_DIGEST_DIFFERS" });
});

test("a chunk cannot pass before those in front of it", () => {
  expect(() => comparison(["a ", "note"], "a note").passing(1)).toThrow("before those in front of it");
});
