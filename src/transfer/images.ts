import { type Access, parseAccess } from "../ocm/access.ts";
import { isManifest, ociEquivalent } from "../registry/descriptor.ts";
import type { Plan } from "./plan.ts";

/**
 * Old reference to new reference of every artifact, as deployments write them. `prefix` is what stands before the names of the target
 * for whoever reads it (`registry.corp/ocm`); without one the new references are host-neutral.
 */
export function imageMap(plan: Plan, prefix: string, targetPath: string): Record<string, string> {
  const pairs = plan.arrangements.flatMap(({ version, changes }) =>
    changes.flatMap(({ before, after, repository, contents, published }) => {
      const root = contents.findLast(({ mediaType }) => isManifest(mediaType));
      if (root === undefined) return [];
      const old = referenceOf(parseAccess(before), version.from.registry.name, version.repository.name);
      const tag = published?.tag ?? tagOf(parseAccess(after));
      const name = published?.repository ?? repository;
      const below = targetPath === "" ? name : name.slice(targetPath.length + 1);
      const renewed = `${prefix === "" ? "" : `${prefix}/`}${below}${tag === undefined ? "" : `:${tag}`}@${root.digest}`;
      return old === undefined || old === renewed ? [] : [[old, renewed]];
    }),
  );
  return Object.fromEntries(pairs);
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
