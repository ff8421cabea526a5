import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Diagnosis } from "../diagnosis/diagnosis.ts";
import type { LoginUse } from "../logins/logins.ts";
import type { Plan, Tagging } from "../transfer/target/plan.ts";
import type { AllowList, HostResult } from "./hosts.ts";
import { inertJson } from "./inert-json.ts";
import type { Outcome } from "./outcome.ts";
import type { Places } from "./places.ts";
import { type Runner, uniqueName } from "./runner.ts";

const SCHEMA_VERSION = 1;
/** Larger outputs are in the report only: steps that put one into an environment or a command line would fail. */
const MAX_OUTPUT_BYTES = 64 * 1024;
/**
 * Of all outputs together, in UTF-16 code units. GitHub limits the outputs of a job to 1 MiB, counted as UTF-16
 * (https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idoutputs): with this, a job can pass on those of two steps.
 */
const MAX_UNITS = (1024 * 1024) / 2 / 2;

export interface ReportOptions extends Outcome {
  readonly places: Places;
  readonly hosts: readonly HostResult[];
  /** Which source each host got its login from. */
  readonly logins: readonly LoginUse[];
  readonly allowList: AllowList;
}

/** Writes the full report to a file and the outputs of the contract to the runner. */
export async function writeReport(
  runner: Runner,
  { command, results, places, duration, hosts, logins, allowList, problems }: ReportOptions,
): Promise<void> {
  const [error] = problems;
  const {
    componentVersions,
    requested,
    signatures,
    isDryRun,
    routes,
    findings,
    diagnosis,
    plan,
    files,
    written,
    images,
    bytes,
  } = results;
  const allowed = allowList.hosts.map(({ host }) => host);
  const outputs = {
    "component-versions": componentVersions ?? [],
    routes: routes ?? [],
    hosts: hosts.map(hostForOutput),
    diagnosis: diagnosis.map(forOutput),
    findings,
    plan: plan === undefined ? [] : describePlan(plan),
    files: [...(files ?? []), ...(written ?? [])],
    images: images ?? {},
  };
  const report = {
    schemaVersion: SCHEMA_VERSION,
    command,
    verdict: error === undefined ? "succeeded" : "failed",
    ...(error === undefined ? {} : { error, errors: problems }),
    "dry-run": isDryRun ?? false,
    "duration-seconds": duration / 1000,
    ...places,
    requested: requested ?? [],
    ...outputs,
    "allow-list": allowed,
    settings: results.settings ?? [],
    logins,
    signatures: signatures ?? [],
    bytes: bytes ?? { copied: 0, mounted: 0, skipped: 0 },
  };
  await mkdir(runner.temp, { recursive: true });
  const path = join(runner.temp, `${uniqueName("ocm-proxied-transfer")}.json`);
  await writeFile(path, inertJson(report, 2), { mode: 0o600, flag: "wx" });
  for (const [name, text] of Object.entries(withinLimits(outputs, path))) runner.output(name, text);
  runner.output("allow-list", linesWithinLimit(allowed, path));
  runner.output("bytes-copied", String(report.bytes.copied));
  runner.output("bytes-mounted", String(report.bytes.mounted));
  runner.output("bytes-skipped", String(report.bytes.skipped));
  runner.output("report", path);
}

/** Outputs that are JSON, each as its text or, where that is too long, as a reference to the report. The longest ones give way first. */
function withinLimits(outputs: Readonly<Record<string, unknown>>, report: string): Record<string, string> {
  const texts = new Map(Object.entries(outputs).map(([name, value]) => [name, inertJson(value)]));
  const inReport = inertJson({ truncated: true, report });
  let left = MAX_UNITS;
  for (const [name, text] of [...texts].sort(([, one], [, other]) => one.length - other.length)) {
    if (Buffer.byteLength(text) > MAX_OUTPUT_BYTES || text.length > left) texts.set(name, inReport);
    else left -= text.length;
  }
  return Object.fromEntries(texts);
}

/** As many whole lines as an output can have; the last one then has the number of the others, and where they are. */
function linesWithinLimit(lines: readonly string[], report: string): string {
  const text = lines.join("\n");
  if (Buffer.byteLength(text) <= MAX_OUTPUT_BYTES) return text;
  const note = (count: number) => `# ${count} more in ${report}`;
  let size = Buffer.byteLength(note(lines.length));
  const shown = lines.filter((line) => {
    size += Buffer.byteLength(line) + 1;
    return size <= MAX_OUTPUT_BYTES;
  });
  return [...shown, note(lines.length - shown.length)].join("\n");
}

/** The documented fields only. */
function forOutput({ code, host, via, rule, message, remedy, ...others }: Diagnosis): Diagnosis {
  return { code, host, via, rule, "refused-by": others["refused-by"], message, remedy };
}

function hostForOutput({ host, via, rule, ...others }: HostResult): HostResult {
  return { host, via, rule, "needed-for": others["needed-for"] };
}

/** The plan as a list of steps, without the content that they move. */
function describePlan({ desired: desiredVersions, steps, tags }: Plan) {
  return [
    ...steps.map(({ kind, placement: { descriptor, to }, from, reason }) => {
      const { mediaType, digest, size } = descriptor;
      return { kind, mediaType, digest, size, from, to, reason };
    }),
    ...desiredVersions.flatMap(({ version: { descriptor }, changes }) =>
      changes.map(({ element, before, after, reason }) => ({
        kind: before === after ? "keep" : "rewrite",
        component: `${descriptor.name}:${descriptor.version}`,
        [element.kind]: element.name,
        before,
        after,
        reason,
      })),
    ),
    ...tags.flat().map(({ kind, target, repository, tag, before }) => ({
      kind,
      digest: target.digest,
      to: `${repository}:${tag}`,
      reason: tagReason(kind, before),
    })),
  ];
}

function tagReason(kind: Tagging["kind"], before: Tagging["before"]): string {
  if (kind === "skip") return "points there already";
  if (before === undefined) return "is new";
  return kind === "left" ? `points to ${before.digest}, and stays` : `pointed to ${before.digest}`;
}
