import { type Descriptor, OCI_INDEX, OCI_MANIFEST } from "../../oci/descriptor.ts";
import type { Element } from "../descriptor/component-descriptor.ts";
import { type Content, jsonContent } from "./generated-content.ts";
import {
  ARTIFACT_ANNOTATION,
  COMPONENT_CONFIG,
  COMPONENT_DESCRIPTOR_ARTIFACT,
  COMPONENT_VERSION_ANNOTATION,
  CREATOR_ANNOTATION,
  DESCRIPTOR_ANNOTATION,
} from "./media-types.ts";
import { identityOf, type OriginNames, originList, originOfContent } from "./origin-names.ts";

/** A local blob of the component version, and its elements in the component descriptor. */
export interface LocalContent {
  readonly descriptor: Descriptor;
  readonly elements: readonly Element[];
}

export interface ComponentManifest {
  /** Config and component descriptor: blobs of the component manifest. */
  readonly blobs: readonly Content[];
  /** The component manifest, and its index if there is one; the last one gets the tag. */
  readonly manifests: readonly [Content] | readonly [Content, Content];
  readonly root: Descriptor;
}

/**
 * The manifests of a component version with this descriptor and these local blobs (OCM spec, OCI mapping; ADR 0013 of the monorepo).
 * With native manifests it is an index, whose first entry is the component manifest; without them it is the plain manifest, which v1 of
 * the CLI can also update. Deterministic: the same input gives the same bytes.
 *
 * The index also lists the manifests below native manifests: garbage collectors of some registries follow one level only (Pulp), and would
 * delete the images of an image index. Without an annotation they are no content of an element.
 */
export function buildComponentManifest(component: {
  readonly name: string;
  readonly version: string;
  /** The layer of the component descriptor. */
  readonly descriptor: Content;
  readonly layers: readonly LocalContent[];
  readonly natives: readonly LocalContent[];
  /** Manifests below the native ones, each once and in any order. */
  readonly nested?: readonly Descriptor[];
  /** References to record; none by default. */
  readonly origins?: OriginNames;
}): ComponentManifest {
  const { origins = new Map() } = component;
  const entry = (each: LocalContent) => entryOf(each, origins);
  const local = new Set([...component.layers, ...component.natives].flatMap(({ elements }) => elements));
  const annotations = {
    ...originList(
      [...origins.keys()].filter((element) => !local.has(element)),
      origins,
    ),
    [COMPONENT_VERSION_ANNOTATION]: `${component.name}:${component.version}`,
    [CREATOR_ANNOTATION]: "ocm-proxied-transfer",
  };
  const { descriptor } = component;
  const marked = { [DESCRIPTOR_ANNOTATION]: "true" };
  const config = jsonContent(COMPONENT_CONFIG, { componentDescriptorLayer: descriptor.descriptor });
  const manifest = jsonContent(OCI_MANIFEST, {
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    artifactType: COMPONENT_DESCRIPTOR_ARTIFACT,
    config: config.descriptor,
    layers: [{ ...descriptor.descriptor, annotations: marked }, ...component.layers.map(entry)],
    annotations,
  });
  const blobs = [config, descriptor];
  if (component.natives.length === 0) return { blobs, manifests: [manifest], root: manifest.descriptor };
  const index = jsonContent(OCI_INDEX, {
    schemaVersion: 2,
    mediaType: OCI_INDEX,
    manifests: [
      {
        ...manifest.descriptor,
        artifactType: COMPONENT_DESCRIPTOR_ARTIFACT,
        annotations: { ...annotations, ...marked },
      },
      ...component.natives.map(entry),
      ...nestedEntries(component.nested ?? []),
    ],
    annotations,
  });
  return { blobs, manifests: [manifest, index], root: index.descriptor };
}

function nestedEntries(nested: readonly Descriptor[]) {
  return nested
    .map(({ mediaType, digest, size }) => ({ mediaType, digest, size }))
    .sort((one, other) => (one.digest < other.digest ? -1 : 1));
}

/** A blob of several elements is listed once, with all of them in its annotation. */
function entryOf({ descriptor: { mediaType, digest, size }, elements }: LocalContent, origins: OriginNames) {
  const artifacts = elements.map((element) => ({ identity: identityOf(element), kind: element.kind }));
  const annotations = { [ARTIFACT_ANNOTATION]: JSON.stringify(artifacts), ...originOfContent(elements, origins) };
  return { mediaType, digest, size, annotations };
}
