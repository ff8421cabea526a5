import { download } from "../../src/commands/download.ts";
import { preflight } from "../../src/commands/preflight.ts";
import type { Run } from "../../src/commands/run.ts";
import { transfer } from "../../src/commands/transfer.ts";
import { verify } from "../../src/commands/verify.ts";
import type { Finding } from "../../src/errors/finding.ts";
import { errorsIn } from "../../src/errors/transfer-error.ts";
import { readInputs } from "../../src/inputs.ts";
import { readSettings } from "../../src/proxy/settings.ts";
import { createReporter } from "../../src/report/reporter.ts";
import type { Results } from "../../src/report/results.ts";
import { openSession } from "../../src/session.ts";
import { temporaryFolder } from "../real/fixtures.ts";
import { createRecordingRunner } from "./recording-runner.ts";

export interface CommandResult {
  /** `CODE: message` of everything that failed. */
  readonly errors: readonly string[];
  readonly findings: readonly Finding[];
}

const COMMANDS = { download, preflight, transfer, verify };
type Command = keyof typeof COMMANDS;
type Given = Readonly<Record<string, string>>;

/** Runs one command in this process, with inputs as a workflow's `with:`. Nothing is asked of any proxy. */
export async function runCommand(command: Command, given: Given): Promise<CommandResult> {
  const { errors, results } = await runForResults(command, given);
  return { errors, findings: results.findings };
}

/** The same, with everything that the command reported. */
export async function runForResults(
  command: Command,
  given: Given,
): Promise<Pick<CommandResult, "errors"> & { readonly results: Results; readonly lines: readonly string[] }> {
  const names = Object.entries({ retries: "1", ...given, command });
  const inputs = readInputs(Object.fromEntries(names.map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])));
  const settings = readSettings({ inputs: { httpProxy: "", httpsProxy: "", noProxy: "" }, environment: {} });
  const temp = temporaryFolder();
  const { signal } = new AbortController();
  const sources = inputs.componentVersions.map(({ repository }) => repository);
  const { target } = inputs;
  const session = openSession({ inputs, settings: settings.effective, logins: [], sources, target, temp, signal });
  const runner = createRecordingRunner(temp);
  const reporter = createReporter(runner);
  const { workspace } = runner;
  const run: Run = { inputs, settings, reporter, session, workspace, signal };
  try {
    await COMMANDS[command](run);
    return { errors: [], results: reporter.results, lines: runner.lines };
  } catch (caught) {
    const errors = errorsIn(caught).map((error) => {
      const { code = "", message } = error as Error & { code?: string };
      return `${code}: ${message}`;
    });
    return { errors, results: reporter.results, lines: runner.lines };
  } finally {
    await session.close();
  }
}
