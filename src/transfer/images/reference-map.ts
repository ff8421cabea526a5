import { isManifest, ociEquivalent } from "../../oci/descriptor.ts";
import { type Access, parseAccess } from "../../ocm/access/access.ts";
import type { Plan } from "../target/plan.ts";
import { type NameSource, signedReference } from "../target/signed-name.ts";

/** What the names of images are made of. */
export interface ImageNames {
  /** What stands before the names of the target for its consumers (`registry.corp/ocm`); without one they are host-neutral. */
  readonly prefix: string;
  /** Path of the target below its host. */
  readonly targetPath: string;
  /** Whether images are found by their old references, or by their signed names. */
  readonly names: NameSource;
}

/** Old reference to new reference of every artifact, as deployments write them; or signed name to new reference, of what is signed. */
export function referenceMap(plan: Plan, { prefix, targetPath, names }: ImageNames): Record<string, string> {
  const pairs = plan.desired.flatMap(({ version, changes }) =>
    changes.flatMap((change): [string, string][] => {
      const { element, before, after, contents, published } = change;
      const root = contents.findLast(({ mediaType }) => isManifest(mediaType));
      // Sources have no digest that would be signed with them.
      if (root === undefined || (names === "signed" && element.kind === "source")) return [];
      const old =
        names === "signed"
          ? signedReference({ element, graph: { root } }, version)
          : referenceOf(parseAccess(before), version.from.registry.name, version.repository.name);
      const tag = published?.tag ?? tagOf(parseAccess(after));
      const name = published?.repository ?? change.repository;
      const below = targetPath === "" ? name : name.slice(targetPath.length + 1);
      const renewed = `${prefix === "" ? "" : `${prefix}/`}${below}${tag === undefined ? "" : `:${tag}`}@${root.digest}`;
      return old === undefined || old === renewed ? [] : [[old, renewed]];
    }),
  );
  return Object.fromEntries(names === "signed" ? distinct(pairs) : pairs);
}

/** Two component versions may have one version of a resource with different content: the digest then belongs to the key. */
function distinct(pairs: readonly [string, string][]): readonly [string, string][] {
  const references = Map.groupBy(pairs, ([key]) => key);
  const isAlone = (key: string) => new Set(references.get(key)?.map(([, renewed]) => renewed)).size === 1;
  return pairs.map(([key, renewed]) => [isAlone(key) ? key : `${key}${renewed.slice(renewed.indexOf("@"))}`, renewed]);
}

function tagOf(access: Access): string | undefined {
  if (access.kind === "ociArtifact") return /:([^:/@]+)@/.exec(access.imageReference)?.[1];
  return access.kind === "relativeOciReference" ? /:([^:/@]+)@/.exec(access.reference)?.[1] : undefined;
}

function referenceOf(access: Access, host: string, repository: string): string | undefined {
  if (access.kind === "ociArtifact") return access.imageReference.replace(/^(?:https?|oci):\/\//, "");
  if (access.kind === "relativeOciReference") return `${host}/${access.reference}`;
  // What is packed, or in an archive, has no name that anybody could pull it by.
  const isNative = access.kind === "localBlob" && isManifest(ociEquivalent(access.mediaType)) && !host.includes("/");
  return isNative ? `${host}/${repository}@${access.localReference}` : undefined;
}
