import { isManifest } from "../../oci/descriptor.ts";
import { type Digest, encoded } from "../../oci/digest.ts";
import { isTag, parseArtifactReference, parseImageReference } from "../../oci/reference.ts";
import { type Access, parseAccess } from "../../ocm/access/access.ts";
import { tagOf } from "../../ocm/repository/component-version.ts";
import { compareVersions } from "../../ocm/version/version.ts";
import { CHART_LAYER } from "../../stores/elsewhere/helm.ts";
import { firstName, type WrittenReference, writtenReference } from "../names/first-name.ts";
import type { Change } from "../target/change.ts";
import type { DesiredVersion } from "../target/desired.ts";
import { type NameSource, signedReference } from "../target/signed-name.ts";

/** The parts of image names. */
export interface ImageNames {
  /** Host and path under which consumers reach the target (`registry.corp/ocm`); empty for host-neutral names. */
  readonly prefix: string;
  /** Whether consumers reach it by plain HTTP. */
  readonly isPlainHttp: boolean;
  /** Path of the target below its host. */
  readonly targetPath: string;
  /** Whether images are found by their old references, or by their signed names. */
  readonly names: NameSource;
}

/** An image or chart of a component version, under its old name and its new one. */
export interface MovedImage {
  readonly component: string;
  readonly version: string;
  /** Of the resource or source. */
  readonly name: string;
  readonly kind: "resource" | "source";
  /** The first reference of the image, or its signed name. Undefined where it is unknown: in an archive of another tool, or packed. */
  readonly before: WrittenReference | undefined;
  /** Where that is unknown: the name in the access, which has no host. */
  readonly hint?: string;
  /** At the target, below the path of the target: neither host nor path are part of it. */
  readonly repository: string;
  /** The tag of the artifact, else one made of its version or digest. */
  readonly tag: string;
  /** Whether the repository has the tag. Local blobs have none. */
  readonly isTagged: boolean;
  /** Whether it is a Helm chart; undefined for no. */
  readonly isChart?: boolean;
  readonly digest: Digest;
}

/** Every image and chart, in the order of the plan, those that keep their names included. The one source of old and new names. */
export function movedImages(
  desiredVersions: readonly DesiredVersion[],
  names: Pick<ImageNames, "targetPath" | "names">,
): readonly MovedImage[] {
  return desiredVersions.flatMap((desired) => desired.changes.flatMap((change) => movedImage(desired, change, names)));
}

/** The images for files of deployments: those of resources, by component, version, name and digest. */
export function deployedImages(images: readonly MovedImage[]): readonly MovedImage[] {
  return images
    .filter(({ kind }) => kind === "resource")
    .sort(
      (one, other) =>
        byText(one.component, other.component) ||
        compareVersions(one.version, other.version) ||
        byText(one.version, other.version) ||
        byText(one.name, other.name) ||
        byText(one.digest, other.digest),
    );
}

/** Without host and path: relative to any prefix that the component repository is reached under. */
export function neutralReference({ repository, digest }: MovedImage): string {
  return `${repository}@${digest}`;
}

/** The reference for a consumer who reaches the component repository under this prefix: `registry.corp/ocm`. */
export function referenceBelow(prefix: string, image: MovedImage): string {
  return `${prefix}/${neutralReference(image)}`;
}

export function byText(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function movedImage(
  { version }: DesiredVersion,
  change: Change,
  { targetPath, names }: Pick<ImageNames, "targetPath" | "names">,
): MovedImage[] {
  const { element, before, after, contents, published } = change;
  const repository = published?.repository ?? change.repository;
  // Children come before parents.
  const root = contents.at(-1);
  if (root === undefined || !isManifest(root.mediaType)) return [];
  const [old, renewed] = [parseAccess(before), parseAccess(after)];
  const signed = names === "signed" ? signedReference({ element, graph: { root } }, version) : undefined;
  const first = signed === undefined ? firstName(element, version) : undefined;
  const oldReference = first?.kind === "reference" ? first.reference : writtenReference(signed);
  const tag = published?.tag ?? (signed === undefined ? undefined : oldReference?.tag) ?? tagIn(renewed) ?? tagIn(old);
  const fallbackTag = tagOf(element.version);
  return [
    {
      component: version.descriptor.name,
      version: version.descriptor.version,
      name: element.name,
      kind: element.kind,
      before: oldReference,
      ...(first?.kind === "hint" ? { hint: first.text } : {}),
      repository: targetPath === "" ? repository : repository.slice(targetPath.length + 1),
      tag: tag ?? (isTag(fallbackTag) ? fallbackTag : encoded(root.digest).slice(0, 12)),
      ...(contents.some(({ mediaType }) => mediaType === CHART_LAYER) ? { isChart: true } : {}),
      isTagged: published !== undefined || (renewed.kind !== "localBlob" && tagIn(renewed) !== undefined),
      digest: root.digest,
    },
  ];
}

function tagIn(access: Access): string | undefined {
  if (access.kind === "ociArtifact") return orUndefined(() => parseImageReference(access.imageReference, ""))?.tag;
  const named = access.kind === "relativeOciReference" ? access.reference : undefined;
  const hinted = access.kind === "localBlob" ? access.referenceName : named;
  return hinted === undefined ? undefined : orUndefined(() => parseArtifactReference(hinted, ""))?.tag;
}

/** An invalid reference names nothing; it was reported when it was to be followed. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
