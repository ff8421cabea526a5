import { describe, expect, test } from "@jest/globals";
import { type ComponentVersion, readComponentVersion } from "../../../src/ocm/repository/component-version.ts";
import type { DescriptorFormat } from "../../../src/ocm/repository/descriptor-layer.ts";
import { resolveElements } from "../../../src/transfer/source/resolve-elements.ts";
import { buildDesired } from "../../../src/transfer/target/desired.ts";
import { keepExistingManifest } from "../../../src/transfer/target/keep-existing.ts";
import { addComponentVersion, addImage, type ComponentOptions, resource } from "../../../testing/content/content.ts";
import { createMemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { surveyed } from "../../../testing/product/surveyed.ts";

const PATH = "moved";

interface There extends ComponentOptions {
  readonly descriptorFormat?: DescriptorFormat;
  readonly access?: Readonly<Record<string, unknown>>;
  readonly isListed?: boolean;
}

/** A component version with an image, and what a target makes of it that has it in this form. */
async function settled(there: There | undefined) {
  const [source, target] = [createMemoryRegistry(), createMemoryRegistry()];
  const image = addImage(source, "images/app", { tag: "1" });
  const absolute = { type: "ociArtifact", imageReference: "far.test/images/app:1" };
  const desired = buildDesired(await surveyed(source, { resources: [resource("app", absolute)] }), {
    form: "localBlob",
    target: { origin: "target.test", path: PATH },
    descriptorFormat: there?.descriptorFormat,
    furtherSignatures: [],
  });
  let existing: ComponentVersion | undefined;
  if (there !== undefined) {
    const { access = {}, isListed = true, ...component } = there;
    const local = { type: "localBlob", localReference: image.digest, mediaType: image.mediaType, ...access };
    const resources = [resource("app", local)];
    addComponentVersion(target, { path: PATH, resources, natives: isListed ? [image] : [], ...component });
    existing = await readComponentVersion(
      { registry: target, path: PATH, display: "target" },
      "acme.org/shop",
      "1.0.0",
    );
  }
  return { desired, existing, result: keepExistingManifest(desired, existing) };
}

test.each<[string, There]>([
  ["in other bytes", {}],
  ["in other bytes of the same media type", { descriptorFormat: "json" }],
  ["under another spelling of its access", { access: { type: "LocalBlob/v1", referenceName: "other:1" } }],
  ["with a note of where it lay", { repositoryContexts: [{ subPath: "x" }] }],
])("what is there %s stays under its own manifest, and its artifacts are completed", async (_, there) => {
  const { desired, existing, result } = await settled(there);
  expect(existing?.root.digest).not.toBe(desired.manifest.root.digest);
  expect(result.componentTag.target).toEqual(existing?.root);
  expect(result.placements).toEqual(desired.placements.filter(({ from }) => !Buffer.isBuffer(from)));
  expect(result.placements).toHaveLength(3);
});

test.each<[string, There | undefined]>([
  ["is not there", undefined],
  ["has another form", { access: { type: "ociArtifact", imageReference: "far.test/images/app:1" } }],
  [
    "has a Docker media type, which v1 does not take for an image",
    { access: { mediaType: "application/vnd.docker.distribution.manifest.v2+json" } },
  ],
  ["has a global access", { access: { globalAccess: { type: "ociArtifact", imageReference: "localhost:9999/x" } } }],
  ["does not list its image", { isListed: false }],
  ["has other labels", { more: { labels: [{ name: "x", value: "y" }] } }],
  ["has another signature", { signatures: [{ name: "acme" }] }],
])("what %s is written", async (_, there) => {
  const { desired, result } = await settled(there);
  expect(result).toBe(desired);
});

describe("what the target has by value, and the transfer would leave by reference", () => {
  const absolute = { type: "ociArtifact", imageReference: "far.test/images/app:1" };

  /** The target's copy by value, this component version, and the transfer of it that copies no resources. */
  async function byReference(source: ComponentOptions, access: (digest: string) => object) {
    const [from, target] = [createMemoryRegistry(), createMemoryRegistry()];
    const image = addImage(target, `${PATH}/component-descriptors/acme.org/shop`);
    const resources = [resource("app", access(image.digest)), resource("code", { type: "gitHub" })];
    addComponentVersion(target, { path: PATH, resources, natives: [image] });
    addComponentVersion(from, {
      resources: [resource("app", absolute), resource("code", { type: "gitHub" })],
      ...source,
    });
    const read = (registry: typeof from, path: string) =>
      readComponentVersion({ registry, path, display: path }, "acme.org/shop", "1.0.0");
    const options = { copyResources: false, copySources: false, registryAt: () => from };
    const desired = buildDesired(await resolveElements(await read(from, ""), options), {
      form: "localBlob",
      target: { origin: "target.test", path: PATH },
      furtherSignatures: [],
    });
    const existing = await read(target, PATH);
    return { desired, existing, result: keepExistingManifest(desired, existing) };
  }

  const local = (localReference: string) => ({ type: "localBlob", localReference, mediaType: "x" });

  test.each<[string, (digest: string) => object]>([
    ["localBlob", local],
    ["relativeOciReference", (digest) => ({ type: "relativeOciReference", reference: `images/app@${digest}` })],
  ])("stays as it is: %s", async (_, access) => {
    const { existing, result } = await byReference({}, access);
    expect(result.componentTag.target).toEqual(existing.root);
    expect(result.placements).toEqual([]);
    expect(result.changes.map(({ after, reason }) => [after, reason])).toEqual([
      [existing.descriptor.elements[0]?.access, "is at the target by value"],
      [{ type: "gitHub" }, "commit on GitHub stays a reference"],
    ]);
  });

  test.each<object>([
    { type: "wget", url: "https://acme.org/app.tar" },
    { type: "helm", helmRepository: "https://charts.acme.org", helmChart: "app:1" },
    { type: "ociBlob", ref: "far.test/layers", digest: `sha256:${"0".repeat(64)}`, size: 1 },
  ])("stays as it is where the source has %j", async (access) => {
    const resources = [resource("app", access), resource("code", { type: "gitHub" })];
    const { existing, result } = await byReference({ resources }, local);
    expect(result.componentTag.target).toEqual(existing.root);
    expect(result.changes[0]).toMatchObject({ after: { type: "localBlob" }, reason: "is at the target by value" });
  });

  test("does not where it is a reference itself", async () => {
    const other = { type: "ociArtifact", imageReference: "elsewhere.test/app:1" };
    const { desired, result } = await byReference({}, () => other);
    expect(result).toBe(desired);
  });

  test("does not where it is of another component version, that is to be overwritten", async () => {
    const { desired, result } = await byReference({ more: { creationTime: "2026-01-01T00:00:00Z" } }, local);
    expect(result).toBe(desired);
  });
});
