import type { Finding } from "../../errors/finding.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import { readPinnedVersion, tagOf } from "../../ocm/repository/component-version.ts";
import { describeTags } from "../../ocm/repository/known-tags.ts";
import { latestOf, orderVersions } from "../../ocm/version/version.ts";
import type { VersionConstraint } from "../../ocm/version/version-constraint.ts";
import type { VersionRequest } from "./gather.ts";
import { listVersions, type TaggedVersion, type VersionList } from "./list-versions.ts";

/** Which versions of a component are meant where none is named. */
export interface VersionSelection {
  readonly constraint: VersionConstraint | undefined;
  readonly isLatestOnly: boolean;
  /** Whether alias tags are copied with their component versions. */
  readonly withAliases: boolean;
}

/** A line of `component-versions`. */
export interface VersionQuery extends Omit<VersionRequest, "version"> {
  readonly version: string | undefined;
}

export interface SelectedVersions {
  /** Oldest first. */
  readonly requests: readonly VersionRequest[];
  readonly findings: readonly Finding[];
}

/**
 * The component versions of a line: the one that is named by version or digest, else those that the repository has tags for and
 * the selection allows. Fails with COMPONENT_VERSION_UNKNOWN without any.
 */
export async function selectVersions(
  named: VersionQuery,
  { constraint, isLatestOnly, withAliases }: VersionSelection,
  signal?: AbortSignal,
): Promise<SelectedVersions> {
  const { from, component, version, digest } = named;
  if (version !== undefined) return { requests: [{ from, component, version, digest }], findings: [] };
  if (digest !== undefined) {
    const known = await readPinnedVersion(from, { component, version, digest }, signal);
    return { requests: [{ from, component, version: known.descriptor.version, digest, known }], findings: [] };
  }
  const allows = (candidate: string) => constraint?.allows(candidate) ?? true;
  const list = await listVersions({ from, component }, { allows, isLatestOnly }, signal);
  const allowed = list.versions
    .filter(({ known }) => allows(known.descriptor.version))
    .toSorted((one, other) => orderVersions(one.known.descriptor.version, other.known.descriptor.version));
  const latest = latestOf(allowed.map(({ known }) => known.descriptor.version));
  const selected = isLatestOnly ? allowed.filter(({ known }) => known.descriptor.version === latest) : allowed;
  const where = `${from.display}//${component}`;
  if (selected.length === 0) throw noneSelected(list, where);
  return {
    requests: selected.map(({ known }) => ({ from, component, version: known.descriptor.version, known })),
    findings: [...(withAliases ? [] : aliases(list, where)), ...unreadable(list, where)],
  };
}

function noneSelected({ all, versions, unreadable }: VersionList, where: string): TransferError {
  const others = [...versions.flatMap(describeAliases), ...unreadable.map(({ tag }) => `${tag} (not readable)`)];
  const known = all.length === 0 ? "" : `; the repository has ${describeTags(all)}`;
  const detail = others.length === 0 ? known : `: ${listed(others)}`;
  return new TransferError("COMPONENT_VERSION_UNKNOWN", `${where} has no version that is asked for${detail}`, {
    where,
    remedy: `It has ${all.length} tags. Check the path and the component, and that semver-constraint allows one of its versions: prereleases only where it names one.`,
  });
}

function aliases({ versions }: VersionList, where: string): Finding[] {
  const names = versions.flatMap(describeAliases);
  if (names.length === 0) return [];
  return [
    {
      code: "ALIASES_LEFT",
      message: `Some tags of ${where} are not versions, but aliases: ${listed(names)}.`,
      remedy: "Each component version is read once. In a transfer, aliases: true copies its alias tags too.",
    },
  ];
}

function describeAliases({ known, tags }: TaggedVersion): string[] {
  const { version } = known.descriptor;
  return tags.filter((tag) => tag !== tagOf(version)).map((tag) => `${tag} of ${version}`);
}

function unreadable({ unreadable }: VersionList, where: string): Finding[] {
  if (unreadable.length === 0) return [];
  return [
    {
      code: "TAG_UNREADABLE",
      message: `Tags of ${where} are not readable component versions, and were left out: ${listed(unreadable.map(({ tag, error }) => `${tag} (${error.message})`))}.`,
      remedy:
        "If one of them is a version that is needed, add it again with the OCM CLI, and run again; otherwise delete the tag.",
    },
  ];
}

function listed(names: readonly string[]): string {
  return `${names.slice(0, 5).join(", ")}${names.length > 5 ? ` and ${names.length - 5} more` : ""}`;
}
