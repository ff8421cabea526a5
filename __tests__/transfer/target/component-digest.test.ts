import { describe, expect, test } from "@jest/globals";
import { parseComponentDescriptor } from "../../../src/ocm/descriptor/component-descriptor.ts";
import type { JsonObject } from "../../../src/ocm/descriptor/json.ts";
import { buildComponentManifest } from "../../../src/ocm/repository/component-manifest.ts";
import { buildDescriptorLayer } from "../../../src/ocm/repository/descriptor-layer.ts";
import { checkComponentDigest } from "../../../src/transfer/target/component-digest.ts";
import { descriptorDocument, resource } from "../../../testing/content/content.ts";
import { changed } from "../../../testing/content/fixture-version.ts";

const access = { type: "ociArtifact", imageReference: "here.test/image:1" };
const digest = {
  digest: { hashAlgorithm: "SHA-256", normalisationAlgorithm: "ociArtifactDigest/v1", value: "00" },
};
const source = parseComponentDescriptor(
  JSON.stringify(
    descriptorDocument({
      resources: [resource("image", access, digest)],
      // What both CLIs would read as something else were it not escaped.
      more: { labels: [{ name: "odd", value: "\u2028\u0085\ufeff", signing: true }] },
    }),
  ),
  "here",
);

describe.each(["yaml", "json"] as const)("the component digest of a copy in the form %s", (format) => {
  const written = (tree: JsonObject) => {
    const descriptor = buildDescriptorLayer(tree, format);
    return buildComponentManifest({ name: source.name, version: source.version, descriptor, layers: [], natives: [] });
  };

  test("is that of its source when access, and what nobody signs, is another", async () => {
    const { tree } = changed(source, ({ component }) => {
      component.resources[0].access = { type: "localBlob", localReference: "sha256:0", mediaType: "x/y" };
      component.repositoryContexts = [];
    });
    await expect(checkComponentDigest(source, written(tree))).resolves.toBeUndefined();
  });

  test.each<[string, Parameters<typeof changed>[1]]>([
    [
      "a resource is lost",
      ({ component }) => {
        component.resources = [];
      },
    ],
    [
      "a signed label is another",
      ({ component }) => {
        component.labels[0].value = "even";
      },
    ],
    [
      "the access says that there is nothing",
      ({ component }) => {
        component.resources[0].access = { type: "none" };
      },
    ],
  ])("is another when %s, and nothing is written", async (_, change) => {
    await expect(checkComponentDigest(source, written(changed(source, change).tree))).rejects.toEqual(
      expect.objectContaining({
        code: "COMPONENT_DIGEST_CHANGED",
        message: expect.stringMatching(
          /^acme\.org\/shop:1\.0\.0 has the component digest [0-9a-f]{64}, and its copy would have [0-9a-f]{64}; nothing was written$/,
        ),
      }),
    );
  });

  test("is not believed where there is no descriptor", async () => {
    await expect(checkComponentDigest(source, { blobs: [] })).rejects.toThrow(/would have none/);
  });
});
