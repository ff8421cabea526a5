import { createHash } from "node:crypto";
import { describe, expect, test } from "@jest/globals";
import type { ComponentDescriptor } from "../../../src/ocm/descriptor/component-descriptor.ts";
import { inContextOf } from "../../../src/ocm/signing/nested-digests.ts";
import { checkReferenceDigests } from "../../../src/ocm/signing/reference-digest.ts";
import { type ComponentId, changed, readFixture } from "../../../testing/content/fixture-version.ts";
import { componentDigests } from "../../../testing/fixtures/ocm/digests.ts";
import { readVector, vectors } from "../signed-versions.ts";

const trees = vectors.filter((vector) => vector !== "v1-legacy-hash");

function failure(versions: readonly ComponentDescriptor[]): { code?: string; message?: string } {
  try {
    checkReferenceDigests(versions);
  } catch (error) {
    return error as Error & { code: string };
  }
  return {};
}

/** The tree with one of its component versions changed. */
function with_(vector: string, name: string, change: Parameters<typeof changed>[1]): ComponentDescriptor[] {
  return Object.entries(readVector(vector)).map(([key, version]) =>
    key === name ? changed(version, change) : version,
  );
}

test.each(trees)("%s has matching digests in all references", (vector) => {
  expect(failure(Object.values(readVector(vector)))).toEqual({});
});

test.each(trees)("%s fails when a referenced component version is changed", (vector) => {
  const below = vector.startsWith("v1-top") ? ["middle", "leaf"] : ["child"];
  for (const name of below) {
    const versions = with_(vector, name, ({ component }) => {
      component.provider = "another";
    });
    expect(failure(versions)).toMatchObject({ code: "REFERENCE_DIGEST_DIFFERS" });
  }
});

test("the error names parent, reference and child", () => {
  const versions = with_("v1-json3", "child", ({ component }) => component.resources.pop());
  expect(failure(versions).message).toMatch(
    /^reference child of acme\.org\/awkward:1\.0\.0\+build\.7 pins acme\.org\/child:1\.0\.0 to the digest [0-9a-f]{64} \(jsonNormalisation\/v3\), but its digest is [0-9a-f]{64}$/,
  );
});

describe("a root signed in mode top", () => {
  test("has the digests of resources of referenced component versions", () => {
    const versions = with_("v1-top-json1", "root", ({ nestedDigests }) => {
      for (const { resourceDigests } of nestedDigests) for (const { digest } of resourceDigests) digest.value = "00";
    });
    expect(failure(versions)).toMatchObject({
      code: "REFERENCE_DIGEST_DIFFERS",
      message: expect.stringMatching(/^nestedDigests of acme/),
    });
  });

  test("has the digests of references of referenced component versions", () => {
    const versions = with_("v1-top-json1", "root", ({ nestedDigests }) => {
      nestedDigests.find(({ name }: { name: string }) => name === "acme.org/leaf").digest.value = "00".repeat(32);
    });
    expect(failure(versions)).toMatchObject({ code: "REFERENCE_DIGEST_DIFFERS" });
  });
});

test("an unsigned digest of a resource does not replace the nested digest of the root", () => {
  const change: Parameters<typeof changed>[1] = ({ component }) => {
    const digest = { hashAlgorithm: "SHA-512", normalisationAlgorithm: "genericBlobDigest/v1", value: "00" };
    component.resources[0].digest = digest;
  };
  expect(failure(with_("v1-top-json1", "leaf", change))).toMatchObject({ code: "REFERENCE_DIGEST_DIFFERS" });
});

test("a component version below a root has the digests of the root for its content", () => {
  const { root, middle, leaf } = readVector("v1-top-json1");
  if (root === undefined || middle === undefined || leaf === undefined) throw new Error("the tree is not whole");
  expect(leaf.elements.map(({ digest }) => digest)).toEqual([undefined]);
  const value = createHash("sha256").update("a note").digest("hex");
  const pinned = { hashAlgorithm: "SHA-256", normalisationAlgorithm: "genericBlobDigest/v1", value };
  expect(inContextOf(root, leaf).elements.map(({ digest }) => digest)).toEqual([pinned]);
  expect(inContextOf(root, middle).elements.map(({ digest }) => digest?.value)).toEqual([value, "NO-DIGEST"]);
  expect(inContextOf(middle, leaf)).toEqual(leaf);
});

test("references to other component versions and references without a digest are not compared", () => {
  const { awkward } = readVector("v1-json3");
  expect(failure(awkward === undefined ? [] : [awkward])).toEqual({});
  for (const digest of [
    undefined,
    null,
    { hashAlgorithm: "", normalisationAlgorithm: "", value: "" },
    { hashAlgorithm: "NO-DIGEST", normalisationAlgorithm: "EXCLUDE-FROM-SIGNATURE", value: "NO-DIGEST" },
  ]) {
    const versions = with_("v1-json3", "awkward", ({ component }) => {
      component.componentReferences[0].digest = digest;
    });
    expect(failure(versions)).toEqual({});
  }
});

test("a digest by unknown algorithms is not supported", () => {
  const digest = { hashAlgorithm: "SHA-256", normalisationAlgorithm: "jsonNormalisation/v9", value: "00" };
  const change: Parameters<typeof changed>[1] = ({ component }) => {
    component.componentReferences[0].digest = digest;
  };
  expect(failure(with_("v1-json3", "awkward", change))).toMatchObject({ code: "NORMALISATION_UNSUPPORTED" });
});

test("the trees copied by v1 have matching digests, and the tree copied by v2 does not", async () => {
  const ids = Object.keys(componentDigests) as ComponentId[];
  const read = (folder: "v1-by-reference" | "v1-by-value" | "v2-by-value") =>
    Promise.all(ids.map(async (id) => (await readFixture(folder, id)).descriptor));
  expect(failure(await read("v1-by-reference"))).toEqual({});
  expect(failure(await read("v1-by-value"))).toEqual({});
  expect(failure(await read("v2-by-value"))).toMatchObject({
    code: "REFERENCE_DIGEST_DIFFERS",
    message: expect.stringContaining("of example.org/shop:1.2.0 pins example.org/"),
  });
});
