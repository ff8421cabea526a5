import { createHash } from "node:crypto";
import { type Descriptor, OCI_INDEX, OCI_MANIFEST } from "../../src/oci/descriptor.ts";

export type DigestAlgorithm = "sha256" | "sha512";

/** A store that tests fill: a registry in memory or over sockets, or a CTF. */
export interface ContentStore {
  addBlob(repository: string, content: string | Buffer, mediaType?: string, algorithm?: DigestAlgorithm): Descriptor;
  /** The media type is by default the one that the document names. */
  addManifest(
    repository: string,
    document: object,
    options?: { readonly mediaType?: string; readonly tag?: string; readonly algorithm?: DigestAlgorithm },
  ): Descriptor;
}

export function descriptorOf(
  content: string | Buffer,
  mediaType = "application/octet-stream",
  algorithm: DigestAlgorithm = "sha256",
): Descriptor {
  const digest = `${algorithm}:${createHash(algorithm).update(content).digest("hex")}` as const;
  return { mediaType, digest, size: Buffer.byteLength(content) };
}

/** An image of a config and some layers. The same content makes the same layer. */
export function addImage(
  store: ContentStore,
  repository: string,
  options: {
    layers?: readonly (string | Buffer)[];
    config?: string;
    tag?: string;
    mediaType?: string;
    /** Members in the place of others. */
    manifest?: object;
  } = {},
): Descriptor {
  const { layers = ["layer"], config = "{}", tag, mediaType = OCI_MANIFEST, manifest = {} } = options;
  const document = {
    schemaVersion: 2,
    mediaType,
    config: store.addBlob(repository, config, "application/vnd.oci.image.config.v1+json"),
    layers: layers.map((content) => store.addBlob(repository, content, "application/vnd.oci.image.layer.v1.tar")),
    ...manifest,
  };
  return store.addManifest(repository, document, tag === undefined ? {} : { tag });
}

/** A chart as Helm pushes it, with the digest of its manifest. */
export function addChart(
  store: ContentStore,
  repository: string,
  options: { archive?: string | Buffer; provenance?: string; tag?: string } = {},
): Descriptor {
  const { archive = "chart", provenance, tag } = options;
  const helm = "application/vnd.cncf.helm";
  const document = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: store.addBlob(repository, '{"name":"shop","version":"3.1.0"}', `${helm}.config.v1+json`),
    layers: [
      ...(provenance === undefined ? [] : [store.addBlob(repository, provenance, `${helm}.chart.provenance.v1.prov`)]),
      store.addBlob(repository, archive, `${helm}.chart.content.v1.tar+gzip`),
    ],
  };
  return store.addManifest(repository, document, tag === undefined ? {} : { tag });
}

export function addIndex(
  store: ContentStore,
  repository: string,
  manifests: readonly Descriptor[],
  options: { tag?: string; mediaType?: string } = {},
): Descriptor {
  const { tag, mediaType = OCI_INDEX } = options;
  const document = { schemaVersion: 2, mediaType, manifests };
  return store.addManifest(repository, document, tag === undefined ? {} : { tag });
}

/** The types that cosign gives a signature and an SBOM gets from others. */
export const SIGNATURE = "application/vnd.dev.cosign.artifact.sig.v1+json";
export const SBOM = "application/spdx+json";

/** Something that says what it is about: a signature, an SBOM. */
export function addReferrer(
  store: ContentStore,
  repository: string,
  { mediaType, digest, size }: Descriptor,
  artifactType: string,
  text: string = artifactType,
): Descriptor {
  const document = {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType,
    config: store.addBlob(repository, "{}", "application/vnd.oci.empty.v1+json"),
    layers: [store.addBlob(repository, text, artifactType)],
    subject: { mediaType, digest, size },
    annotations: { about: digest },
  };
  return store.addManifest(repository, document);
}

export interface ComponentOptions {
  readonly name?: string;
  readonly version?: string;
  /** Default the tag of the version. */
  readonly tags?: readonly string[];
  /** Path below the host. */
  readonly path?: string;
  readonly resources?: readonly object[];
  /** Content of local blobs: each is a layer, and a resource `blob-0`, `blob-1`, ... before the others. */
  readonly blobs?: readonly (string | Buffer)[];
  readonly sources?: readonly object[];
  /** `component:version`, with the last part of the component's name as its own; or as it is written. */
  readonly references?: readonly (string | object)[];
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
  /** The text of the descriptor, however wrong, instead of one that says the above. */
  readonly descriptor?: string | Buffer;
  /** Default JSON. */
  readonly descriptorType?: string;
  /** Changes the component manifest before it is written. */
  readonly manifest?: (manifest: Document) => Document;
  readonly config?: (config: Document) => Document;
}

// biome-ignore lint/suspicious/noExplicitAny: documents that a test may make invalid
type Document = any;

/** The descriptor of a component version as its document. */
export function descriptorDocument(options: ComponentOptions): object {
  const { name = "acme.org/shop", version = "1.0.0", resources = [], sources = [], references = [] } = options;
  const blobs = (options.blobs ?? []).map((blob, at) => localBlob(`blob-${at}`, descriptorOf(blob).digest));
  return {
    meta: { schemaVersion: "v2" },
    component: {
      name,
      version,
      provider: "acme",
      repositoryContexts: options.repositoryContexts ?? [],
      resources: [...blobs, ...resources],
      sources,
      componentReferences: references.map((reference) => {
        if (typeof reference !== "string") return reference;
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
export function addComponentVersion(store: ContentStore, options: ComponentOptions = {}): Descriptor {
  const {
    name = "acme.org/shop",
    version = "1.0.0",
    path = "",
    natives = [],
    manifest = asItIs,
    config = asItIs,
  } = options;
  const repository = `${path === "" ? "" : `${path}/`}component-descriptors/${name}`;
  const annotations = { "software.ocm.componentversion": `${name}:${version}` };
  const { descriptor: text = JSON.stringify(descriptorDocument(options)), descriptorType = DESCRIPTOR } = options;
  const descriptor = store.addBlob(repository, text, descriptorType);
  const blobs = (options.blobs ?? []).map((blob) => store.addBlob(repository, blob));
  const document = manifest({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: store.addBlob(repository, JSON.stringify(config({ componentDescriptorLayer: descriptor })), CONFIG),
    layers: [descriptor, ...blobs, ...(options.layers ?? [])],
    annotations,
  });
  const root =
    natives.length === 0
      ? document
      : {
          schemaVersion: 2,
          mediaType: OCI_INDEX,
          manifests: [store.addManifest(repository, document), ...natives],
          annotations,
        };
  const { tags = [version.replaceAll("+", ".build-")] } = options;
  const [tag, ...others] = tags;
  const added = store.addManifest(repository, root, tag === undefined ? {} : { tag });
  for (const other of others) store.addManifest(repository, root, { tag: other });
  return added;
}

const DESCRIPTOR = "application/vnd.ocm.software.component-descriptor.v2+json";
const CONFIG = "application/vnd.ocm.software.component.config.v1+json";

function asItIs<T>(document: T): T {
  return document;
}

/** A resource of a descriptor. */
export function resource(name: string, access: object, more: Readonly<Record<string, unknown>> = {}): object {
  return { name, version: "1.0.0", type: "ociImage", relation: "external", access, ...more };
}

/** A resource that is an image by reference, pinned to a manifest or not at all. */
export function imageResource(name: string, imageReference: string, pinnedTo?: Descriptor): object {
  return resource(
    name,
    { type: "ociArtifact", imageReference },
    pinnedTo === undefined ? {} : artifactDigest(pinnedTo),
  );
}

/** A resource that is a blob of its component version, with other fields of its access. */
export function localBlob(name: string, localReference: string, more: object = {}): object {
  const access = { type: "localBlob", localReference, mediaType: "application/octet-stream", ...more };
  return resource(name, access, { type: "blob", relation: "local" });
}

/** The digest that pins a resource to a manifest. */
export function artifactDigest({ digest }: Descriptor): Readonly<Record<string, unknown>> {
  const [, value] = digest.split(":");
  return { digest: { hashAlgorithm: "SHA-256", normalisationAlgorithm: "ociArtifactDigest/v1", value } };
}
