import { type Descriptor, ociEquivalent } from "../../oci/descriptor.ts";
import { formatArtifactReference } from "../../oci/reference.ts";
import { parseAccess } from "../../ocm/access/access.ts";
import type { AccessForm } from "../../ocm/access/access-form.ts";
import type { JsonObject } from "../../ocm/descriptor/json.ts";
import { type ArtifactName, below } from "../source/artifact-name.ts";

/** A registry, and a path below its host, which may be empty. */
export interface RegistryLocation {
  /** `host[:port]`, and `http://` before it where the registry expects plain HTTP. */
  readonly origin: string;
  readonly path: string;
}

/** Where component versions go to. */
export interface TargetLocation extends RegistryLocation {
  /** The location under which consumers reach it, where that is another. */
  readonly consumer?: RegistryLocation | undefined;
}

/** A repository of the target as consumers reach it: `host/path/repository`. */
export function consumerName(repository: string, { path, consumer, origin }: TargetLocation): string {
  if (consumer === undefined) return `${origin}/${repository}`;
  const relative = path === "" ? repository : repository.slice(path.length + 1);
  return `${consumer.origin}/${below(consumer.path, relative)}`;
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
  const named = (text: string) => formatArtifactReference({ repository: text, tag: name.tag, digest: root.digest });
  if (form === "relativeOciReference") return { type: "relativeOciReference", reference: named(repository) };
  return { type: "ociArtifact", imageReference: named(consumerName(repository, target)) };
}

/** An entry of `repositoryContexts`, as v1 of the CLI writes it (OCM spec, repository contexts). */
export function repositoryContext({ origin, path }: RegistryLocation): JsonObject {
  const subPath = path === "" ? {} : { subPath: path };
  return { type: "OCIRegistry", baseUrl: origin, componentNameMapping: "urlPath", ...subPath };
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
