import { constants, hostname } from "node:os";
import { download } from "./commands/download.ts";
import { explain } from "./commands/explain.ts";
import { preflight } from "./commands/preflight.ts";
import type { Run } from "./commands/run.ts";
import { transfer } from "./commands/transfer.ts";
import { verify } from "./commands/verify.ts";
import { answerFindings } from "./diagnosis/answer-findings.ts";
import { chaptersOf } from "./diagnosis/chapters.ts";
import type { Finding } from "./errors/finding.ts";
import { TransferError } from "./errors/transfer-error.ts";
import { misspeltInputs } from "./inputs/misspelt.ts";
import { type Inputs, readInputs } from "./inputs.ts";
import { allowListOf } from "./preflight/endpoints.ts";
import type { Environment, ProxySettings } from "./proxy/settings.ts";
import { type AllowList, hostsOf, NOTHING_TO_ALLOW } from "./report/hosts.ts";
import { disagreements, outOfReach, splitRoutes } from "./report/lint.ts";
import { networkRequest } from "./report/network-request.ts";
import { closingLine } from "./report/outcome.ts";
import { NOWHERE, placesOf } from "./report/places.ts";
import type { Problem } from "./report/problem.ts";
import { writeReport } from "./report/report.ts";
import { createReporter, type Reporter } from "./report/reporter.ts";
import { createRunner, type Runner } from "./report/runner.ts";
import { secretsOf, secretsOfCredential, tokenSpellings } from "./report/secrets.ts";
import { summarise } from "./report/summary/summary.ts";
import { openSession, type Session, type SessionOptions } from "./session.ts";
import { effectiveSettings } from "./setup/effective-settings.ts";
import { exportRules, exportSettings } from "./setup/export-settings.ts";
import { type RunSettings, readRunSettings } from "./setup/run-settings.ts";
import type { Credential } from "./stores/registry/auth/credentials.ts";
import { noProxyEntriesFor } from "./stores/registry/hosts.ts";

/** One run, from inputs to report. Resolves to the exit code. */
export async function main(environment: Environment): Promise<number> {
  const runner = createRunner(environment);
  const chapterOf = chaptersOf(environment);
  const reporter = createReporter(runner, chapterOf);
  const interruption = interruptible();
  const { signal } = interruption;
  let command = "transfer";
  let open: OpenRun | undefined;
  const started = performance.now();
  let places = NOWHERE;
  let problems: readonly Problem[] = [];
  const toAllow = (isComplete: boolean) =>
    open === undefined ? NOTHING_TO_ALLOW : allowed(open, reporter, isComplete);
  try {
    reporter.findings(misspeltInputs(environment));
    const given = readInputs(environment);
    command = given.command;
    places = placesOf(given);
    const settings = await readRunSettings(given, environment, signal);
    for (const secret of secretsOf(settings.proxy.effective, settings.logins)) runner.mask(secret);
    const inputs = { ...given, resolvers: [...given.resolvers, ...settings.resolvers] };
    reporter.findings(settings.findings);
    if (command === "setup" || command === "explain") {
      reporter.settings(effectiveSettings(inputs, settings, environment));
    }

    const session = openRunSession(inputs, settings, { runner, reporter, signal });
    open = { inputs, settings, session };
    const { workspace } = runner;
    await perform({ inputs, settings: settings.proxy, reporter, session, workspace, signal });
    await exportSettings(inputs, settings, { reporter, runner, allowList: toAllow(true) });
    reporter.findings(lint(inputs, settings.proxy.effective, session));
  } catch (caught) {
    // After an abort, pending operations fail with secondary errors: the abort reason is reported instead.
    problems = reporter.failed(signal.aborted ? signal.reason : caught);
    if (open !== undefined && !signal.aborted) {
      const { inputs, settings } = open;
      await exportRules(inputs, settings, { reporter, runner, allowList: toAllow(false) }).catch(reporter.failed);
    }
  } finally {
    interruption.stop();
    await open?.session.close();
  }
  const logins = open?.session.logins() ?? [];
  for (const { host, from } of logins) runner.info(`login for ${host} from ${from}`);
  const { results } = reporter;
  const report = {
    command,
    results,
    places,
    hosts: hostsOf(open?.session.hops ?? []),
    logins,
    allowList: toAllow(problems.length === 0),
    runnerName: environment.RUNNER_NAME || hostname(),
    problems,
    duration: performance.now() - started,
  };
  reporter.hosts(report.hosts);
  const request = networkRequest(results.diagnosis, report.allowList, report.runnerName);
  if (request !== "") reporter.group("Request to send to the network team", request.split("\n"));
  await writeReport(runner, report);
  await runner.summary(summarise({ ...report, chapterOf }, await runner.summaryBytes()));
  runner.info(closingLine(report));
  return problems.length === 0 ? 0 : 1;
}

interface OpenRun {
  readonly inputs: Inputs;
  readonly settings: RunSettings;
  readonly session: Session;
}

/** A `setup` contacts no host, so that all of them are expected ones. */
function allowed({ inputs, settings, session }: OpenRun, { results }: Reporter, isComplete: boolean): AllowList {
  return allowListOf({
    registries: session.registries(),
    settings: settings.proxy.effective,
    contacted: hostsOf(session.hops),
    isComplete: isComplete && results.diagnosis.length === 0 && inputs.command !== "setup",
    wantsLogin: results.diagnosis.some(({ code }) => code.startsWith("PROXY_AUTH_")),
  });
}

async function perform(run: Run): Promise<void> {
  const { inputs, settings, reporter } = run;
  if (inputs.command === "explain") reporter.routes(explain(inputs.urls, settings));
  else if (inputs.command === "preflight") await preflight(run);
  else if (inputs.command === "transfer") await transfer(run);
  else if (inputs.command === "download") await download(run);
  else if (inputs.command === "verify") await verify(run);
  // `setup` has no action of its own: reading and exporting settings is part of every command.
}

function openRunSession(
  inputs: Inputs,
  settings: RunSettings,
  { runner, reporter, signal }: { runner: Runner; reporter: Reporter; signal: AbortSignal },
): Session {
  const { proxy, ...others } = settings;
  const reported = new Set<string>();
  const observeAnswer: SessionOptions["observeAnswer"] = (answer, asked) => {
    for (const finding of answerFindings(answer, asked, Date.now())) {
      const key = `${finding.code} ${answer.hop.host}`;
      if (!reported.has(key)) reporter.finding(finding);
      reported.add(key);
    }
  };
  const sources = [...inputs.componentVersions, ...inputs.resolvers].map(({ repository }) => repository);
  const onSecret = (token: string) => tokenSpellings(token).forEach(runner.mask);
  const onCredential = (credential: Credential) => secretsOfCredential(credential).forEach(runner.mask);
  return openSession({
    ...others,
    inputs,
    settings: proxy.effective,
    sources,
    target: inputs.target,
    onSecret,
    onCredential,
    observeAnswer,
    onWait: reporter.info,
    onFinding: reporter.finding,
    temp: runner.temp,
    workspace: runner.workspace,
    signal,
  });
}

/** Findings about a successful run. */
function lint(inputs: Inputs, settings: ProxySettings, session: Session): Finding[] {
  const registries = inputs.noProxyRegistries.flatMap((registry) => noProxyEntriesFor(registry).entries);
  const named = registries.filter((host) => !host.startsWith(".")).map((host) => `https://${host}`);
  const urls = [...session.hops.map(({ url }) => url), ...named, ...inputs.urls];
  const advice = inputs.command === "setup" ? outOfReach(settings) : [];
  return [...disagreements(urls, settings), ...splitRoutes(session.hops), ...advice];
}

/**
 * A runner that cancels a job sends SIGINT, then SIGTERM: at the first signal, pending work is aborted and published tags are rolled
 * back; the second ends the run at once. An uncaught error, which is a defect of the action, is handled like the first signal.
 */
function interruptible(): { readonly signal: AbortSignal; stop(): void } {
  const controller = new AbortController();
  let isInterrupted = false;
  const interrupt = (signal: NodeJS.Signals) => {
    if (isInterrupted) process.exit(128 + constants.signals[signal]);
    isInterrupted = true;
    controller.abort(
      new TransferError("INTERRUPTED", "the run was cancelled before it was complete", {
        remedy: "Run again: existing content of the target is not copied again.",
      }),
    );
  };
  const fail = (error: unknown) => {
    controller.abort(error);
    setTimeout(() => process.exit(1), SHUTDOWN_GRACE_MS).unref();
  };
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  process.on("uncaughtException", fail).on("unhandledRejection", fail);
  return {
    signal: controller.signal,
    // Pending operations would keep the process alive after the run.
    stop() {
      process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
      controller.abort();
    },
  };
}

/** Time for rollback and report after an uncaught error. */
const SHUTDOWN_GRACE_MS = 20_000;
