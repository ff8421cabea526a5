import { formatBytes, formatDuration } from "./bytes.ts";
import type { Problem } from "./problem.ts";
import type { ComponentVersionResult, Results } from "./results.ts";

/** What a run was to do, and how it ended. */
export interface Outcome {
  readonly command: string;
  readonly results: Results;
  /** All that ended the run; empty after a success. */
  readonly problems: readonly Problem[];
  /** Duration in milliseconds. */
  readonly duration: number;
}

/** `transfer succeeded`, `dry run succeeded`, `transfer failed: DENIED` */
export function verdictOf({ command, results, problems: [first] }: Outcome): string {
  const what = results.isDryRun ? "dry run" : command;
  return first === undefined ? `${what} succeeded` : `${what} failed: ${first.code}`;
}

/** The last line of the log. */
export function closingLine(outcome: Outcome): string {
  const { problems, duration } = outcome;
  const failures = problems.length > 1 ? [`${problems.length} failures`] : [];
  return `${verdictOf(outcome)} in ${formatDuration(duration)}${[...failures, ...totalsOf(outcome)].map((text, index) => `${index === 0 ? ": " : "; "}${text}`).join("")}`;
}

/** Numbers of a run in words, without those that are not known. A dry run reports what would happen. */
export function totalsOf({ command, results }: Pick<Outcome, "command" | "results">): string[] {
  const { componentVersions = [], signatures = [], files = [], routes = [], bytes, isDryRun = false } = results;
  const states = Map.groupBy(componentVersions, (each) => stateText(each, command, isDryRun));
  const versions = [...states].map(([state, { length }], index) =>
    index === 0 ? `${counted(length, "component version")} ${state}` : `${length} ${state}`,
  );
  const verified = isDryRun || signatures.length === 0 ? [] : [`${counted(signatures.length, "signature")} verified`];
  return [
    ...(versions.length === 0 ? [] : [versions.join(", ")]),
    ...verified,
    ...(files.length === 0 ? [] : [counted(files.length, "file")]),
    ...(routes.length === 0 ? [] : [counted(routes.length, "route")]),
    ...(bytes === undefined ? [] : [describeBytes(bytes, isDryRun)]),
  ];
}

/** What happened to a component version, by the command. */
export function stateText(
  { state }: Pick<ComponentVersionResult, "state">,
  command: string,
  isDryRun: boolean,
): string {
  if (command === "verify") return "verified";
  if (command === "download") return "downloaded";
  if (isDryRun && state !== "unchanged") return "would be written";
  return state;
}

function describeBytes({ copied, mounted, skipped }: NonNullable<Results["bytes"]>, isDryRun: boolean): string {
  const would = isDryRun ? "would be " : "";
  return `${formatBytes(copied)} ${would}copied, ${formatBytes(mounted)} ${would}mounted, ${formatBytes(skipped)} already present`;
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}
