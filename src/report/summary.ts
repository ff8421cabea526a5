import type { LoginUse } from "../logins/logins.ts";
import type { AllowList, DetailedHost } from "./hosts.ts";
import { code, paragraph, prose, table } from "./markdown.ts";
import { pasteReady } from "./paste.ts";
import { picture } from "./picture.ts";
import type { Problem } from "./problem.ts";
import { formatBytes } from "./progress.ts";
import type { Results } from "./results.ts";

export interface SummaryOptions {
  readonly command: string;
  readonly results: Results;
  readonly hosts: readonly DetailedHost[];
  readonly logins?: readonly LoginUse[];
  readonly allowList: AllowList;
  readonly runnerName: string;
  readonly problem: Problem | undefined;
}

/** GitHub drops a summary of more than 1 MiB completely. */
const MAX_BYTES = 1_000_000;
const MAX_ROWS = 1000;

/** The job summary in Markdown: verdict, tables of component versions, routes and hosts, and findings. */
export function summarise(options: SummaryOptions): string {
  for (let rows = MAX_ROWS; ; rows = Math.floor(rows / 2)) {
    const summary = summaryOf(options, rows);
    if (rows === 0 || Buffer.byteLength(summary) <= MAX_BYTES) return summary;
  }
}

function summaryOf(
  { command, results, hosts, logins = [], allowList, runnerName, problem }: SummaryOptions,
  maxRows: number,
): string {
  const { componentVersions = [], settings = [], routes = [], files = [], findings, diagnosis, bytes } = results;
  return [
    `## ${verdict(command, problem)}`,
    problem === undefined ? "" : paragraph(prose(problem.message)),
    problem === undefined ? "" : paragraph(`<strong>What to do:</strong> ${prose(problem.remedy)}`),
    bytes === undefined
      ? ""
      : `${formatBytes(bytes.copied)} copied, ${formatBytes(bytes.mounted)} mounted, ${formatBytes(bytes.skipped)} already at the target.`,
    table(
      ["Component version", "State", "Component digest", "Repository"],
      componentVersions.map(({ component, version, state, digest, repository }) => [
        code(`${component}:${version}`),
        state,
        code(digest),
        code(repository),
      ]),
      maxRows,
    ),
    table(
      ["Resource", "File"],
      files.map(({ resource, path }) => [code(resource), code(path)]),
      maxRows,
    ),
    table(
      ["Setting", "Value", "From"],
      settings.map(({ setting, value, from }) => [setting, code(value), prose(from)]),
      maxRows,
    ),
    table(
      ["URL", "Route", "Rule"],
      routes.map(({ url, via, rule }) => [code(url), via, prose(rule)]),
      maxRows,
    ),
    table(
      ["Blocked host", "Refused by", "Code", "What to do"],
      diagnosis.map((entry) => [code(entry.host), entry["refused-by"], code(entry.code), prose(entry.remedy)]),
      maxRows,
    ),
    pasteReady(diagnosis, { ...allowList, hosts: allowList.hosts.slice(0, maxRows) }, runnerName),
    diagnosis.length > 0 || command === "preflight" ? picture(hosts, diagnosis) : "",
    table(
      ["Host", "Route", "Rule", "Needed for"],
      hosts.map((host) => [code(host.host), host.via, prose(host.rule), prose(host["needed-for"])]),
      maxRows,
    ),
    table(
      ["Host", "Login from"],
      logins.map(({ host, from }) => [code(host), prose(from)]),
      maxRows,
    ),
    table(
      ["Finding", "What to do"],
      findings.map((finding) => [`${code(finding.code)} ${prose(finding.message)}`, prose(finding.remedy)]),
      maxRows,
    ),
  ]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n");
}

function verdict(command: string, problem: Problem | undefined): string {
  return problem === undefined ? `✅ ${command} succeeded` : `❌ ${command} failed: ${problem.code}`;
}
