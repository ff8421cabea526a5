import { type Descriptor, ociEquivalent } from "../../oci/descriptor.ts";
import { formatArtifactReference } from "../../oci/reference.ts";
import { parseAccess } from "../../ocm/access/access.ts";
import type { AccessForm } from "../../ocm/access/access-form.ts";
import { canonicalJson, type JsonObject } from "../../ocm/descriptor/json.ts";
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
  artifact: {
    readonly root: Descriptor;
    readonly name: ArtifactName;
    readonly repository: string;
    readonly target: TargetLocation;
    readonly globalAccess?: boolean | undefined;
  },
): JsonObject {
  const { root, name, repository, target } = artifact;
  if (form === "localBlob") {
    return {
      type: "localBlob",
      localReference: root.digest,
      mediaType: ociEquivalent(root.mediaType),
      referenceName: formatArtifactReference({ ...name, digest: undefined }),
      ...(artifact.globalAccess === true ? { globalAccess: globalAccessOf(root, repository, target) } : {}),
    };
  }
  const named = (text: string) => formatArtifactReference({ repository: text, tag: name.tag, digest: root.digest });
  if (form === "relativeOciReference") return { type: "relativeOciReference", reference: named(repository) };
  return { type: "ociArtifact", imageReference: named(consumerName(repository, target)) };
}

/** A reference that is pulled by any client (OCM spec, localBlob, globalAccess): container engines accept no scheme. */
function globalAccessOf({ digest }: Descriptor, repository: string, target: TargetLocation): JsonObject {
  const name = consumerName(repository, target).replace(/^https?:\/\//, "");
  return { type: "ociArtifact", imageReference: `${name}@${digest}` };
}

/**
 * The repository context of a copy with absolute references, as v1 of the CLI writes it: consumers (Kyma) find the repository by it, and the
 * next transfer the artifacts. Undefined for a copy that is written for no other location than its own.
 */
export function contextOf(
  changes: readonly { readonly contents: readonly Descriptor[]; readonly after: JsonObject }[],
  { target, globalAccess }: { readonly target: TargetLocation; readonly globalAccess?: boolean | undefined },
): JsonObject | undefined {
  const isAbsolute = changes.some(({ contents, after }) => contents.length > 0 && after.type === "ociArtifact");
  if (globalAccess === true) return repositoryContext(target.consumer ?? target);
  return isAbsolute && target.consumer !== undefined ? repositoryContext(target.consumer) : undefined;
}

function repositoryContext({ origin, path }: RegistryLocation): JsonObject {
  const subPath = path === "" ? {} : { subPath: path };
  return { type: "OCIRegistry", baseUrl: origin, componentNameMapping: "urlPath", ...subPath };
}

/** Whether two accesses say the same: a hint or a spelling of the type is no reason to rewrite a component version. */
export function sameAccess(before: JsonObject, after: JsonObject): boolean {
  if (canonicalJson(before.globalAccess ?? null) !== canonicalJson(after.globalAccess ?? null)) return false;
  const [one, other] = [parseAccess(before), parseAccess(after)];
  if (one.kind === "localBlob" && other.kind === "localBlob") {
    return one.localReference === other.localReference && one.mediaType === other.mediaType;
  }
  return JSON.stringify(one) === JSON.stringify(other);
}
