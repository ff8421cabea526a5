import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Diagnosis } from "../diagnosis/diagnosis.ts";
import type { LoginUse } from "../logins/logins.ts";
import type { Plan, Tagging } from "../transfer/target/plan.ts";
import type { AllowList, HostResult } from "./hosts.ts";
import { inertJson } from "./inert-json.ts";
import type { Problem } from "./problem.ts";
import type { Results } from "./results.ts";
import { type Runner, uniqueName } from "./runner.ts";

const SCHEMA_VERSION = 1;
/** Larger outputs are in the report only: runners truncate or drop long ones. */
const MAX_OUTPUT_BYTES = 64 * 1024;

export interface ReportOptions {
  readonly command: string;
  readonly results: Results;
  readonly hosts: readonly HostResult[];
  /** Which source each host got its login from. */
  readonly logins: readonly LoginUse[];
  readonly allowList: AllowList;
  readonly problem: Problem | undefined;
}

/** Writes the full report to a file and the outputs of the contract to the runner. */
export async function writeReport(
  runner: Runner,
  { command, results, hosts, logins, allowList, problem }: ReportOptions,
): Promise<void> {
  const { componentVersions, routes, findings, diagnosis, plan, files, written, images, bytes } = results;
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
    verdict: problem === undefined ? "succeeded" : "failed",
    ...(problem === undefined ? {} : { error: problem }),
    ...outputs,
    settings: results.settings ?? [],
    logins,
    bytes: bytes ?? { copied: 0, mounted: 0, skipped: 0 },
  };
  await mkdir(runner.temp, { recursive: true });
  const path = join(runner.temp, `${uniqueName("ocm-proxied-transfer")}.json`);
  await writeFile(path, inertJson(report, 2), { mode: 0o600, flag: "wx" });
  for (const [name, value] of Object.entries(outputs)) {
    const text = inertJson(value);
    runner.output(
      name,
      Buffer.byteLength(text) > MAX_OUTPUT_BYTES ? inertJson({ truncated: true, report: path }) : text,
    );
  }
  runner.output("allow-list", allowList.hosts.map(({ host }) => host).join("\n"));
  runner.output("bytes-copied", String(report.bytes.copied));
  runner.output("bytes-mounted", String(report.bytes.mounted));
  runner.output("bytes-skipped", String(report.bytes.skipped));
  runner.output("report", path);
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
