import { afterEach, expect, test } from "@jest/globals";
import { sha256 } from "../../../src/oci/digest.ts";
import { createMemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { contentOf, openAccessMethods, pinTo } from "../../../testing/product/open-access-methods.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

const digest = sha256("layer");
const access = { type: "ociBlob", ref: "acme.test/layers", mediaType: "text/x", digest, size: 5 };

test.each(["ociBlob", "ociBlob/v1", "OCIImageLayer/v1"])("%s is a blob of the repository", async (type) => {
  const registry = createMemoryRegistry();
  registry.addBlob("layers", "layer");
  const found = await openAccessMethods({ registry }).find({ ...access, type }, pinTo("layer"));
  expect(found).toMatchObject({ kind: "blob", descriptor: { mediaType: "text/x", digest, size: 5 } });
  expect((await contentOf(found)).toString()).toBe("layer");
});

test.each([-1, null, "5"])("one of size %j is left by reference", async (size) => {
  expect(await openAccessMethods().find({ ...access, size })).toEqual({
    kind: "left",
    reason: "it has no size",
  });
});

test.each([{ ref: "UPPER/case::" }, { digest: "sha256:x" }])("%j cannot be read", async (more) => {
  await expect(openAccessMethods().find({ ...access, ...more })).rejects.toMatchObject({
    code: expect.stringMatching(/_MALFORMED$/),
  });
});
