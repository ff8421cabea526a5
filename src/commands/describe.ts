import type { ComponentVersion } from "../ocm/repository/component-version.ts";
import { componentDigest } from "../ocm/signing/normalise.ts";
import type { ComponentVersionResult } from "../report/results.ts";
import type { Change } from "../transfer/target/desired.ts";

/** A component version as outputs and summary tell of it. */
export function describeComponentVersion(
  { descriptor }: ComponentVersion,
  repository: string,
  state: ComponentVersionResult["state"],
  changes: readonly Pick<Change, "element" | "before" | "after">[],
): ComponentVersionResult {
  return {
    component: descriptor.name,
    version: descriptor.version,
    repository,
    digest: `sha256:${componentDigest(descriptor)}`,
    signatures: descriptor.signatures,
    state,
    resources: changes.map(({ element: { kind, name, version, type }, before, after }) => ({
      kind,
      name,
      version,
      type,
      before,
      after,
    })),
  };
}

/** One that was read, and left as it is. */
export function describeAsItIs(version: ComponentVersion): ComponentVersionResult {
  const { descriptor, from, repository } = version;
  const asTheyAre = descriptor.elements.map((element) => ({ element, before: element.access, after: element.access }));
  return describeComponentVersion(version, `${from.registry.name}/${repository.name}`, "unchanged", asTheyAre);
}
