import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { expect, test } from "@jest/globals";
import { type ContentFacts, judgeContent } from "../../src/ocm/content-digest.ts";

const bytes = Buffer.from("The shop.\n");
const hex = (hash: "sha256" | "sha512", content: Buffer = bytes) => createHash(hash).update(content).digest("hex");
const spec = (normalisationAlgorithm: string, hashAlgorithm = "SHA-256", value = hex("sha256")) => ({
  hashAlgorithm,
  normalisationAlgorithm,
  value,
});
const artifact = `sha256:${hex("sha256")}` as const;
const other = Buffer.from("The other shop.\n");

const ofArtifact = spec("ociArtifactDigest/v1");
const ofBlob = spec("genericBlobDigest/v1");

test.each<[string, ReturnType<typeof spec>, ContentFacts, string]>([
  ["the manifest", ofArtifact, { artifact }, "holds"],
  ["the manifest, spelled the old way", spec("ociArtefactDigest/v1", "sha256"), { artifact }, "holds"],
  ["another manifest", ofArtifact, { artifact: `sha256:${hex("sha256", other)}` }, "differs"],
  ["the manifest, by its bytes", ofArtifact, { manifest: bytes }, "holds"],
  ["another manifest, by its bytes", ofArtifact, { artifact, manifest: other }, "differs"],
  ["a manifest that a blob says nothing of", ofArtifact, { blob: bytes }, "undecided"],
  ["nothing that is known", ofArtifact, {}, "undecided"],
  ["the manifest under the name for blobs", ofBlob, { artifact }, "holds"],
  ["another manifest under the name for blobs", ofBlob, { artifact: `sha256:${hex("sha256", other)}` }, "differs"],
  ["the archive that an artifact is packed in", ofBlob, { artifact: `sha256:${"0".repeat(64)}`, blob: bytes }, "holds"],
  ["a blob", ofBlob, { blob: bytes }, "holds"],
  ["a blob, as a stream", ofBlob, { blob: Readable.from([bytes.subarray(0, 3), bytes.subarray(3)]) }, "holds"],
  ["another blob", ofBlob, { blob: other }, "differs"],
  ["another blob, as a stream", ofBlob, { blob: Readable.from([other]) }, "differs"],
  ["a blob that nothing is known of", ofBlob, {}, "undecided"],
  ["a blob, by SHA-512", spec("genericBlobDigest/v1", "SHA-512", hex("sha512")), { blob: bytes }, "holds"],
  ["another blob, by SHA-512", spec("genericBlobDigest/v1", "SHA-512", hex("sha512")), { blob: other }, "differs"],
  ["a manifest found by SHA-256", spec("ociArtifactDigest/v1", "SHA-512", hex("sha512")), { artifact }, "undecided"],
  [
    "a manifest, by SHA-512",
    spec("ociArtifactDigest/v1", "SHA-512", hex("sha512")),
    { artifact, manifest: bytes },
    "holds",
  ],
  ["in capitals", spec("genericBlobDigest/v1", "SHA-256", hex("sha256").toUpperCase()), { blob: bytes }, "holds"],
  ["nothing that is to hold", spec("EXCLUDE-FROM-SIGNATURE", "NO-DIGEST", "NO-DIGEST"), { blob: other }, "excluded"],
])("%s", async (_, digest, facts, verdict) => {
  expect(await judgeContent(digest, facts, "resource readme")).toBe(verdict);
});

test.each([
  [spec("genericBlobDigest/v2"), "NORMALISATION_UNSUPPORTED"],
  [spec("EXCLUDE-FROM-SIGNATURE"), "NORMALISATION_UNSUPPORTED"],
  [spec("genericBlobDigest/v1", "NO-DIGEST"), "HASH_UNSUPPORTED"],
  [spec("genericBlobDigest/v1", "MD5"), "HASH_UNSUPPORTED"],
])("%j is not known", async (digest, code) => {
  await expect(judgeContent(digest, { blob: bytes }, "resource readme")).rejects.toMatchObject({ code });
});
