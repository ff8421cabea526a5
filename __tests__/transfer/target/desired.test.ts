import { describe, expect, test } from "@jest/globals";
import { DOCKER_MANIFEST, DOCKER_MANIFEST_LIST, OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/descriptor.ts";
import type { AccessForm } from "../../../src/ocm/access/access-form.ts";
import { buildDesired, type DesiredOptions, type DesiredVersion } from "../../../src/transfer/target/desired.ts";
import { keyOf } from "../../../src/transfer/target/inspect.ts";
import { addImage, addIndex, artifactDigest, resource } from "../../../testing/content/content.ts";
import { createMemoryRegistry, type MemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { onlyFile, tar } from "../../../testing/content/tar-bytes.ts";
import { surveyed } from "../../../testing/product/surveyed.ts";

const HOME = "component-descriptors/acme.org/shop";
const AT_TARGET = `moved/${HOME}`;
const target = { origin: "http://target.test:5000", path: "moved" };
const options = (form: AccessForm, more: Partial<DesiredOptions> = {}) => ({
  form,
  target,
  furtherSignatures: [],
  ...more,
});

const absolute = (reference: string) => ({ type: "ociArtifact", imageReference: `far.test/${reference}` });

async function shop(registry: MemoryRegistry) {
  const image = addImage(registry, "images/app", { tag: "2" });
  const blob = registry.addBlob(HOME, "text", "text/plain");
  const local = { type: "localBlob", localReference: blob.digest, mediaType: "text/plain" };
  const version = await surveyed(registry, {
    layers: [blob],
    resources: [
      resource("app", absolute("images/app:2"), artifactDigest(image)),
      resource("readme", local),
      resource("licence", local),
      resource("code", { type: "gitHub" }),
    ],
  });
  return { version, image, blob };
}

/** Every placement after those that it needs, in its own repository. */
function expectChildrenFirst({ placements }: DesiredVersion): void {
  const seen = new Set<string>();
  for (const { descriptor, needs, to } of placements) {
    for (const needed of needs) expect(seen).toContain(keyOf({ to, descriptor: needed }));
    seen.add(keyOf({ to, descriptor }));
  }
}

const rootDocument = ({ manifest }: DesiredVersion) => JSON.parse(manifest.manifests.at(-1)?.bytes.toString() ?? "");
const layerOf = ({ manifest }: DesiredVersion) => manifest.blobs[1];
const written = (desired: DesiredVersion) =>
  JSON.parse(onlyFile(layerOf(desired)?.bytes ?? Buffer.alloc(0), "component-descriptor.yaml").toString());

describe("the forms of access", () => {
  test.each<[AccessForm, object, string]>([
    ["localBlob", { type: "localBlob", mediaType: OCI_MANIFEST, referenceName: "images/app:2" }, AT_TARGET],
    ["relativeOciReference", { type: "relativeOciReference" }, "moved/images/app"],
    ["ociArtifact", { type: "ociArtifact" }, "moved/images/app"],
  ])("%s", async (form, access, repository) => {
    const { version, image } = await shop(createMemoryRegistry());
    const desired = buildDesired(version, options(form));
    const pinned = `moved/images/app:2@${image.digest}`;
    const whole = {
      localBlob: { ...access, localReference: image.digest },
      relativeOciReference: { ...access, reference: pinned },
      ociArtifact: { ...access, imageReference: `http://target.test:5000/${pinned}` },
    }[form];
    expect(desired.changes[0]).toMatchObject({ after: whole, repository, reason: `takes the form ${form}` });
    expect(written(desired).component.resources[0].access).toEqual(whole);
    expect(
      new Set(desired.placements.filter(({ descriptor }) => descriptor.digest === image.digest).map(({ to }) => to)),
    ).toEqual(new Set([repository]));
    expect(desired.artifactTags).toEqual(form === "localBlob" ? [] : [{ target: image, repository, tag: "2" }]);
    expectChildrenFirst(desired);
  });

  test.each<[string, string]>([
    [DOCKER_MANIFEST, OCI_MANIFEST],
    [DOCKER_MANIFEST_LIST, OCI_INDEX],
  ])("%s: the access says its OCI type, the index its own, and the bytes stay", async (mediaType, said) => {
    const registry = createMemoryRegistry();
    const isList = mediaType === DOCKER_MANIFEST_LIST;
    const root = isList
      ? addIndex(registry, "old", [], { mediaType, tag: "1" })
      : addImage(registry, "old", { mediaType, tag: "1" });
    const version = await surveyed(registry, { resources: [resource("old", absolute("old:1"))] });
    const desired = buildDesired(version, options("localBlob"));
    expect(desired.changes[0]?.after).toMatchObject({ mediaType: said, localReference: root.digest });
    expect(rootDocument(desired).manifests[1]).toMatchObject({ mediaType, digest: root.digest });
  });

  test.each<[AccessForm, object]>([
    ["localBlob", { type: "LocalBlob/v1", mediaType: OCI_MANIFEST }],
    ["localBlob", { type: "localBlob", mediaType: OCI_MANIFEST, referenceName: "other:1" }],
    ["relativeOciReference", { type: "relativeOciReference/v1" }],
    ["ociArtifact", { type: "OCIImage/v1" }],
  ])("%s is left as it is where it says the same: %j", async (form, access) => {
    const registry = createMemoryRegistry();
    const repository = form === "localBlob" ? AT_TARGET : "moved/images/app";
    const image = addImage(registry, repository, { tag: "2" });
    const reference = `${repository}:2@${image.digest}`;
    const before = {
      ...access,
      localReference: image.digest,
      reference,
      imageReference: `http://target.test:5000/${reference}`,
    };
    const version = await surveyed(registry, {
      path: "moved",
      natives: form === "localBlob" ? [image] : [],
      resources: [resource("app", before)],
    });
    const [change] = buildDesired(version, options(form)).changes;
    expect(change?.after).toBe(change?.before);
    expect(change?.reason).toBe(`has the form ${form} already`);
  });
});

test.each([
  ["another media type, as v2 writes it for Docker images", { mediaType: DOCKER_MANIFEST }],
  ["another content", { localReference: `sha256:${"0".repeat(64)}` }],
])("a local blob of %s does not say the same", async (_, difference) => {
  const registry = createMemoryRegistry();
  const image = addImage(registry, AT_TARGET, { mediaType: DOCKER_MANIFEST });
  const access = { type: "localBlob", localReference: image.digest, mediaType: OCI_MANIFEST };
  const found = await surveyed(registry, { path: "moved", natives: [image], resources: [resource("app", access)] });
  const [item] = found.items;
  if (item === undefined) throw new Error("no item");
  const written = { ...access, ...difference };
  const { changes } = buildDesired(
    { ...found, items: [{ ...item, element: { ...item.element, access: written } }] },
    options("localBlob"),
  );
  expect(changes[0]).toMatchObject({ before: written, after: access, reason: "takes the form localBlob" });
});

test("local blobs and what is kept stay as they are; a shared blob is one layer for both", async () => {
  const { version, blob } = await shop(createMemoryRegistry());
  const desired = buildDesired(version, options("localBlob"));
  const [, readme, licence, code] = desired.changes;
  for (const change of [readme, licence, code]) expect(change?.after).toBe(change?.before);
  expect(readme?.contents).toEqual([blob]);
  expect(code).toMatchObject({ contents: [], reason: "commit on GitHub stays a reference" });
  const manifest = JSON.parse(desired.manifest.manifests[0]?.bytes.toString() ?? "");
  expect(manifest.layers).toHaveLength(2);
  expect(JSON.parse(manifest.layers[1].annotations["software.ocm.artifact"])).toHaveLength(2);
});

test("the component version is placed with everything it needs, and its tag is the version's", async () => {
  const registry = createMemoryRegistry();
  const { version } = await shop(registry);
  const desired = buildDesired(version, options("localBlob"));
  expect(desired.repository).toBe(AT_TARGET);
  expect(desired.componentTag).toEqual({
    target: desired.manifest.root,
    repository: AT_TARGET,
    tag: "1.0.0",
  });
  expect(new Set(desired.placements.map(({ to }) => to))).toEqual(new Set([AT_TARGET]));
  const root = desired.placements.at(-1);
  expect(root?.descriptor).toEqual(desired.manifest.root);
  expect(root?.needs.map(({ digest }) => digest)).toEqual(
    rootDocument(desired).manifests.map(({ digest }: { digest: string }) => digest),
  );
  const plus = await surveyed(registry, { version: "1.0.0+b" });
  expect(buildDesired(plus, options("localBlob")).componentTag.tag).toBe("1.0.0.build-b");
});

test("without a path below the host, names are those of the artifacts", async () => {
  const { version } = await shop(createMemoryRegistry());
  const bare = { target: { origin: "target.test", path: "" } };
  const { changes, repository } = buildDesired(version, options("ociArtifact", bare));
  expect(repository).toBe(HOME);
  expect(changes[0]?.after.imageReference).toMatch(/^target\.test\/images\/app:2@sha256:/);
});

test.each([
  ["1.2.0", "1.2.0-"],
  ["1.2.0+b", "1.2.0.build-b-"],
  ["", ""],
  ["not a tag", ""],
])("an artifact without a tag, of an element of version %j, is tagged %sDIGEST", async (version, prefix) => {
  const registry = createMemoryRegistry();
  const image = addImage(registry, "images/app");
  const resources = [resource("app", absolute(`images/app@${image.digest}`), { version })];
  const { artifactTags, changes } = buildDesired(
    await surveyed(registry, { resources }),
    options("relativeOciReference"),
  );
  const tag = `${prefix}${image.digest.slice("sha256:".length, "sha256:".length + 12)}`;
  expect(artifactTags).toEqual([{ target: image, repository: "moved/images/app", tag }]);
  expect(changes[0]?.after.reference).toBe(`moved/images/app:${tag}@${image.digest}`);
  expect(buildDesired(await surveyed(registry, { resources }), options("localBlob")).artifactTags).toEqual([]);
});

test("a global access, which names the place that it came from, is not taken along", async () => {
  const registry = createMemoryRegistry();
  const text = registry.addBlob(AT_TARGET, "text", "text/plain");
  const image = addImage(registry, AT_TARGET);
  const globalAccess = { type: "ociArtifact", imageReference: "localhost:9999/x" };
  const local = ({ digest, mediaType }: typeof text) => ({ type: "localBlob", localReference: digest, mediaType });
  const found = await surveyed(registry, {
    path: "moved",
    layers: [text],
    natives: [image],
    resources: [
      resource("text", { ...local(text), globalAccess }),
      resource("image", { ...local(image), globalAccess }),
    ],
  });
  const { changes } = buildDesired(found, options("localBlob"));
  expect(changes[0]).toMatchObject({ after: local(text), reason: "loses its global access" });
  expect(changes[1]).toMatchObject({ after: local(image), reason: "takes the form localBlob" });
  for (const { after } of changes) expect(after).not.toHaveProperty("globalAccess");
});

test("further signatures are written", async () => {
  const { version } = await shop(createMemoryRegistry());
  const desired = buildDesired(version, options("localBlob", { furtherSignatures: [{ name: "customer" }] }));
  expect(written(desired).signatures).toEqual([{ name: "customer" }]);
});

describe("the layer of the component descriptor", () => {
  const TAR = "application/vnd.ocm.software.component-descriptor.v2+yaml+tar";
  const yaml =
    "meta: {schemaVersion: v2}\ncomponent: {name: acme.org/shop, version: 1.0.0, provider: acme, resources: []}\n";
  const stored = tar(
    { name: "component-descriptor.yaml", content: yaml },
    { name: "note", content: "by another tool" },
  );
  const inArchive = (descriptorType: string) =>
    surveyed(createMemoryRegistry(), { descriptor: stored, descriptorType });

  test("stays as it is where the component descriptor does", async () => {
    const desired = buildDesired(await inArchive(TAR), options("localBlob"));
    expect(layerOf(desired)?.bytes.equals(stored)).toBe(true);
  });

  test("is written where the component descriptor changes", async () => {
    const version = await inArchive(TAR);
    const desired = buildDesired(version, options("localBlob", { furtherSignatures: [{ name: "customer" }] }));
    expect(written(desired)).toEqual({ ...version.version.descriptor.tree, signatures: [{ name: "customer" }] });
  });

  test("is written in place of one with an older media type", async () => {
    const version = await inArchive("application/vnd.gardener.cloud.cnudie.component-descriptor.v2+yaml+tar");
    const desired = buildDesired(version, options("localBlob"));
    expect(layerOf(desired)?.descriptor.mediaType).toBe(TAR);
    expect(written(desired)).toEqual(version.version.descriptor.tree);
  });

  test("is the text alone where that is asked for", async () => {
    const version = await inArchive(TAR);
    const layer = layerOf(buildDesired(version, options("localBlob", { descriptorFormat: "json" })));
    expect(layer?.descriptor.mediaType).toBe("application/vnd.ocm.software.component-descriptor.v2+json");
    expect(JSON.parse(String(layer?.bytes))).toEqual(version.version.descriptor.tree);
  });
});

test("the same component version is arranged the same way", async () => {
  const { version } = await shop(createMemoryRegistry());
  expect(buildDesired(version, options("localBlob"))).toEqual(buildDesired(version, options("localBlob")));
});

test.each([
  ["localOciBlob", (digest: string) => ({ type: "localOciBlob", digest })],
  ["localFilesystemBlob", (digest: string) => ({ type: "localFilesystemBlob/v1", fileName: digest.replace(":", ".") })],
] as const)("%s, which v2 of the CLI does not know, becomes a local blob of today", async (_, accessTo) => {
  const registry = createMemoryRegistry("home.test");
  const blob = registry.addBlob(HOME, "text", "text/plain");
  const version = await surveyed(registry, { layers: [blob], resources: [resource("readme", accessTo(blob.digest))] });
  const { changes, contents } = buildDesired(version, options("localBlob"));
  expect(changes[0]?.after).toEqual({ type: "localBlob", localReference: blob.digest, mediaType: "text/plain" });
  expect(contents.layers).toEqual([blob]);
});
