import { createHash } from "node:crypto";
import { expect, test } from "@jest/globals";
import { asDigest, type Pin, parsePin, pinsManifest } from "../../../src/ocm/signing/pin.ts";

const bytes = Buffer.from("The shop.\n");
const hex = (hash: string, content: Buffer = bytes) => createHash(hash).update(content).digest("hex");
const spec = (normalisationAlgorithm: string, hashAlgorithm = "SHA-256", value = hex("sha256")) => ({
  hashAlgorithm,
  normalisationAlgorithm,
  value,
});

test.each<[string, ReturnType<typeof spec>, object]>([
  ["a manifest", spec("ociArtifactDigest/v1"), { of: "artifact", hash: "sha256", value: hex("sha256") }],
  ["a manifest, in the old spelling", spec("ociArtefactDigest/v1", "sha256"), { of: "artifact", hash: "sha256" }],
  ["a blob", spec("genericBlobDigest/v1"), { of: "blob", hash: "sha256", value: hex("sha256") }],
  ["a blob, by SHA-384", spec("genericBlobDigest/v1", "SHA-384", hex("sha384")), { hash: "sha384" }],
  ["a blob, by SHA-512", spec("genericBlobDigest/v1", "SHA-512", hex("sha512")), { hash: "sha512" }],
  ["a blob, in the old spelling of SHA-512", spec("genericBlobDigest/v1", "sha512", hex("sha512")), { hash: "sha512" }],
  [
    "a blob, in capitals",
    spec("genericBlobDigest/v1", "SHA-256", hex("sha256").toUpperCase()),
    { value: hex("sha256") },
  ],
  ["nothing, as v1 writes it", spec("EXCLUDE-FROM-SIGNATURE", "NO-DIGEST", "NO-DIGEST"), { of: "nothing" }],
  ["nothing, as v2 writes it", spec("", "", ""), { of: "nothing" }],
])("a digest pins %s", (_, digest, expected) => {
  expect(parsePin(digest, "resource readme")).toMatchObject(expected);
});

test.each([
  [spec("genericBlobDigest/v2"), "NORMALISATION_UNSUPPORTED"],
  [spec("jsonNormalisation/v3"), "NORMALISATION_UNSUPPORTED"],
  [spec("EXCLUDE-FROM-SIGNATURE"), "NORMALISATION_UNSUPPORTED"],
  [spec(""), "NORMALISATION_UNSUPPORTED"],
  [spec("genericBlobDigest/v1", "NO-DIGEST"), "HASH_UNSUPPORTED"],
  [spec("genericBlobDigest/v1", "MD5"), "HASH_UNSUPPORTED"],
  [spec("genericBlobDigest/v1", "SHA-256", ""), "DIGEST_MALFORMED"],
  [spec("genericBlobDigest/v1", "SHA-256", ` ${hex("sha256")}`), "DIGEST_MALFORMED"],
  [spec("genericBlobDigest/v1", "SHA-256", `${hex("sha256")}\n`), "DIGEST_MALFORMED"],
  [spec("genericBlobDigest/v1", "SHA-512", hex("sha256")), "DIGEST_MALFORMED"],
  [spec("genericBlobDigest/v1", "SHA-256", `sha256:${hex("sha256")}`), "DIGEST_MALFORMED"],
])("the digest %j is not supported or invalid", (digest, code) => {
  expect(parsePin(digest, "resource readme")).toMatchObject({ of: "unknown", error: { code } });
});

const pinOf = (digest: ReturnType<typeof spec>) => parsePin(digest, "x") as Extract<Pin, { of: "artifact" | "blob" }>;

test("a pin by genericBlobDigest matches a manifest, as v2 of the CLI writes it", () => {
  const pin = pinOf(spec("genericBlobDigest/v1", "SHA-512", hex("sha512")));
  expect(pinsManifest(pin, bytes)).toBe(true);
  expect(pinsManifest(pin, Buffer.from("The other shop.\n"))).toBe(false);
});

test("a pin is an OCI digest only by SHA-256 and SHA-512", () => {
  expect(asDigest(pinOf(spec("ociArtifactDigest/v1")))).toBe(`sha256:${hex("sha256")}`);
  expect(asDigest(pinOf(spec("ociArtifactDigest/v1", "SHA-512", hex("sha512"))))).toBe(`sha512:${hex("sha512")}`);
  expect(asDigest(pinOf(spec("ociArtifactDigest/v1", "SHA-384", hex("sha384"))))).toBeUndefined();
});
