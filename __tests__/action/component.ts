import type { FakeRegistry } from "../../testing/fakes/registry.ts";

const MANIFEST = "application/vnd.oci.image.manifest.v1+json";

/** Puts an image into a registry: a config, and a layer of the given content. */
export function addImage(registry: FakeRegistry, repository: string, tag: string, layer: string | Buffer) {
  const config = registry.addBlob(
    repository,
    '{"os":"linux","architecture":"amd64"}',
    "application/vnd.oci.image.config.v1+json",
  );
  const blob = registry.addBlob(repository, layer, "application/vnd.oci.image.layer.v1.tar+gzip");
  const manifest = registry.addManifest(
    repository,
    { schemaVersion: 2, mediaType: MANIFEST, config, layers: [blob] },
    { mediaType: MANIFEST, tag },
  );
  return { manifest, layer: blob };
}

/** Puts a component version into a registry as v1 of the CLI does, but for its YAML: a plain manifest, access by reference. */
export function addComponentVersion(
  registry: FakeRegistry,
  path: string,
  id: string,
  resources: readonly { readonly name: string; readonly imageReference: string; readonly digest?: string }[],
): void {
  const [name = "", version = ""] = id.split(":");
  const repository = `${path}/component-descriptors/${name}`;
  const descriptor = JSON.stringify({
    meta: { schemaVersion: "v2" },
    component: {
      name,
      version,
      provider: "example.org",
      repositoryContexts: [],
      sources: [],
      componentReferences: [],
      resources: resources.map(({ name: resource, imageReference, digest }) => ({
        name: resource,
        version,
        type: "ociImage",
        relation: "external",
        access: { type: "ociArtifact", imageReference },
        ...(digest === undefined
          ? {}
          : {
              digest: {
                hashAlgorithm: "SHA-256",
                normalisationAlgorithm: "ociArtifactDigest/v1",
                value: digest.slice(7),
              },
            }),
      })),
    },
  });
  const layer = registry.addBlob(repository, descriptor, "application/vnd.ocm.software.component-descriptor.v2+json");
  const config = registry.addBlob(
    repository,
    JSON.stringify({ componentDescriptorLayer: layer }),
    "application/vnd.ocm.software.component.config.v1+json",
  );
  const manifest = { schemaVersion: 2, mediaType: MANIFEST, config, layers: [layer] };
  registry.addManifest(repository, manifest, { mediaType: MANIFEST, tag: version });
}
