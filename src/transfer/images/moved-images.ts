import { isManifest } from "../../oci/descriptor.ts";
import { type Digest, encoded } from "../../oci/digest.ts";
import { type ImageReference, isTag, parseArtifactReference, parseImageReference } from "../../oci/reference.ts";
import { type Access, parseAccess } from "../../ocm/access/access.ts";
import { tagOf } from "../../ocm/repository/component-version.ts";
import { compareVersions } from "../../ocm/version/version.ts";
import type { Change, DesiredVersion } from "../target/desired.ts";
import { signedReference } from "../target/signed-name.ts";
import type { ImageNames } from "./reference-map.ts";

/** An image or chart of a component version, under its old name and its new one. */
export interface MovedImage {
  readonly component: string;
  readonly version: string;
  /** Of the resource. */
  readonly name: string;
  /** What deployments call it: its old reference, or its signed name. Undefined where an archive had it under no name to pull it by. */
  readonly before: ImageReference | undefined;
  /** At the target, below the path that it was transferred to: neither host nor path are part of it. */
  readonly repository: string;
  /** What the artifact was called, else what its version or digest suggests. */
  readonly tag: string;
  /** Whether the repository has the tag. Local blobs have none. */
  readonly isTagged: boolean;
  readonly digest: Digest;
}

/** Every image and chart among the resources, sorted, those that kept their names included. */
export function movedImages(
  desiredVersions: readonly DesiredVersion[],
  names: Pick<ImageNames, "targetPath" | "names">,
): readonly MovedImage[] {
  return desiredVersions
    .flatMap((desired) => desired.changes.flatMap((change) => movedImage(desired, change, names)))
    .sort(
      (one, other) =>
        byText(one.component, other.component) ||
        compareVersions(one.version, other.version) ||
        byText(one.version, other.version) ||
        byText(one.name, other.name) ||
        byText(one.digest, other.digest),
    );
}

/** Without host and path: to be read below whatever the component repository is reached as. */
export function neutralReference({ repository, digest }: MovedImage): string {
  return `${repository}@${digest}`;
}

/** What a consumer pulls, who reaches the component repository under this prefix: `registry.corp/ocm`. */
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
  if (element.kind !== "resource" || root === undefined || !isManifest(root.mediaType)) return [];
  const [old, renewed] = [parseAccess(before), parseAccess(after)];
  const signed =
    names === "signed" ? parseImageReference(signedReference({ element, graph: { root } }, version), "") : undefined;
  const tag = published?.tag ?? signed?.tag ?? tagIn(renewed) ?? tagIn(old);
  const invented = tagOf(element.version);
  return [
    {
      component: version.descriptor.name,
      version: version.descriptor.version,
      name: element.name,
      before: signed ?? nameOf(old, version.from.registry.name, version.repository.name),
      repository: targetPath === "" ? repository : repository.slice(targetPath.length + 1),
      tag: tag ?? (isTag(invented) ? invented : encoded(root.digest).slice(0, 12)),
      isTagged: published !== undefined || (renewed.kind !== "localBlob" && tagIn(renewed) !== undefined),
      digest: root.digest,
    },
  ];
}

function nameOf(access: Access, host: string, repository: string): ImageReference | undefined {
  if (access.kind === "ociArtifact") return orUndefined(() => parseImageReference(access.imageReference, ""));
  // An archive is called by its path.
  if (!/^[^/]*[.:][^/]*$|^localhost$/.test(host)) return undefined;
  if (access.kind === "relativeOciReference")
    return orUndefined(() => parseImageReference(`${host}/${access.reference}`, ""));
  // What v1 packed into a layer could not be pulled.
  if (access.kind !== "localBlob" || !isManifest(access.mediaType)) return undefined;
  return orUndefined(() => parseImageReference(`${host}/${repository}@${access.localReference}`, ""));
}

function tagIn(access: Access): string | undefined {
  if (access.kind === "ociArtifact") return orUndefined(() => parseImageReference(access.imageReference, ""))?.tag;
  const named = access.kind === "relativeOciReference" ? access.reference : undefined;
  const hinted = access.kind === "localBlob" ? access.referenceName : named;
  return hinted === undefined ? undefined : orUndefined(() => parseArtifactReference(hinted, ""))?.tag;
}

/** A reference that cannot be read names nothing; what is wrong with it was said when it was to be followed. */
function orUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
