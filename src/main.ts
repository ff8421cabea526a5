import { certificatesIn, exportCertificates, readCertificates } from "./certificates.ts";
import { download } from "./commands/download.ts";
import { explain } from "./commands/explain.ts";
import { preflight } from "./commands/preflight.ts";
import type { Results, Run } from "./commands/run.ts";
import { setup } from "./commands/setup.ts";
import { transfer } from "./commands/transfer.ts";
import { TransferError } from "./errors.ts";
import { type Inputs, readInputs } from "./inputs.ts";
import { diagnose } from "./preflight/diagnosis.ts";
import type { ProxyConfig } from "./proxy/files/config.ts";
import type { Finding } from "./proxy/finding.ts";
import type { ProxySettings, ReadSettings } from "./proxy/settings.ts";
import { readProxyConfig, writeProxyFiles } from "./proxy-files.ts";
import { noProxyEntriesFor } from "./registry/hosts.ts";
import { allowList, hostsOf } from "./report/hosts.ts";
import { disagreements, outOfReach, splitRoutes, unverifiedHosts } from "./report/lint.ts";
import { type Problem, problemOf } from "./report/problem.ts";
import { writeReport } from "./report/report.ts";
import { createRunner, type Runner } from "./report/runner.ts";
import { secretsOf } from "./report/secrets.ts";
import { summarise } from "./report/summary.ts";
import { openSession, readCredentials, type Session, type SessionOptions } from "./session.ts";

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
    refuseUncheckedTls(environment);
    const credentials = await readCredentials(inputs, environment);
    const config = inputs.proxyConfig === "" ? undefined : await readProxyConfig(inputs.proxyConfig, environment);
    const settings = setup({ ...settingsSources(inputs), config, environment });
    for (const secret of secretsOf(settings.effective, credentials)) runner.mask(secret);
    const certificates = [...(await readCertificates(inputs.caCertificates)), ...extraCertificates(config)];
    const unverified = [
      ...inputs.insecureSkipTlsVerify,
      ...(config?.insecureRegistries ?? []).map(({ value }) => value),
    ];
    const findings = [...settings.findings, ...(config?.findings ?? []), ...unverifiedHosts(unverified)];
    results.findings.push(...findings);
    tellFindings(findings, runner);

    session = openRunSession({ inputs, settings: settings.effective, credentials, certificates, unverified }, runner);
    await perform({ inputs, settings, runner, session, results, signal: interruption.signal });
    await writeFiles(inputs, settings, session, results, runner);
    if (inputs.exportEnvironment) {
      const trust = await exportCertificates(certificates, runner.temp);
      const node = inputs.nodeProxy ? { NODE_USE_ENV_PROXY: "1" } : {};
      exportSettings({ ...settings.variables, ...node, ...trust }, runner);
    }
    results.findings.push(...lint(inputs, settings.effective, session));
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

function openRunSession(options: Omit<SessionOptions, "sources" | "target" | "onSecret">, runner: Runner): Session {
  const { componentVersions, target } = options.inputs;
  const sources = componentVersions.map(({ repository }) => repository);
  return openSession({ ...options, sources, target, onSecret: (secret) => runner.mask(secret) });
}

/** A switch that opens every connection to everybody is refused; single hosts can be listed. */
function refuseUncheckedTls(environment: Environment): void {
  if (environment.NODE_TLS_REJECT_UNAUTHORIZED !== "0") return;
  throw new TransferError(
    "TLS_CHECKS_OFF",
    "NODE_TLS_REJECT_UNAUTHORIZED=0 switches off the check of every certificate",
    {
      where: "environment NODE_TLS_REJECT_UNAUTHORIZED",
      remedy: "Unset it, and put the authority of your proxy or registry into ca-certificates.",
    },
  );
}

function extraCertificates(config: ProxyConfig | undefined): string[] {
  return (config?.extraRootCertificates ?? []).flatMap(({ value, from }) => certificatesIn(value, from));
}

/** Settings for those that read files. What holds a password is not shown, however well it is wrapped. */
async function writeFiles(
  inputs: Inputs,
  { effective }: ReadSettings,
  session: Session,
  results: Results,
  runner: Runner,
) {
  if (inputs.writeProxyConfig.length === 0) return;
  const allowed = allowList(hostsOf(session.hops))
    .split("\n")
    .filter((host) => host !== "");
  const written = await writeProxyFiles(inputs.writeProxyConfig, { settings: effective, allowList: allowed });
  const isSecret = [effective.httpProxy, effective.httpsProxy].some((proxy) => (proxy?.password ?? "") !== "");
  results.written = written.map(({ format, path, digest, annotation }) => ({
    format,
    path,
    ...(digest === undefined ? {} : { digest }),
    ...(annotation === undefined || isSecret ? {} : { annotation }),
  }));
  for (const { path, format, digest, annotation } of results.written) {
    runner.info(`wrote ${path} (${format})`);
    if (digest !== undefined) runner.info(`initdata digest: ${digest}`);
    if (annotation !== undefined) runner.info(`cc_init_data: ${annotation}`);
  }
  results.findings.push(...written.flatMap(({ findings }) => findings));
}

/** What deserves a look when everything went well. */
function lint(inputs: Inputs, settings: ProxySettings, session: Session): Finding[] {
  const registries = inputs.noProxyRegistries.flatMap((registry) => noProxyEntriesFor(registry).entries);
  const named = registries.filter((host) => !host.startsWith(".")).map((host) => `https://${host}`);
  const urls = [...session.hops.map(({ url }) => url), ...named, ...inputs.urls];
  const advice = inputs.command === "setup" ? outOfReach(settings) : [];
  return [...disagreements(urls, settings), ...splitRoutes(session.hops), ...advice];
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
