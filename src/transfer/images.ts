import { parseAccess } from "../ocm/access.ts";
import type { Plan } from "./plan.ts";

/** Old reference to new reference of every artifact, as deployments write them: host, repository and digest or tag. */
export function imageMap(plan: Plan, targetHost: string): Record<string, string> {
  const pairs = plan.arrangements.flatMap(({ version, changes }) =>
    changes.flatMap(({ before, after, repository }) => {
      const old = oldReference(parseAccess(before), version.from.registry.name, version.repository.name);
      const access = parseAccess(after);
      if (old === undefined || after === before) return [];
      if (access.kind === "localBlob") return [[old, `${targetHost}/${repository}@${access.localReference}`]];
      if (access.kind === "relativeOciReference") return [[old, `${targetHost}/${access.reference}`]];
      return access.kind === "ociArtifact" ? [[old, access.imageReference.replace(/^https?:\/\//, "")]] : [];
    }),
  );
  return Object.fromEntries(pairs);
}

function oldReference(access: ReturnType<typeof parseAccess>, host: string, repository: string): string | undefined {
  if (access.kind === "ociArtifact") return access.imageReference.replace(/^(?:https?|oci):\/\//, "");
  if (access.kind === "relativeOciReference") return `${host}/${access.reference}`;
  return access.kind === "localBlob" ? `${host}/${repository}@${access.localReference}` : undefined;
}
