import { TransferError } from "../../errors/transfer-error.ts";
import { isVersion } from "../../ocm/descriptor/component-reference.ts";
import { componentRepositoryName, readPinnedVersion, versionOf } from "../../ocm/repository/component-version.ts";
import { compareVersions, latestOf } from "../../ocm/version/version.ts";
import type { VersionConstraint } from "../../ocm/version/version-constraint.ts";
import type { VersionRequest } from "./gather.ts";

/** Which versions of a component are meant where none is named. */
export interface VersionSelection {
  readonly constraint: VersionConstraint | undefined;
  readonly isLatestOnly: boolean;
}

/** A line of `component-versions`. */
export interface VersionQuery extends Omit<VersionRequest, "version"> {
  readonly version: string | undefined;
}

/**
 * The component versions that are meant: the one that is named by version or digest, else those that the repository has tags for and
 * the selection allows, oldest first.
 */
export async function selectVersions(
  named: VersionQuery,
  { constraint, isLatestOnly }: VersionSelection,
  signal?: AbortSignal,
): Promise<readonly VersionRequest[]> {
  const { from, component, version, digest } = named;
  if (version !== undefined) return [{ from, component, version, digest }];
  if (digest !== undefined) {
    const known = await readPinnedVersion(from, { component, version, digest }, signal);
    return [{ from, component, version: known.descriptor.version, digest, known }];
  }
  const tags = await from.registry.repository(componentRepositoryName(from.path, component)).listTags(signal);
  const allowed = tags
    .map(versionOf)
    .filter((candidate) => isVersion(candidate) && (constraint?.allows(candidate) ?? true))
    .sort(compareVersions);
  const latest = latestOf(allowed);
  const versions = isLatestOnly ? (latest === undefined ? [] : [latest]) : allowed;
  if (versions.length > 0) return versions.map((each) => ({ from, component, version: each }));
  const where = `${from.display}//${component}`;
  throw new TransferError("COMPONENT_VERSION_UNKNOWN", `${where} has no version that is asked for`, {
    where,
    remedy: `It has ${tags.length} tags. See that the path and the component are right, and that semver-constraint allows one of its versions: prereleases only where it names one.`,
  });
}
