import type { LoginUse } from "../../logins/logins.ts";
import type { AllowList, DetailedHost } from "../hosts.ts";
import type { Problem } from "../problem.ts";
import { formatBytes } from "../progress.ts";
import type { Results } from "../results.ts";
import { code, paragraph, prose, table } from "./markdown.ts";
import { pasteReady } from "./paste.ts";
import { picture } from "./picture.ts";

export interface SummaryOptions {
  readonly command: string;
  readonly results: Results;
  readonly hosts: readonly DetailedHost[];
  readonly logins?: readonly LoginUse[];
  readonly allowList: AllowList;
  readonly runnerName: string;
  readonly problem: Problem | undefined;
}

/** GitHub drops the summary of a step at 1 MiB completely. */
const MAX_BYTES = 1024 * 1024 - 1;
const MAX_ROWS = 1000;

/** Numbers of rows to try: tables give way until the rest fits. */
const ROWS: readonly number[] = [1000, 500, 250, 125, 60, 30, 15, 7, 3, 1, 0];

/** A table whose rows may give way, as cells of HTML. */
interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Number of rows with those that are not in `rows`. */
  readonly count: number;
}

/**
 * The job summary in Markdown: verdict, tables of component versions, routes and hosts, and findings. Together with the bytes that the
 * summary of the step has already, it stays below the limit of GitHub: tables give way, and blocked hosts and lines to paste last.
 */
export function summarise(options: SummaryOptions, writtenBytes = 0): string {
  const fits = (summary: string) => writtenBytes + Buffer.byteLength(summary) <= MAX_BYTES;
  for (const blocked of ROWS) {
    const parts = partsOf(options, blocked);
    if (!fits(render(parts, 0))) continue;
    const rows = ROWS.find((count) => fits(render(parts, count))) ?? 0;
    return render(parts, rows);
  }
  const heading = `## ${verdict(options.command, options.problem)}\n`;
  return fits(heading) ? heading : "";
}

function render(parts: readonly (string | Table)[], maxRows: number): string {
  return parts
    .map((part) => (typeof part === "string" ? part : table(part.head, part.rows.slice(0, maxRows), part.count)))
    .filter((text) => text !== "")
    .join("\n\n")
    .concat("\n");
}

function tableOf<T>(head: readonly string[], items: readonly T[], cells: (item: T) => readonly string[]): Table {
  return { head, rows: items.slice(0, MAX_ROWS).map(cells), count: items.length };
}

/** `blocked` is the number of blocked hosts and of lines to paste. */
function partsOf(options: SummaryOptions, blocked: number): readonly (string | Table)[] {
  const { command, results, hosts, logins = [], allowList, runnerName, problem } = options;
  const { componentVersions = [], settings = [], routes = [], files = [], findings, diagnosis, bytes } = results;
  return [
    `## ${verdict(command, problem)}`,
    problem === undefined ? "" : paragraph(prose(problem.message)),
    problem === undefined ? "" : paragraph(`<strong>What to do:</strong> ${prose(problem.remedy)}`),
    bytes === undefined
      ? ""
      : `${formatBytes(bytes.copied)} copied, ${formatBytes(bytes.mounted)} mounted, ${formatBytes(bytes.skipped)} already at the target.`,
    tableOf(
      ["Component version", "State", "Component digest", "Repository"],
      componentVersions,
      ({ component, version, state, digest, repository }) => [
        code(`${component}:${version}`),
        state,
        code(digest),
        code(repository),
      ],
    ),
    tableOf(["Resource", "File"], files, ({ resource, path }) => [code(resource), code(path)]),
    tableOf(["Setting", "Value", "From"], settings, ({ setting, value, from }) => [setting, code(value), prose(from)]),
    tableOf(["URL", "Route", "Rule"], routes, ({ url, via, rule }) => [code(url), via, prose(rule)]),
    table(
      ["Blocked host", "Refused by", "Code", "What to do"],
      diagnosis
        .slice(0, blocked)
        .map((entry) => [code(entry.host), entry["refused-by"], code(entry.code), prose(entry.remedy)]),
      diagnosis.length,
    ),
    pasteReady(diagnosis.slice(0, blocked), { ...allowList, hosts: allowList.hosts.slice(0, blocked) }, runnerName),
    diagnosis.length === 0 || allowList.hosts.length <= blocked ? "" : moreHosts(allowList.hosts.length - blocked),
    diagnosis.length > 0 || command === "preflight" ? picture(hosts, diagnosis) : "",
    tableOf(["Host", "Route", "Rule", "Needed for"], hosts, (host) => [
      code(host.host),
      host.via,
      prose(host.rule),
      prose(host["needed-for"]),
    ]),
    tableOf(["Host", "Login from"], logins, ({ host, from }) => [code(host), prose(from)]),
    tableOf(["Finding", "What to do"], findings, (finding) => [
      `${code(finding.code)} ${prose(finding.message)}`,
      prose(finding.remedy),
    ]),
  ];
}

function moreHosts(count: number): string {
  return paragraph(`… and ${count} more hosts, in the output <code>allow-list</code> and in the report`);
}

function verdict(command: string, problem: Problem | undefined): string {
  return problem === undefined ? `✅ ${command} succeeded` : `❌ ${command} failed: ${problem.code}`;
}
