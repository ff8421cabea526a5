import { expect, test } from "@jest/globals";
import { DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/descriptor.ts";
import { sha256 } from "../../../src/oci/digest.ts";
import type { Element } from "../../../src/ocm/descriptor/component-descriptor.ts";
import { type JsonObject, parseJson } from "../../../src/ocm/descriptor/json.ts";
import { buildComponentManifest, type ComponentManifest } from "../../../src/ocm/repository/component-manifest.ts";
import { buildDescriptorLayer } from "../../../src/ocm/repository/descriptor-layer.ts";

const element = (name: string, more: Partial<Element> = {}): Element => ({
  kind: "resource",
  index: 0,
  name,
  version: "1.0.0",
  type: "blob",
  extraIdentity: {},
  labels: [],
  access: {},
  digest: undefined,
  ...more,
});

const text = { mediaType: "text/plain", digest: sha256("text"), size: 4 } as const;
const image = { mediaType: DOCKER_MANIFEST, digest: sha256("image"), size: 500 } as const;
const tree = parseJson('{"meta":{"schemaVersion":"v2"},"component":{"unknown":1.0}}') as JsonObject;
const component = { name: "acme.org/shop", version: "1.2.0+b", descriptor: buildDescriptorLayer(tree, "yaml") };
const annotations = {
  "software.ocm.componentversion": "acme.org/shop:1.2.0+b",
  "software.ocm.creator": "ocm-proxied-transfer",
};
const marked = { "software.ocm.descriptor": "true" };
const artifactType = "application/vnd.ocm.software.component-descriptor.v2";

function documents({ blobs, manifests }: ComponentManifest) {
  const [config] = blobs.map(({ bytes }) => bytes.toString());
  const [manifest, index] = manifests.map(({ bytes }) => JSON.parse(bytes.toString()));
  return { config: JSON.parse(config ?? ""), manifest, index };
}

const withNative = () =>
  buildComponentManifest({
    ...component,
    layers: [{ descriptor: text, elements: [element("readme"), element("licence", { kind: "source", version: "" })] }],
    natives: [{ descriptor: image, elements: [element("image", { extraIdentity: { architecture: "arm64" } })] }],
  });

test("a component version with an image is an index with the component manifest, field by field", () => {
  const built = withNative();
  const [config, descriptor] = built.blobs.map((blob) => blob.descriptor);
  const [inner] = built.manifests.map((manifest) => manifest.descriptor);
  const read = documents(built);
  expect(read.config).toEqual({ componentDescriptorLayer: descriptor });
  expect(read.manifest).toEqual({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType,
    config,
    layers: [
      { ...descriptor, annotations: marked },
      {
        ...text,
        annotations: {
          "software.ocm.artifact":
            '[{"identity":{"name":"readme","version":"1.0.0"},"kind":"resource"},{"identity":{"name":"licence"},"kind":"source"}]',
        },
      },
    ],
    annotations,
  });
  expect(read.index).toEqual({
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: [
      { ...inner, artifactType, annotations: { ...annotations, ...marked } },
      {
        ...image,
        annotations: {
          "software.ocm.artifact":
            '[{"identity":{"architecture":"arm64","name":"image","version":"1.0.0"},"kind":"resource"}]',
        },
      },
    ],
    annotations,
  });
  expect(config?.mediaType).toBe("application/vnd.ocm.software.component.config.v1+json");
  expect(descriptor).toEqual(component.descriptor.descriptor);
  expect(built.root).toEqual(built.manifests[1]?.descriptor);
});

test("a component version without native manifests is the plain component manifest", () => {
  const built = buildComponentManifest({ ...component, layers: [], natives: [] });
  expect(built.manifests).toHaveLength(1);
  expect(built.root.mediaType).toBe(OCI_MANIFEST);
  expect(built.root).toEqual(built.manifests[0]?.descriptor);
  expect(documents(built).manifest.layers).toEqual([{ ...built.blobs[1]?.descriptor, annotations: marked }]);
});

test("every generated blob matches its descriptor", () => {
  const { blobs, manifests } = withNative();
  for (const { descriptor, bytes } of [...blobs, ...manifests]) {
    expect([descriptor.digest, descriptor.size]).toEqual([sha256(bytes), bytes.length]);
  }
});

test("the same component version gives the same bytes", () => {
  expect(withNative()).toEqual(withNative());
});
