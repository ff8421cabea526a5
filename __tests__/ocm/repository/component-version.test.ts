import type { Readable } from "node:stream";
import { describe, expect, test } from "@jest/globals";
import { pack } from "tar-stream";
import { bytesOf } from "../../../src/oci/content.ts";
import { type Descriptor, OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/descriptor.ts";
import type { Digest } from "../../../src/oci/digest.ts";
import {
  componentRepositoryName,
  readComponentVersion,
  readPinnedVersion,
  tagOf,
} from "../../../src/ocm/repository/component-version.ts";
import { addComponentVersion, addImage, addIndex, descriptorDocument } from "../../../testing/content/content.ts";
import { readFixture } from "../../../testing/content/fixture-version.ts";
import { createMemoryRegistry, type MemoryRegistry } from "../../../testing/content/memory-registry.ts";

const REPOSITORY = "component-descriptors/acme.org/shop";

const read = (registry: MemoryRegistry, version = "1.0.0", path = "") =>
  readComponentVersion({ registry, path, display: "memory" }, "acme.org/shop", version);

/** A component manifest with this descriptor layer, found by this config. */
function addManifest(
  registry: MemoryRegistry,
  layer: { content: string | Buffer; mediaType: string },
  config = "application/vnd.ocm.software.component.config.v1+json",
  spelled = (content: string) => content,
): Descriptor {
  const other = registry.addBlob(REPOSITORY, "first", "text/plain");
  const descriptor = registry.addBlob(REPOSITORY, layer.content, layer.mediaType);
  const document = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: registry.addBlob(REPOSITORY, spelled(JSON.stringify({ componentDescriptorLayer: descriptor })), config),
    layers: [other, descriptor],
  };
  return registry.addManifest(REPOSITORY, document, { tag: "1.0.0" });
}

async function tar(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const archive = pack();
  for (const [name, content] of Object.entries(files)) archive.entry({ name }, content);
  archive.finalize();
  return bytesOf(archive as unknown as Readable);
}

const json = JSON.stringify(descriptorDocument({}));
const TYPE = "application/vnd.ocm.software.component-descriptor.v2+json";

test.each([
  ["", "acme.org/x", "component-descriptors/acme.org/x"],
  ["a/b", "acme.org/x", "a/b/component-descriptors/acme.org/x"],
])("for the path %j, component %s is stored in %s", (path, component, expected) => {
  expect(componentRepositoryName(path, component)).toBe(expected);
});

test.each([
  ["1.0.0", "1.0.0"],
  ["1.0.0+a", "1.0.0.build-a"],
  ["1.0.0-rc+a+b", "1.0.0-rc.build-a.build-b"],
])("the tag of %s is %s", (version, tag) => {
  expect(tagOf(version)).toBe(tag);
});

test("a plain manifest has layers and no native manifests", async () => {
  const registry = createMemoryRegistry();
  const blob = registry.addBlob(`a/b/${REPOSITORY}`, "text", "text/plain");
  const root = addComponentVersion(registry, { path: "a/b", version: "1.0.0+x", layers: [blob] });
  const version = await read(registry, "1.0.0+x", "a/b");
  expect(version).toMatchObject({
    root,
    nativeManifests: new Map(),
    descriptor: { name: "acme.org/shop", version: "1.0.0+x" },
  });
  expect([...version.layers.values()][1]).toEqual(blob);
  expect(registry.asked).toEqual([`a/b/${REPOSITORY}:1.0.0.build-x`]);
});

test("the native manifests of an index are its entries after the component manifest", async () => {
  const registry = createMemoryRegistry();
  const image = addImage(registry, REPOSITORY);
  const root = addComponentVersion(registry, { natives: [image] });
  const version = await read(registry);
  expect(version).toMatchObject({ root, nativeManifests: new Map([[image.digest, image]]) });
  expect(version.root.mediaType).toBe(OCI_INDEX);
});

test.each(["v1-by-reference", "v1-by-value", "v2-by-value"] as const)(
  "%s is read in its own mapping",
  async (folder) => {
    const { nativeManifests: natives, layers, root } = await readFixture(folder);
    expect([root.mediaType, natives.size, layers.size]).toEqual(
      {
        // The descriptor and the one text, then images as artifact sets, then as manifests.
        "v1-by-reference": [OCI_MANIFEST, 0, 2],
        "v1-by-value": [OCI_MANIFEST, 0, 4],
        "v2-by-value": [OCI_INDEX, 2, 2],
      }[folder],
    );
  },
);

describe("the component descriptor is found by the config, independent of its position", () => {
  const gardener = "application/vnd.gardener.cloud.cnudie.component";
  test.each([
    ["application/vnd.ocm.software.component-descriptor.v2+json", json],
    ["application/vnd.ocm.software.component-descriptor.v2+yaml", json],
    [`${gardener}-descriptor.v2+json`, json],
    [`${gardener}-descriptor.v2+yaml`, json],
  ])("with the media type %s", async (mediaType, content) => {
    const registry = createMemoryRegistry();
    addManifest(registry, { content, mediaType });
    expect((await read(registry)).descriptor.name).toBe("acme.org/shop");
  });

  test.each([
    ["application/vnd.ocm.software.component-descriptor.v2+yaml+tar", "component-descriptor.yaml"],
    [`${gardener}-descriptor.v2+yaml+tar`, "/component-descriptor.yaml"],
    [
      "application/vnd.oci.gardener.cloud.cnudie.component-descriptor.config.v2+yaml+tar",
      "./component-descriptor.yaml",
    ],
  ])("in an archive of type %s under the name %s", async (mediaType, name) => {
    const registry = createMemoryRegistry();
    addManifest(registry, { content: await tar({ other: "x", [name]: json }), mediaType });
    expect((await read(registry)).descriptor.name).toBe("acme.org/shop");
  });

  test.each([
    `${gardener}.config.v1+json`,
    "application/vnd.oci.gardener.cloud.cnudie.component-descriptor-metadata.config.v2+json",
  ])("with a config of type %s", async (config) => {
    const registry = createMemoryRegistry();
    addManifest(
      registry,
      { content: json, mediaType: "application/vnd.ocm.software.component-descriptor.v2+json" },
      config,
    );
    expect((await read(registry)).descriptor.name).toBe("acme.org/shop");
  });
});

describe("the component manifest in an index", () => {
  /** An index with another manifest before the component manifest; these have the annotation. */
  function addAnnotated(registry: MemoryRegistry, ...annotated: readonly ("image" | "component")[]) {
    const entry = (descriptor: Descriptor, name: "image" | "component") =>
      annotated.includes(name) ? { ...descriptor, annotations: { "software.ocm.descriptor": "true" } } : descriptor;
    const image = addImage(registry, REPOSITORY);
    const component = addManifest(registry, { content: json, mediaType: TYPE });
    addIndex(registry, REPOSITORY, [entry(image, "image"), entry(component, "component")], { tag: "1.0.0" });
    return image;
  }

  test("is the annotated one, at any position", async () => {
    const registry = createMemoryRegistry();
    const image = addAnnotated(registry, "component");
    const { descriptor, nativeManifests } = await read(registry);
    expect(descriptor.name).toBe("acme.org/shop");
    expect([...nativeManifests.keys()]).toEqual([image.digest]);
  });

  test.each([
    ["is not read in place of another one that is annotated", ["image"]],
    ["is ambiguous where two are annotated", ["image", "component"]],
    ["is the first one where none is annotated", []],
  ] as const)("%s", async (_, annotated) => {
    const registry = createMemoryRegistry();
    addAnnotated(registry, ...annotated);
    await expect(read(registry)).rejects.toMatchObject({ code: "NOT_A_COMPONENT_VERSION" });
  });
});

test("a descriptor above the size limit is not requested", async () => {
  const registry = createMemoryRegistry();
  const mediaType = "application/vnd.ocm.software.component-descriptor.v2+json";
  addManifest(registry, { content: json.padEnd(4 * 1024 * 1024 + 1), mediaType });
  await expect(read(registry)).rejects.toMatchObject({ code: "RESPONSE_TOO_LARGE", where: REPOSITORY });
});

describe("reading an invalid component version", () => {
  const layer = { content: json, mediaType: "application/vnd.ocm.software.component-descriptor.v2+json" };
  const tarType = "application/vnd.ocm.software.component-descriptor.v2+yaml+tar";
  test.each<[string, (registry: MemoryRegistry) => void | Promise<void>]>([
    ["COMPONENT_VERSION_UNKNOWN", () => {}],
    ["NOT_A_COMPONENT_VERSION", (registry) => void addImage(registry, REPOSITORY, { tag: "1.0.0" })],
    ["NOT_A_COMPONENT_VERSION", (registry) => void addIndex(registry, REPOSITORY, [], { tag: "1.0.0" })],
    [
      "NOT_A_COMPONENT_VERSION",
      (registry) => void addIndex(registry, REPOSITORY, [addIndex(registry, REPOSITORY, [])], { tag: "1.0.0" }),
    ],
    ["NOT_A_COMPONENT_VERSION", (registry) => void addManifest(registry, { ...layer, mediaType: "text/plain" })],
    [
      "NOT_A_COMPONENT_VERSION",
      async (registry) => void addManifest(registry, { content: await tar({ x: json }), mediaType: tarType }),
    ],
    ["DESCRIPTOR_MALFORMED", (registry) => void addManifest(registry, { content: "no archive", mediaType: tarType })],
    ["DESCRIPTOR_MALFORMED", (registry) => void addManifest(registry, { ...layer, content: "{" })],
    [
      "DESCRIPTOR_MALFORMED",
      (registry) => void addManifest(registry, { ...layer, content: json.replace("{", '{"component":{},') }),
    ],
    [
      "NOT_A_COMPONENT_VERSION",
      (registry) => void addManifest(registry, layer, undefined, (config) => config.replace("component", "Component")),
    ],
    [
      "NOT_A_COMPONENT_VERSION",
      (registry) =>
        void addManifest(registry, layer, undefined, (config) =>
          config.replace("{", '{"componentDescriptorLayer":{},'),
        ),
    ],
    [
      "DESCRIPTOR_MISPLACED",
      (registry) => void addManifest(registry, { ...layer, content: json.replace("acme.org/shop", "acme.org/cart") }),
    ],
    [
      "DESCRIPTOR_MISPLACED",
      (registry) => void addManifest(registry, { ...layer, content: json.replace("1.0.0", "1.0.1") }),
    ],
  ])("fails with %s", async (code, fill) => {
    const registry = createMemoryRegistry();
    await fill(registry);
    await expect(read(registry)).rejects.toMatchObject({
      code,
      where: "memory//acme.org/shop:1.0.0",
      remedy: expect.stringMatching(/./),
    });
  });

  test.each<[asked: string, found: string, message: string]>([
    ["1.2", "1.2.0", "is an alias of 1.2.0"],
    ["1.2", "1.2.7-rc.1", "is an alias of 1.2.7-rc.1"],
    ["v1", "1.4.2", "is an alias of 1.4.2"],
    ["v1.2.0", "1.2.0", "is an alias of 1.2.0"],
    ["1.2.0", "v1.2.0", "is an alias of v1.2.0"],
    ["1.2.0", "1.2.0+build.5", "is an alias of 1.2.0+build.5"],
    ["0.0.1-2025.build-af79", "0.0.1-2025+af79", "has the tag of version 0.0.1-2025+af79"],
    ["1.0.0-rc+1", "1.0.0-rc.build-1", "has the tag of version 1.0.0-rc.build-1"],
  ])("fails with VERSION_ALIASED where the tag %s leads to %s", async (asked, found, message) => {
    const registry = createMemoryRegistry();
    const root = addComponentVersion(registry, { version: found });
    registry.addTag(REPOSITORY, root, tagOf(asked));
    await expect(read(registry, asked)).rejects.toMatchObject({
      code: "VERSION_ALIASED",
      message: `memory//acme.org/shop:${asked} ${message}`,
      remedy: `Write memory//acme.org/shop:${found}.`,
    });
    expect((await read(registry, found)).root).toEqual(root);
  });

  test.each([
    ["1.3.0", "1.2.0"],
    ["1.2", "1.3.0"],
    ["1.2.0", "1.2.0-rc.1"],
    ["1.2-rc.1", "1.2.7-rc.1"],
    ["1.0.0-T0", "1.0.0-t0"],
  ])("fails with DESCRIPTOR_MISPLACED where %s is a version itself and not an alias of %s", async (asked, found) => {
    const registry = createMemoryRegistry();
    registry.addTag(REPOSITORY, addComponentVersion(registry, { version: found }), asked);
    await expect(read(registry, asked)).rejects.toMatchObject({ code: "DESCRIPTOR_MISPLACED" });
  });

  test("does not report an error of the registry as a missing version", async () => {
    const registry = createMemoryRegistry();
    const failure = new Error("the network is down");
    registry.refuse(REPOSITORY, failure);
    await expect(read(registry)).rejects.toBe(failure);
  });
});

describe("a component version by the digest of its manifest", () => {
  const pinned = (registry: MemoryRegistry, digest: Digest, version?: string) =>
    readPinnedVersion({ registry, path: "", display: "memory" }, { component: "acme.org/shop", version, digest });

  test("is read from exactly that manifest, without resolving a tag", async () => {
    const registry = createMemoryRegistry();
    const first = addComponentVersion(registry, { resources: [{ name: "old", access: { type: "x" } }] });
    addComponentVersion(registry);
    for (const version of [undefined, "1.0.0"]) {
      const { root, descriptor, isPinned } = await pinned(registry, first.digest, version);
      expect([root, descriptor.elements[0]?.name, isPinned]).toEqual([first, "old", true]);
    }
    expect(registry.asked).toEqual([`${REPOSITORY}@${first.digest}`, `${REPOSITORY}@${first.digest}`]);
  });

  test("is read with the native manifests of its index", async () => {
    const registry = createMemoryRegistry();
    const image = addImage(registry, REPOSITORY);
    const { digest } = addComponentVersion(registry, { natives: [image] });
    expect([...(await pinned(registry, digest)).nativeManifests.keys()]).toEqual([image.digest]);
  });

  test.each<[string, string, (registry: MemoryRegistry) => Digest]>([
    ["COMPONENT_VERSION_UNKNOWN", "a digest that nothing has", () => `sha256:${"0".repeat(64)}`],
    ["NOT_A_COMPONENT_VERSION", "that of an image", (registry) => addImage(registry, REPOSITORY).digest],
    [
      "DESCRIPTOR_MISPLACED",
      "another version",
      (registry) => addComponentVersion(registry, { version: "1.0.1" }).digest,
    ],
    [
      "DESCRIPTOR_MISPLACED",
      "another component",
      (registry) => {
        const content = json.replace("acme.org/shop", "acme.org/cart");
        return addManifest(registry, { content, mediaType: TYPE }).digest;
      },
    ],
  ])("fails with %s for %s", async (code, _, fill) => {
    const registry = createMemoryRegistry();
    const digest = fill(registry);
    await expect(pinned(registry, digest, "1.0.0")).rejects.toMatchObject({
      code,
      where: `memory//acme.org/shop:1.0.0@${digest}`,
      remedy: expect.stringMatching(/./),
    });
  });
});
