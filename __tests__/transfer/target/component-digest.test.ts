import { describe, expect, test } from "@jest/globals";
import { parseComponentDescriptor } from "../../../src/ocm/descriptor/component-descriptor.ts";
import type { JsonObject } from "../../../src/ocm/descriptor/json.ts";
import { buildComponentManifest } from "../../../src/ocm/repository/component-manifest.ts";
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

const written = (tree: JsonObject) =>
  buildComponentManifest({ name: source.name, version: source.version, tree, layers: [], natives: [] });

describe("the component digest of a copy", () => {
  test("is that of its source when access, and what nobody signs, is another", () => {
    const { tree } = changed(source, ({ component }) => {
      component.resources[0].access = { type: "localBlob", localReference: "sha256:0", mediaType: "x/y" };
      component.repositoryContexts = [];
    });
    expect(() => checkComponentDigest(source, written(tree))).not.toThrow();
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
  ])("is another when %s, and nothing is written", (_, change) => {
    expect(() => checkComponentDigest(source, written(changed(source, change).tree))).toThrow(
      expect.objectContaining({
        code: "COMPONENT_DIGEST_CHANGED",
        message: expect.stringMatching(
          /^acme\.org\/shop:1\.0\.0 has the component digest [0-9a-f]{64}, and its copy would have [0-9a-f]{64}; nothing was written$/,
        ),
      }),
    );
  });

  test("is not believed where there is no descriptor", () => {
    expect(() => checkComponentDigest(source, { blobs: [] })).toThrow(/would have none/);
  });
});
