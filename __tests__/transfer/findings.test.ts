import { describe, expect, test } from "@jest/globals";
import { OCI_INDEX } from "../../src/oci/descriptor.ts";
import { referrersTag } from "../../src/stores/registry/referrers.ts";
import { findingsOf, leftReferrers } from "../../src/transfer/findings.ts";
import { resolveElements } from "../../src/transfer/source/resolve-elements.ts";
import { buildDesired } from "../../src/transfer/target/desired.ts";
import { addImage, resource } from "../../testing/content/content.ts";
import { type ComponentId, readFixture } from "../../testing/content/fixture-version.ts";
import { createMemoryRegistry } from "../../testing/content/memory-registry.ts";
import { surveyed } from "../../testing/product/surveyed.ts";

const HOME = "component-descriptors/acme.org/shop";

/** A component version with local blobs of these media types, named after their place in the list. */
async function packed(mediaTypes: readonly string[]) {
  const registry = createMemoryRegistry();
  const layers = mediaTypes.map((mediaType, index) => registry.addBlob(HOME, String(index), mediaType));
  const resources = layers.map(({ digest, mediaType }, index) =>
    resource(`r${index}`, { type: "localBlob", localReference: digest, mediaType }),
  );
  return findingsOf({ errors: [], versions: [await surveyed(registry, { layers, resources })] });
}

test.each([
  ["application/vnd.oci.image.manifest.v1+tar+gzip", 1],
  ["application/vnd.oci.image.manifest.v1+tar", 1],
  ["application/vnd.oci.image.index.v1+tar+gzip", 1],
  ["application/vnd.docker.distribution.manifest.v2+tar+gzip", 1],
  ["application/vnd.docker.distribution.manifest.list.v2+tar+gzip", 1],
  ["application/vnd.oci.image.layer.v1.tar+gzip", 0],
  ["application/tar+gzip", 0],
  ["text/plain", 0],
])("%s: %d", async (mediaType, count) => {
  expect(await packed([mediaType])).toHaveLength(count);
});

test("the archives of v1 are named, and there is one finding for all of them", async () => {
  const versions = await Promise.all(
    (["example.org/shop:1.2.0", "example.org/payments:0.3.0"] satisfies ComponentId[]).map(async (id) =>
      resolveElements(await readFixture("v1-by-value", id), {
        copyResources: true,
        copySources: true,
        registryAt: () => createMemoryRegistry(),
      }),
    ),
  );
  expect(findingsOf({ versions, errors: [] })).toMatchObject([
    {
      code: "ARTIFACT_SET_KEPT",
      message: expect.stringMatching(
        /frontend of example\.org\/shop:1\.2\.0, chart of example\.org\/shop:1\.2\.0, legacy of example\.org\/payments:0\.3\.0, legacy-multi of/,
      ),
      remedy: expect.stringMatching(/./),
    },
  ]);
});

test("of many the first five are named", async () => {
  const [finding] = await packed(Array.from({ length: 8 }, () => "application/vnd.oci.image.manifest.v1+tar+gzip"));
  expect(finding?.message).toContain("r4 of acme.org/shop:1.0.0 and 3 more.");
});

describe("what hangs on images", () => {
  async function arranged() {
    const registry = createMemoryRegistry();
    const image = addImage(registry, "images/shop", { tag: "1" });
    const tag = (suffix: string) => `${referrersTag(image.digest)}${suffix}`;
    const other = { mediaType: "text/plain", digest: image.digest, size: 1 };
    addImage(registry, "images/shop", { layers: ["signature"], tag: tag(".sig") });
    addImage(registry, "images/shop", { layers: ["sbom"], tag: tag(".sbom") });
    registry.addManifest(
      "images/shop",
      { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [other] },
      { tag: tag("") },
    );
    const access = { type: "ociArtifact", imageReference: "far.test/images/shop:1" };
    const version = await surveyed(registry, { resources: [resource("shop", access)] }, { withReferrers: true });
    const target = { origin: "target.test", path: "moved" };
    const { referrers } = buildDesired(version, { form: "localBlob", target, furtherSignatures: [] });
    return { version, referrers, tag };
  }

  test("stays behind: named by the image that it hangs on", async () => {
    const { referrers, tag } = await arranged();
    const [finding, ...others] = leftReferrers(referrers);
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ code: "REFERRERS_LEFT", remedy: expect.stringContaining("ociArtifact") });
    expect(finding?.message).toContain("shop (sha256-");
    for (const suffix of [".sig", ".sbom"]) expect(finding?.message).toContain(tag(suffix).slice(0, 75));
    expect(leftReferrers([])).toEqual([]);
  });

  test("could not be read", async () => {
    const { version } = await arranged();
    expect(findingsOf({ versions: [version], errors: [] })).toMatchObject([
      { code: "REFERRERS_UNREAD", message: expect.stringContaining("text/plain") },
    ]);
  });
});
