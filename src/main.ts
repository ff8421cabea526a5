import { download } from "./commands/download.ts";
import { explain } from "./commands/explain.ts";
import { preflight } from "./commands/preflight.ts";
import type { Results, Run } from "./commands/run.ts";
import { setup } from "./commands/setup.ts";
import { transfer } from "./commands/transfer.ts";
import { TransferError } from "./errors.ts";
import { type Inputs, readInputs } from "./inputs.ts";
import { diagnose } from "./preflight/diagnosis.ts";
import type { Finding } from "./proxy/finding.ts";
import type { ReadSettings } from "./proxy/settings.ts";
import type { CredentialEntry } from "./registry/credentials.ts";
import { hostsOf } from "./report/hosts.ts";
import { type Problem, problemOf } from "./report/problem.ts";
import { writeReport } from "./report/report.ts";
import { createRunner, type Runner } from "./report/runner.ts";
import { secretsOf } from "./report/secrets.ts";
import { summarise } from "./report/summary.ts";
import { openSession, readCredentials, type Session } from "./session.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/** One run, from inputs to report. Resolves to the exit code. */
export async function main(environment: Environment): Promise<number> {
  const runner = createRunner(environment);
  const results: Results = { findings: [], diagnosis: [] };
  const interruption = interruptible();
  let command = "transfer";
  let session: Session | undefined;
  let problem: Problem | undefined;
  try {
    const inputs = readInputs(environment);
    command = inputs.command;
    const credentials = await readCredentials(inputs, environment);
    const settings = setup({ ...settingsSources(inputs), environment });
    for (const secret of secretsOf(settings.effective, credentials)) runner.mask(secret);
    results.findings.push(...settings.findings);
    tellFindings(results.findings, runner);

    session = openRunSession(inputs, settings, credentials, runner);
    await perform({ inputs, settings, runner, session, results, signal: interruption.signal });
    if (inputs.exportEnvironment) exportSettings(settings.variables, runner);
  } catch (caught) {
    // Whoever waits when the run is stopped fails with words of its own; the reason is what tells.
    const error = interruption.signal.aborted ? interruption.signal.reason : caught;
    problem = problemOf(error);
    addDiagnosis(results, error);
    printProblem(problem, runner);
  } finally {
    interruption.stop();
    await session?.close();
  }
  const report = { command, results, hosts: hostsOf(session?.hops ?? []), problem };
  await writeReport(runner, report);
  await runner.summary(summarise(report));
  return problem === undefined ? 0 : 1;
}

/** The preflight may have told of the same hop already. */
function addDiagnosis(results: Results, error: unknown): void {
  const diagnosis = diagnose(error);
  const isKnown = results.diagnosis.some(({ host, code }) => host === diagnosis?.host && code === diagnosis.code);
  if (diagnosis !== undefined && !isKnown) results.diagnosis.push(diagnosis);
}

async function perform(run: Run): Promise<void> {
  const { inputs, settings, results } = run;
  if (inputs.command === "explain") results.routes = explain(inputs.urls, settings);
  else if (inputs.command === "preflight") await preflight(run);
  else if (inputs.command === "transfer") await transfer(run);
  else if (inputs.command === "download") await download(run);
  // What `setup` does, the settings and their export, every command can do.
}

function settingsSources(inputs: Inputs) {
  const { httpProxy, httpsProxy, noProxy, noProxyRegistries } = inputs;
  return { inputs: { httpProxy, httpsProxy, noProxy }, noProxyRegistries };
}

function openRunSession(
  inputs: Inputs,
  settings: ReadSettings,
  credentials: readonly CredentialEntry[],
  runner: Runner,
): Session {
  const sources = inputs.componentVersions.map(({ repository }) => repository);
  const onSecret = (secret: string) => runner.mask(secret);
  return openSession({ inputs, settings: settings.effective, credentials, sources, target: inputs.target, onSecret });
}

function exportSettings(variables: Readonly<Record<string, string>>, runner: Runner): void {
  for (const [name, value] of Object.entries(variables)) runner.exportVariable(name, value);
  runner.info(`exported for later steps: ${Object.keys(variables).sort().join(", ")}`);
}

function tellFindings(findings: readonly Finding[], runner: Runner): void {
  for (const { code, message, remedy } of findings) runner.warning(`${code}: ${message} ${remedy}`, code);
}

function printProblem({ code, message, where, remedy }: Problem, runner: Runner): void {
  const place = where === undefined ? "" : ` (${where})`;
  runner.error(`${code}: ${message}${place}. ${remedy}`, code);
}

/**
 * A runner that cancels a job sends SIGINT, then SIGTERM: work in flight stops, and what was published is taken back. So it is with
 * what nobody caught, which is a fault of ours.
 */
function interruptible(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const interrupt = () =>
    controller.abort(
      new TransferError("INTERRUPTED", "the run was stopped before it was done", {
        remedy: "Run again: what is at the target already is not copied again.",
      }),
    );
  const fail = (error: unknown) => {
    controller.abort(error);
    setTimeout(() => process.exit(1), LONGEST_FAREWELL).unref();
  };
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  process.on("uncaughtException", fail).on("unhandledRejection", fail);
  return {
    signal: controller.signal,
    // Whatever still waits or sends when the run is over would only keep the process alive.
    stop() {
      process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
      controller.abort();
    },
  };
}

/** Milliseconds that a run which lost its footing gets for taking back and reporting. */
const LONGEST_FAREWELL = 20_000;
