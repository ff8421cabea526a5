import type { ChapterOf } from "../../diagnosis/chapters.ts";
import type { Code } from "../../errors/codes.ts";
import type { LoginUse } from "../../logins/logins.ts";
import { formatDuration } from "../bytes.ts";
import type { AllowList, DetailedHost } from "../hosts.ts";
import { type Outcome, totalsOf, verdictOf } from "../outcome.ts";
import type { Places } from "../places.ts";
import { code, paragraph, prose } from "./markdown.ts";
import { nextSteps } from "./next-steps.ts";
import { pasteReady } from "./paste.ts";
import { picture } from "./picture.ts";
import { resultTables } from "./result-tables.ts";
import { type Table, tableOf } from "./table.ts";

export interface SummaryOptions extends Outcome {
  readonly places: Places;
  readonly hosts: readonly DetailedHost[];
  readonly logins?: readonly LoginUse[];
  readonly allowList: AllowList;
  readonly runnerName: string;
  /** Undefined where codes have no address. */
  readonly chapterOf?: ChapterOf | undefined;
}

/** For readability; the inputs have all of them. */
const MAX_SOURCES = 3;

/** The summary from top to bottom. `blocked` is the number of blocked hosts and of lines to paste. */
export function partsOf(options: SummaryOptions, blocked: number): readonly (string | Table)[] {
  const { results, places, problems } = options;
  return [
    headingOf(options),
    describeRun(options),
    ...describeFailures(options),
    ...describeBlocked(options, blocked),
    ...resultTables(options),
    problems.length === 0 ? nextSteps(results, places) : "",
    ...describeNetwork(options),
  ];
}

export function headingOf(options: SummaryOptions): string {
  return `## ${options.problems.length === 0 ? "✅" : "❌"} ${verdictOf(options)}`;
}

/** `source → target, in 1.3 s`, and the totals. */
function describeRun(options: SummaryOptions): string {
  const { sources, target } = options.places;
  const shown = sources.slice(0, MAX_SOURCES).map(code);
  const more = sources.length > MAX_SOURCES ? [`${sources.length - MAX_SOURCES} more`] : [];
  const from = [...shown, ...more].join(", ");
  const route = [from, ...(target === undefined ? [] : [code(target)])].filter((each) => each !== "").join(" → ");
  const totals = [...totalsOf(options), formatDuration(options.duration)].join("; ");
  return paragraph(route === "" ? totals : `${route}<br>${totals}`);
}

function describeFailures({ problems, chapterOf }: SummaryOptions): readonly (string | Table)[] {
  const [first] = problems;
  if (first === undefined) return [];
  return [
    paragraph(prose(first.message)),
    paragraph(
      `<strong>What to do:</strong> ${prose(first.remedy)}${chapterOf === undefined ? "" : ` See ${linked(first.code, chapterOf)}.`}`,
    ),
    tableOf(["Further failure", "What to do"], problems.slice(1), (problem) => [
      `${linked(problem.code, chapterOf)} ${prose(problem.message)}`,
      prose(problem.remedy),
    ]),
  ];
}

function describeBlocked(
  { command, results: { diagnosis }, hosts, allowList, runnerName, chapterOf }: SummaryOptions,
  blocked: number,
): readonly (string | Table)[] {
  const shown = diagnosis.slice(0, blocked);
  const rows = shown.map((entry) => [
    code(entry.host),
    entry["refused-by"],
    linked(entry.code, chapterOf),
    prose(entry.remedy),
  ]);
  return [
    { head: ["Blocked host", "Refused by", "Code", "What to do"], rows, count: diagnosis.length, isKept: true },
    pasteReady(shown, { ...allowList, hosts: allowList.hosts.slice(0, blocked) }, runnerName),
    diagnosis.length === 0 || allowList.hosts.length <= blocked ? "" : moreHosts(allowList.hosts.length - blocked),
    diagnosis.length > 0 || command === "preflight" ? picture(hosts, diagnosis) : "",
  ];
}

function describeNetwork({ chapterOf, results, hosts, logins = [] }: SummaryOptions): readonly Table[] {
  const { findings, settings = [], routes = [] } = results;
  return [
    tableOf(["Finding", "What to do"], findings, (finding) => [
      `${linked(finding.code, chapterOf)} ${prose(finding.message)}`,
      prose(finding.remedy),
    ]),
    tableOf(["URL", "Route", "Rule"], routes, ({ url, via, rule }) => [code(url), via, prose(rule)]),
    tableOf(["Setting", "Value", "From"], settings, ({ setting, value, from }) => [setting, code(value), prose(from)]),
    tableOf(["Host", "Route", "Rule", "Purpose"], hosts, (host) => [
      code(host.host),
      host.via,
      prose(host.rule),
      prose(host["needed-for"]),
    ]),
    tableOf(["Host", "Login from"], logins, ({ host, from }) => [code(host), prose(from)]),
  ];
}

/** A code, with a link to its chapter. The address is this action's own. */
function linked(name: Code, chapterOf: ChapterOf | undefined): string {
  return chapterOf === undefined ? code(name) : `<a href="${chapterOf(name)}">${code(name)}</a>`;
}

function moreHosts(count: number): string {
  return paragraph(`… and ${count} more hosts, in the output <code>allow-list</code> and in the report`);
}
