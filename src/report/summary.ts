import { printable } from "../redact.ts";
import type { HostResult } from "./hosts.ts";
import { pasteReady } from "./paste.ts";
import { picture } from "./picture.ts";
import type { Problem } from "./problem.ts";
import { formatBytes } from "./progress.ts";
import type { Results } from "./results.ts";

export interface SummaryOptions {
  readonly command: string;
  readonly results: Results;
  readonly hosts: readonly HostResult[];
  readonly allowList: readonly string[];
  readonly problem: Problem | undefined;
}

/** GitHub drops a summary of more than 1 MiB whole. */
const MOST_ROWS = 1000;

/** The job summary: verdict first, then one table of component versions, one of hosts, and what deserves a look. */
export function summarise({ command, results, hosts, allowList, problem }: SummaryOptions): string {
  const { componentVersions = [], routes = [], files = [], findings, diagnosis, bytes } = results;
  return [
    `## ${verdict(command, problem)}`,
    problem === undefined ? "" : `${text(problem.message)}\n\n**What to do:** ${text(problem.remedy)}`,
    bytes === undefined
      ? ""
      : `${formatBytes(bytes.copied)} copied, ${formatBytes(bytes.mounted)} mounted, ${formatBytes(bytes.skipped)} there already.`,
    table(
      ["Component version", "State", "Component digest", "Repository"],
      componentVersions.map(({ component, version, state, digest, repository }) => [
        text(`${component}:${version}`),
        state,
        code(digest),
        code(repository),
      ]),
    ),
    table(
      ["Resource", "File"],
      files.map(({ resource, path }) => [text(resource), code(path)]),
    ),
    table(
      ["URL", "Way", "Rule"],
      routes.map(({ url, via, rule }) => [code(url), via, text(rule)]),
    ),
    table(
      ["Blocked host", "Refused by", "Code", "What to do"],
      diagnosis.map((entry) => [code(entry.host), entry["refused-by"], code(entry.code), text(entry.remedy)]),
    ),
    pasteReady(diagnosis, allowList),
    diagnosis.length > 0 || command === "preflight" ? picture(hosts, diagnosis) : "",
    table(
      ["Host", "Way", "Rule", "Needed for"],
      hosts.map((host) => [code(host.host), host.via, text(host.rule), text(host["needed-for"])]),
    ),
    table(
      ["Finding", "What to do"],
      findings.map((finding) => [`${code(finding.code)} ${text(finding.message)}`, text(finding.remedy)]),
    ),
  ]
    .filter((part) => part !== "")
    .join("\n\n")
    .concat("\n");
}

function verdict(command: string, problem: Problem | undefined): string {
  return problem === undefined ? `✅ ${command} succeeded` : `❌ ${command} failed: ${problem.code}`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  const shown = rows.slice(0, MOST_ROWS).map(row);
  const more = rows.length > MOST_ROWS ? [row([`… and ${rows.length - MOST_ROWS} more, in the report`])] : [];
  return [row(head), row(head.map(() => "---")), ...shown, ...more].join("\n");
}

function row(cells: readonly string[]): string {
  return `| ${cells.join(" | ")} |`;
}

/** Text of others: nothing in it is Markdown, HTML or a mention. */
function text(value: string): string {
  return printable(value).replace(/[&\\`*_~{}[\]<>|@#]/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

function code(value: string): string {
  return `<code>${text(value)}</code>`;
}
