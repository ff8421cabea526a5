import type { FakeRegistry } from "../testing/fakes/registry.ts";
import type { Descriptor } from "../testing/fakes/registry-content.ts";

export interface Image {
  /** With tag, as a component descriptor names it. */
  readonly reference: string;
  readonly digest: string;
}

export interface Version {
  readonly component: string;
  readonly version: string;
  readonly images?: readonly Image[];
  readonly localBlobs?: readonly (string | Buffer)[];
  readonly references?: readonly Pick<Version, "component" | "version">[];
}

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";
const INDEX = "application/vnd.oci.image.index.v1+json";

/** Puts an image for each of the architectures into a registry, with two layers each, and an index where there are several. */
export function addImage(
  registry: FakeRegistry,
  repository: string,
  architectures: readonly string[],
  layerSize: number,
): Descriptor {
  const manifests = architectures.map((architecture) => {
    const config = JSON.stringify({ os: "linux", architecture, config: { Labels: { name: repository } } });
    const layers = ["base", "top"].map((name) =>
      registry.addBlob(
        repository,
        Buffer.alloc(layerSize, `${name} of ${repository} for ${architecture}\n`),
        "application/vnd.oci.image.layer.v1.tar+gzip",
      ),
    );
    const configBlob = registry.addBlob(repository, config, "application/vnd.oci.image.config.v1+json");
    const only = architectures.length === 1 ? { tag: "1.0.0" } : {};
    const manifest = { schemaVersion: 2, mediaType: MANIFEST, config: configBlob, layers };
    return { ...registry.addManifest(repository, manifest, only), platform: { os: "linux", architecture } };
  });
  const [only, ...others] = manifests;
  if (only !== undefined && others.length === 0) return only;
  return registry.addManifest(repository, { schemaVersion: 2, mediaType: INDEX, manifests }, { tag: "1.0.0" });
}

/** Puts a component version into a registry as a plain manifest, with local blobs as its layers. */
export function addVersion(registry: FakeRegistry, path: string, { component, version, ...content }: Version): void {
  const { images = [], localBlobs = [], references = [] } = content;
  const repository = `${path}/component-descriptors/${component}`;
  const blobs = localBlobs.map((blob) => registry.addBlob(repository, blob, "application/octet-stream"));
  const common = { version, relation: "external" };
  const descriptor = JSON.stringify({
    meta: { schemaVersion: "v2" },
    component: {
      name: component,
      version,
      provider: "example.org",
      repositoryContexts: [],
      sources: [],
      componentReferences: references.map((to) => ({
        name: `${to.component.replaceAll("/", "-")}-${to.version}`,
        componentName: to.component,
        version: to.version,
      })),
      resources: [
        ...images.map(({ reference, digest }, at) => ({
          ...common,
          name: `image-${at}`,
          type: "ociImage",
          access: { type: "ociArtifact", imageReference: reference },
          digest: digestSpec("ociArtifactDigest/v1", digest),
        })),
        ...blobs.map(({ digest, mediaType }, at) => ({
          ...common,
          name: `blob-${at}`,
          type: "blob",
          access: { type: "localBlob", localReference: digest, mediaType },
          digest: digestSpec("genericBlobDigest/v1", digest),
        })),
      ],
    },
  });
  const layer = registry.addBlob(repository, descriptor, "application/vnd.ocm.software.component-descriptor.v2+json");
  const config = registry.addBlob(
    repository,
    JSON.stringify({ componentDescriptorLayer: layer }),
    "application/vnd.ocm.software.component.config.v1+json",
  );
  const manifest = { schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer, ...blobs] };
  registry.addManifest(repository, manifest, { tag: version });
}

function digestSpec(normalisationAlgorithm: string, digest: string) {
  return { hashAlgorithm: "SHA-256", normalisationAlgorithm, value: digest.slice("sha256:".length) };
}
