import { type Descriptor, OCI_INDEX, OCI_MANIFEST } from "../../src/oci/descriptor.ts";

/** What both a registry in memory and the fake one can be given. */
export interface Fillable {
  addBlob(repository: string, content: string | Buffer, mediaType?: string): unknown;
  addManifest(repository: string, document: never, options?: { mediaType?: string; tag?: string }): unknown;
}

export function addBlob(
  registry: Fillable,
  repository: string,
  content: string | Buffer,
  mediaType?: string,
): Descriptor {
  return registry.addBlob(repository, content, mediaType) as Descriptor;
}

/** An image of a config and some layers. The same text makes the same layer. */
export function addImage(
  registry: Fillable,
  repository: string,
  options: { layers?: readonly string[]; config?: string; tag?: string; mediaType?: string } = {},
): Descriptor {
  const { layers = ["layer"], config = "{}", tag, mediaType = OCI_MANIFEST } = options;
  const document = {
    schemaVersion: 2,
    mediaType,
    config: addBlob(registry, repository, config, "application/vnd.oci.image.config.v1+json"),
    layers: layers.map((text) => addBlob(registry, repository, text, "application/vnd.oci.image.layer.v1.tar")),
  };
  return registry.addManifest(repository, document as never, tag === undefined ? {} : { tag }) as Descriptor;
}

export function addIndex(
  registry: Fillable,
  repository: string,
  manifests: readonly Descriptor[],
  options: { tag?: string; mediaType?: string } = {},
): Descriptor {
  const { tag, mediaType = OCI_INDEX } = options;
  const document = { schemaVersion: 2, mediaType, manifests };
  return registry.addManifest(repository, document as never, tag === undefined ? {} : { tag }) as Descriptor;
}

/** The types that cosign gives a signature and an SBOM gets from others. */
export const SIGNATURE = "application/vnd.dev.cosign.artifact.sig.v1+json";
export const SBOM = "application/spdx+json";

/** Something that says what it is about: a signature, an SBOM. */
export function addReferrer(
  registry: Fillable,
  repository: string,
  { mediaType, digest, size }: Descriptor,
  artifactType: string,
  text: string = artifactType,
): Descriptor {
  const document = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType,
    config: addBlob(registry, repository, "{}", "application/vnd.oci.empty.v1+json"),
    layers: [addBlob(registry, repository, text, artifactType)],
    subject: { mediaType, digest, size },
    annotations: { about: digest },
  };
  return registry.addManifest(repository, document as never) as Descriptor;
}

export interface ComponentOptions {
  readonly name?: string;
  readonly version?: string;
  /** Path below the host. */
  readonly path?: string;
  readonly resources?: readonly object[];
  readonly sources?: readonly object[];
  /** `component:version` */
  readonly references?: readonly string[];
  readonly signatures?: readonly object[];
  /** Digests of what is referred to, of a root signed in mode `top`. */
  readonly nestedDigests?: readonly object[];
  readonly repositoryContexts?: readonly object[];
  /** Layers of the component manifest behind the descriptor. */
  readonly layers?: readonly Descriptor[];
  /** Local blobs that are manifests; with them, the tag points to an index. */
  readonly natives?: readonly Descriptor[];
  /** Other fields of the component. */
  readonly more?: Readonly<Record<string, unknown>>;
}

/** The descriptor of a component version as its document. */
export function descriptorDocument(options: ComponentOptions): object {
  const { name = "acme.org/shop", version = "1.0.0", resources = [], sources = [], references = [] } = options;
  return {
    meta: { schemaVersion: "v2" },
    component: {
      name,
      version,
      provider: "acme",
      repositoryContexts: options.repositoryContexts ?? [],
      resources,
      sources,
      componentReferences: references.map((reference) => {
        const [componentName = "", referenced = ""] = reference.split(":");
        return { name: componentName.replace(/.*\//, ""), componentName, version: referenced };
      }),
      ...options.more,
    },
    ...(options.signatures === undefined ? {} : { signatures: options.signatures }),
    ...(options.nestedDigests === undefined ? {} : { nestedDigests: options.nestedDigests }),
  };
}

/** A component version as the OCM CLIs lay it out, made by hand. */
export function addComponentVersion(registry: Fillable, options: ComponentOptions = {}): Descriptor {
  const { name = "acme.org/shop", version = "1.0.0", path = "", layers = [], natives = [] } = options;
  const repository = `${path === "" ? "" : `${path}/`}component-descriptors/${name}`;
  const annotations = { "software.ocm.componentversion": `${name}:${version}` };
  const descriptor = addBlob(
    registry,
    repository,
    JSON.stringify(descriptorDocument(options)),
    "application/vnd.ocm.software.component-descriptor.v2+json",
  );
  const config = addBlob(
    registry,
    repository,
    JSON.stringify({ componentDescriptorLayer: descriptor }),
    "application/vnd.ocm.software.component.config.v1+json",
  );
  const tag = version.replaceAll("+", ".build-");
  const manifest = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers: [descriptor, ...layers], annotations };
  if (natives.length === 0) return registry.addManifest(repository, manifest as never, { tag }) as Descriptor;
  const inner = registry.addManifest(repository, manifest as never) as Descriptor;
  const index = { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [inner, ...natives], annotations };
  return registry.addManifest(repository, index as never, { tag }) as Descriptor;
}

/** A resource of a descriptor. */
export function resource(name: string, access: object, more: Readonly<Record<string, unknown>> = {}): object {
  return { name, version: "1.0.0", type: "ociImage", relation: "external", access, ...more };
}

/** The digest that pins a resource to a manifest. */
export function artifactDigest({ digest }: Descriptor): Readonly<Record<string, unknown>> {
  const [, value] = digest.split(":");
  return { digest: { hashAlgorithm: "SHA-256", normalisationAlgorithm: "ociArtifactDigest/v1", value } };
}
