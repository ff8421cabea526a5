import type { ChapterOf } from "../diagnosis/chapters.ts";
import { type DetailedDiagnosis, diagnose, distinct } from "../diagnosis/diagnosis.ts";
import type { Code } from "../errors/codes.ts";
import type { Finding } from "../errors/finding.ts";
import { severityOf } from "../errors/severity.ts";
import { errorsIn } from "../errors/transfer-error.ts";
import type { Plan } from "../transfer/target/plan.ts";
import type { Bytes } from "./bytes.ts";
import { changeLine, describePlanned } from "./changes.ts";
import type { HostResult } from "./hosts.ts";
import { type Problem, problemsOf } from "./problem.ts";
import { createByteCount, createProgress, type Progress } from "./progress.ts";
import type {
  ComponentVersionResult,
  DownloadedFile,
  Explanation,
  Results,
  SettingResult,
  SignatureResult,
  WrittenFile,
} from "./results.ts";
import type { Runner } from "./runner.ts";

/**
 * Takes the findings, results and progress of a run: prints them when they are known, and keeps them for outputs and report. A later call
 * replaces an earlier one, but findings, blocked hosts and files are added.
 */
export interface Reporter {
  /** All that is known so far. */
  readonly results: Results;
  finding(finding: Finding): void;
  findings(findings: readonly Finding[]): void;
  /** Hosts that could not be reached, in a run that goes on. */
  blocked(diagnoses: readonly DetailedDiagnosis[]): void;
  /** Prints the errors that end the run. Returns all of them, each once. */
  failed(error: unknown): readonly [Problem, ...Problem[]];
  settings(settings: readonly SettingResult[]): void;
  /** The component versions that the inputs name. */
  requested(versions: readonly string[]): void;
  signatures(signatures: readonly SignatureResult[]): void;
  routes(routes: readonly Explanation[]): void;
  /** The hosts that were contacted, at the end of the run. */
  hosts(hosts: readonly HostResult[]): void;
  plan(plan: Plan): void;
  versions(versions: readonly ComponentVersionResult[]): void;
  images(images: Readonly<Record<string, string>>): void;
  file(file: WrittenFile): void;
  downloaded(files: readonly DownloadedFile[]): void;
  bytes(bytes: Readonly<Bytes>): void;
  /** Reports the bytes of a plan that is not carried out. */
  dryRun(plan: Plan): void;
  /** Progress of a plan. Bytes are counted over all plans of the run. */
  progress(plan: Plan): Progress;
  info(line: string): void;
  group(title: string, lines: readonly string[]): void;
}

/** Runners show at most ten annotations of a step. */
const MAX_ANNOTATIONS = 10;
/** Of one list in the log, for readability; the report has all of them. */
const MAX_LINES = 1000;

export function createReporter(
  runner: Pick<Runner, "info" | "warning" | "error" | "startGroup" | "endGroup">,
  chapterOf?: ChapterOf,
): Reporter {
  const see = (code: Code) => (chapterOf === undefined ? "" : ` See ${chapterOf(code)}`);
  let results: Results = { findings: [], diagnosis: [] };
  const count = createByteCount();
  const add = (more: Partial<Results>) => {
    results = { ...results, ...more };
  };

  function print({ code, message, remedy }: Finding): void {
    const text = `${code}: ${message} ${remedy}${see(code)}`;
    if (severityOf(code) === "warning") runner.warning(text, code);
    else runner.info(text);
  }

  const reporter: Reporter = {
    get results() {
      return results;
    },
    finding(finding) {
      add({ findings: [...results.findings, finding] });
      print(finding);
    },
    findings(findings) {
      for (const finding of findings) reporter.finding(finding);
    },
    blocked(diagnoses) {
      add({ diagnosis: distinct([...results.diagnosis, ...diagnoses]) });
      for (const { code, message, remedy } of diagnoses)
        runner.warning(`${code}: ${message} ${remedy}${see(code)}`, code);
    },
    failed(error) {
      const errors = errorsIn(error);
      add({ diagnosis: distinct([...results.diagnosis, ...errors.flatMap((each) => diagnose(each) ?? [])]) });
      const problems = problemsOf(errors);
      // All blocked hosts are named: one request to a network team for all of them saves days.
      for (const [index, problem] of problems.slice(0, MAX_LINES).entries()) {
        const text = `${describeProblem(problem)}${see(problem.code)}`;
        if (index < MAX_ANNOTATIONS) runner.error(text, problem.code);
        else runner.info(text);
      }
      if (problems.length > MAX_LINES) runner.info(`… and ${problems.length - MAX_LINES} more, in the report`);
      return problems;
    },
    settings(settings) {
      add({ settings });
      const lines = settings.map(({ setting, value, from }) => `${setting}: ${value} (${from})`);
      reporter.group("Effective settings", lines);
    },
    requested: (requested) => add({ requested }),
    signatures(signatures) {
      add({ signatures });
      if (signatures.length > 0) reporter.group("Verified signatures", signatures.map(describeSignature));
    },
    routes(routes) {
      add({ routes });
      reporter.group("Routes", routes.map(describeRoute));
    },
    hosts(hosts) {
      const lines = hosts
        .slice(0, MAX_LINES)
        .map(({ host, via, rule, ...others }) => `${host}: ${via} (${rule}), ${others["needed-for"]}`);
      if (lines.length > 0) reporter.group("Hosts", lines);
    },
    plan: (plan) => add({ plan }),
    versions: (componentVersions) => add({ componentVersions }),
    images: (images) => add({ images }),
    file(file) {
      add({ written: [...(results.written ?? []), file] });
      runner.info(`wrote ${file.path} (${file.format})`);
      if (file.digest !== undefined) runner.info(`initdata digest: ${file.digest}`);
      if (file.annotation !== undefined) runner.info(`cc_init_data: ${file.annotation}`);
    },
    downloaded: (files) => add({ files: [...(results.files ?? []), ...files] }),
    bytes: (bytes) => add({ bytes }),
    dryRun(plan) {
      const { planned, stop } = createProgress(plan, runner);
      stop();
      add({ bytes: planned, isDryRun: true });
      for (const desired of plan.desired) {
        const { name, version } = desired.version.descriptor;
        reporter.group(`${name}:${version}`, describePlanned(desired, plan).map(changeLine));
      }
    },
    progress(plan) {
      add({ bytes: count.bytes });
      return createProgress(plan, runner, count);
    },
    info: runner.info,
    group(title, lines) {
      runner.startGroup(title);
      for (const line of lines) runner.info(line);
      runner.endGroup();
    },
  };
  return reporter;
}

function describeProblem({ code, message, where, remedy }: Problem): string {
  const place = where === undefined || message.includes(where) ? "" : ` (${where})`;
  return `${code}: ${message}${place}. ${remedy}`;
}

function describeSignature(signature: SignatureResult): string {
  const { component, version, name, algorithm, hashAlgorithm, normalisationAlgorithm } = signature;
  const subject = signature["certificate-subject"];
  const certificate = subject === undefined ? "" : `, certificate ${subject} (unverified)`;
  return `${name} of ${component}:${version}: ${algorithm}, ${hashAlgorithm}, ${normalisationAlgorithm}, key ${signature["key-fingerprint"]}${certificate}`;
}

function describeRoute({ url, via, proxy, rule, differs }: Explanation): string {
  const others = differs.map((other) => `${other.client} ${other.via}`).join(", ");
  return `${url}: ${via === "proxy" ? `proxy ${proxy}` : via} (${rule})${others === "" ? "" : `; otherwise: ${others}`}`;
}
