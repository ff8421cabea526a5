import { type Access, parseAccess } from "../ocm/access.ts";
import { isManifest } from "../registry/descriptor.ts";
import type { Plan } from "./plan.ts";

/** Old reference to new reference of every artifact, as deployments write them: host, repository and digest or tag. */
export function imageMap(plan: Plan, targetHost: string): Record<string, string> {
  const pairs = plan.arrangements.flatMap(({ version, changes }) =>
    changes.flatMap(({ before, after, repository, contents }) => {
      if (!contents.some(({ mediaType }) => isManifest(mediaType))) return [];
      const old = referenceOf(parseAccess(before), version.from.registry.name, version.repository.name);
      const renewed = referenceOf(parseAccess(after), targetHost, repository);
      return old === undefined || renewed === undefined || old === renewed ? [] : [[old, renewed]];
    }),
  );
  return Object.fromEntries(pairs);
}

function referenceOf(access: Access, host: string, repository: string): string | undefined {
  if (access.kind === "ociArtifact") return access.imageReference.replace(/^(?:https?|oci):\/\//, "");
  if (access.kind === "relativeOciReference") return `${host}/${access.reference}`;
  return access.kind === "localBlob" ? `${host}/${repository}@${access.localReference}` : undefined;
}
