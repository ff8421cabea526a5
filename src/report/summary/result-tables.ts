import { type AccessChange, accessChange, type ChangeText, describePlanned } from "../changes.ts";
import { type Outcome, stateText } from "../outcome.ts";
import type { ComponentVersionResult, Results } from "../results.ts";
import { code, prose, shortCode } from "./markdown.ts";
import { type Table, tableOf } from "./table.ts";

/** What a run read, verified and wrote; for a dry run, its plan. */
export function resultTables({ command, results, problems }: Outcome): readonly Table[] {
  const { signatures = [], files = [], images = {}, isDryRun = false } = results;
  const versions = requestedFirst(results);
  const isDone = problems.length === 0;
  return [
    tableOf(["Component version", "State", "Component digest", "Repository"], versions, (version) => [
      code(nameOf(version)),
      stateText(version, command, isDryRun),
      shortCode(version.digest),
      code(version.repository),
    ]),
    tableOf(
      ["Signature", "Component version", "Algorithm", "Key", "Certificate (unverified)"],
      signatures,
      ({ name, algorithm, hashAlgorithm, normalisationAlgorithm, ...others }) => [
        code(name),
        code(nameOf(others)),
        code(`${algorithm}, ${hashAlgorithm}, ${normalisationAlgorithm}`),
        shortCode(others["key-fingerprint"]),
        prose(others["certificate-subject"] ?? ""),
      ],
    ),
    tableOf(["Component version", "Resource", "Content", "Change"], isDryRun ? planned(results) : [], (row) => [
      code(row.version),
      code(row.change.element),
      row.change.amounts,
      row.change.access === undefined ? prose(row.change.reason) : accessCell(row.change.access),
    ]),
    tableOf(
      ["Component version", "Resource", "Access"],
      isDone && !isDryRun ? rewritten(versions) : [],
      ({ version, element, access }) => [code(version), code(element), accessCell(access)],
    ),
    tableOf(
      ["Image", isDryRun ? "Name after the transfer" : "New name"],
      isDone ? Object.entries(images) : [],
      ([before, after]) => [shortCode(before), shortCode(after)],
      "Images",
    ),
    tableOf(["Resource", "File"], files, ({ resource, path }) => [code(resource), code(path)]),
    tableOf(
      ["Component version", "Component digest"],
      versions,
      (version) => [code(nameOf(version)), code(version.digest)],
      "Full digests",
    ),
  ];
}

/** The component versions that the inputs name come before those that they refer to. */
function requestedFirst({ componentVersions = [], requested = [] }: Results): readonly ComponentVersionResult[] {
  const named = new Set(requested);
  const isNamed = (version: ComponentVersionResult) => named.has(nameOf(version));
  return [...componentVersions.filter(isNamed), ...componentVersions.filter((version) => !isNamed(version))];
}

interface PlannedChange {
  readonly version: string;
  readonly change: ChangeText;
}

function planned({ plan }: Results): readonly PlannedChange[] {
  if (plan === undefined) return [];
  return plan.desired.flatMap((desired) => {
    const { name: component, version } = desired.version.descriptor;
    return describePlanned(desired, plan).map((change) => ({ version: nameOf({ component, version }), change }));
  });
}

/** Resources and sources whose access was changed. */
function rewritten(versions: readonly ComponentVersionResult[]) {
  return versions.flatMap((version) =>
    version.resources.flatMap(({ kind, name, before, after }) => {
      const access = accessChange(before, after);
      return access === undefined ? [] : [{ version: nameOf(version), element: `${kind} ${name}`, access }];
    }),
  );
}

function accessCell({ before, after }: AccessChange): string {
  return `${shortCode(before)} → ${shortCode(after)}`;
}

function nameOf({ component, version }: { readonly component: string; readonly version: string }): string {
  return `${component}:${version}`;
}
