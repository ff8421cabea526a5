import { download } from "./commands/download.ts";
import { explain } from "./commands/explain.ts";
import { preflight } from "./commands/preflight.ts";
import type { Results, Run } from "./commands/run.ts";
import { setup } from "./commands/setup.ts";
import { transfer } from "./commands/transfer.ts";
import { TransferError } from "./errors.ts";
import { type Inputs, readInputs } from "./inputs.ts";
import { diagnose } from "./preflight/diagnosis.ts";
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
  guardProcess(runner);
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
    for (const { message, remedy, code } of settings.findings) runner.warning(`${message} ${remedy}`, code);

    session = openRunSession(inputs, settings, credentials);
    await perform({ inputs, settings, runner, session, results, signal: interruption.signal });
    if (inputs.exportEnvironment) exportSettings(settings.variables, runner);
  } catch (error) {
    problem = problemOf(error);
    const diagnosis = diagnose(error);
    if (
      diagnosis !== undefined &&
      !results.diagnosis.some(({ host, code }) => host === diagnosis.host && code === diagnosis.code)
    ) {
      results.diagnosis.push(diagnosis);
    }
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

function openRunSession(inputs: Inputs, settings: ReadSettings, credentials: readonly CredentialEntry[]): Session {
  const sources = inputs.componentVersions.map(({ repository }) => repository);
  return openSession({ inputs, settings: settings.effective, credentials, sources, target: inputs.target });
}

function exportSettings(variables: Readonly<Record<string, string>>, runner: Runner): void {
  for (const [name, value] of Object.entries(variables)) runner.exportVariable(name, value);
  runner.info(`exported for later steps: ${Object.keys(variables).sort().join(", ")}`);
}

function printProblem({ code, message, where, remedy }: Problem, runner: Runner): void {
  const place = where === undefined ? "" : ` (${where})`;
  runner.error(`${code}: ${message}${place}. ${remedy}`, code);
}

/** What nobody caught is a fault of ours: it is said as such, and the step is red. */
function guardProcess(runner: Runner): void {
  const fail = (error: unknown) => {
    printProblem(problemOf(error), runner);
    process.exit(1);
  };
  process.on("uncaughtException", fail).on("unhandledRejection", fail);
}

/** A runner that cancels a job sends SIGINT, then SIGTERM: work in flight stops, and what was published is taken back. */
function interruptible(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  const interrupt = () =>
    controller.abort(
      new TransferError("INTERRUPTED", "the run was stopped before it was done", {
        remedy: "Run again: what is at the target already is not copied again.",
      }),
    );
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  return {
    signal: controller.signal,
    stop: () => process.off("SIGINT", interrupt).off("SIGTERM", interrupt),
  };
}
