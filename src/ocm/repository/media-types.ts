import { MANIFEST_TYPES } from "../../oci/descriptor.ts";

/** Media types of the mapping of OCM to OCI: the current ones, and older ones that still exist in registries. */

export const COMPONENT_CONFIG = "application/vnd.ocm.software.component.config.v1+json";
export const COMPONENT_DESCRIPTOR_TAR = "application/vnd.ocm.software.component-descriptor.v2+yaml+tar";
export const COMPONENT_DESCRIPTOR_JSON = "application/vnd.ocm.software.component-descriptor.v2+json";
/** `artifactType` of a component manifest, as v2 of the CLI writes it. */
export const COMPONENT_DESCRIPTOR_ARTIFACT = "application/vnd.ocm.software.component-descriptor.v2";

export const CONFIG_TYPES: ReadonlySet<string> = new Set([
  COMPONENT_CONFIG,
  "application/vnd.gardener.cloud.cnudie.component.config.v1+json",
  "application/vnd.oci.gardener.cloud.cnudie.component-descriptor-metadata.config.v2+json",
]);

const TAR_TYPES: ReadonlySet<string> = new Set([
  COMPONENT_DESCRIPTOR_TAR,
  "application/vnd.gardener.cloud.cnudie.component-descriptor.v2+yaml+tar",
  "application/vnd.oci.gardener.cloud.cnudie.component-descriptor.config.v2+yaml+tar",
]);

export const DESCRIPTOR_TYPES: ReadonlySet<string> = new Set([
  ...TAR_TYPES,
  COMPONENT_DESCRIPTOR_JSON,
  "application/vnd.ocm.software.component-descriptor.v2+yaml",
  "application/vnd.gardener.cloud.cnudie.component-descriptor.v2+json",
  "application/vnd.gardener.cloud.cnudie.component-descriptor.v2+yaml",
]);

export function isTarType(mediaType: string): boolean {
  return TAR_TYPES.has(mediaType);
}

/** `<component>:<version>` on index and manifest, by which v2 of the CLI recognises a component version. */
export const COMPONENT_VERSION_ANNOTATION = "software.ocm.componentversion";
export const CREATOR_ANNOTATION = "software.ocm.creator";
/** `true` on the layer of the component descriptor, and in an index on the component manifest (OCM spec, OCI mapping, 6.1 and 6.2). */
export const DESCRIPTOR_ANNOTATION = "software.ocm.descriptor";
/** The elements of the descriptor for a layer or manifest. */
export const ARTIFACT_ANNOTATION = "software.ocm.artifact";

/** v2's archive of an OCI image layout. */
const OCI_LAYOUT_ARCHIVE = "application/vnd.ocm.software.oci.layout.v1+tar";

/** The media type of v1's artifact set: the manifest media type with `+json` replaced by `+tar+gzip`. */
export function artifactSetType(manifestType: string): string {
  return manifestType.replace(/\+json$/, "+tar+gzip");
}

const ARTIFACT_SETS: ReadonlySet<string> = new Set([
  ...MANIFEST_TYPES.map(artifactSetType),
  ...MANIFEST_TYPES.map((type) => type.replace(/\+json$/, "+tar")),
  OCI_LAYOUT_ARCHIVE,
  `${OCI_LAYOUT_ARCHIVE}+gzip`,
]);

/** Whether a blob of this type is an archive with an OCI artifact. */
export function isArtifactSet(mediaType: string): boolean {
  return ARTIFACT_SETS.has(mediaType);
}

/** In the index of an artifact set: the digest of its main artifact. */
export const MAIN_ARTIFACT_ANNOTATION = "software.ocm/main";
/** On a manifest in that index: its tags, separated by commas. */
export const TAGS_ANNOTATION = "software.ocm/tags";
/** The same for one tag (image-spec, annotations.md). */
export const REF_NAME_ANNOTATION = "org.opencontainers.image.ref.name";
