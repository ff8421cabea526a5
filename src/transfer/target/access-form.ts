import { type Descriptor, ociEquivalent } from "../../oci/descriptor.ts";
import { formatArtifactReference } from "../../oci/reference.ts";
import { parseAccess } from "../../ocm/access/access.ts";
import type { AccessForm } from "../../ocm/access/access-form.ts";
import type { JsonObject } from "../../ocm/descriptor/json.ts";
import type { ArtifactName } from "../source/artifact-name.ts";

/** Where component versions go to: a registry, and a path below its host. */
export interface TargetLocation {
  /** `host[:port]`, and `http://` before it where the registry speaks plain HTTP. */
  readonly origin: string;
  readonly path: string;
}

/**
 * The access that is written. Docker manifests get the media type of their OCI equivalent: v1 of the CLI takes a local blob for an
 * artifact by exactly those two types. The bytes stay, and with them the digest.
 */
export function accessOf(
  form: AccessForm,
  artifact: { root: Descriptor; name: ArtifactName; repository: string; target: TargetLocation },
): JsonObject {
  const { root, name, repository, target } = artifact;
  if (form === "localBlob") {
    return {
      type: "localBlob",
      localReference: root.digest,
      mediaType: ociEquivalent(root.mediaType),
      referenceName: formatArtifactReference({ ...name, digest: undefined }),
    };
  }
  const reference = formatArtifactReference({ repository, tag: name.tag, digest: root.digest });
  if (form === "relativeOciReference") return { type: "relativeOciReference", reference };
  return { type: "ociArtifact", imageReference: `${target.origin}/${reference}` };
}

/** Whether two accesses say the same: a hint or a spelling of the type is no reason to rewrite a component version. */
export function sameAccess(before: JsonObject, after: JsonObject): boolean {
  if (before.globalAccess !== undefined) return false;
  const [one, other] = [parseAccess(before), parseAccess(after)];
  if (one.kind === "localBlob" && other.kind === "localBlob") {
    return one.localReference === other.localReference && one.mediaType === other.mediaType;
  }
  return JSON.stringify(one) === JSON.stringify(other);
}
