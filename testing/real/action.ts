import { spawn } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join, resolve } from "node:path";
import { parse } from "yaml";
import { root, testPath } from "../../scripts/parts.ts";
import { temporaryFolder } from "./fixtures.ts";
import { parseKeyValueFile, parseWorkflowCommands } from "./runner-files.ts";
import { remember } from "./running.ts";

export interface ActionOptions {
  /** Inputs as a workflow's `with:`, kebab-case; defaults of action.yml are applied to the others. */
  readonly inputs?: Readonly<Record<string, string>>;
  /** Further environment: nothing of the test's own environment but PATH is passed on. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folder of action.yml; default the project's. */
  readonly action?: string;
  /** Default `dist/index.js` of that folder. */
  readonly entry?: string;
  /** Node to run it with; default the one that runs the test. */
  readonly node?: string;
  /** A command that runs it, with Node and all behind its own arguments, such as `ip netns exec NAME`. */
  readonly prefix?: readonly string[];
  /** false: no GITHUB_… variable at all, as in a shell or under Tekton. */
  readonly github?: boolean;
  /** Working folder; default an empty one. */
  readonly cwd?: string;
  /** What `${{ github.token }}` is; default empty. */
  readonly githubToken?: string;
  /** Sees standard output as it grows, and may send a signal to the action. */
  readonly onOutput?: (stdout: string, kill: (signal: NodeJS.Signals) => void) => void;
  /** Milliseconds after which the run is killed and the promise rejected; default 120,000. */
  readonly timeout?: number;
}

export interface Annotation {
  readonly level: "error" | "warning" | "notice";
  readonly title: string;
  readonly message: string;
}

export interface ActionResult {
  /** Exit code; of a run ended by a signal 128 + its number. */
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly outputs: Readonly<Record<string, string>>;
  /** What later steps get in their environment. */
  readonly exported: Readonly<Record<string, string>>;
  readonly paths: readonly string[];
  readonly summary: string;
  readonly masks: readonly string[];
  readonly annotations: readonly Annotation[];
  /** The file that the output `report` names, parsed. */
  // biome-ignore lint/suspicious/noExplicitAny: its shape is what tests are about
  readonly report?: any;
  readonly home: string;
  readonly workspace: string;
  readonly runnerTemp: string;
}

const TIMEOUT = 120_000;

/** Runs the bundle as GitHub's runner would run it in one step. */
export async function runAction(options: ActionOptions = {}): Promise<ActionResult> {
  const folder = temporaryFolder();
  const home = join(folder, "home");
  const workspace = options.cwd ?? join(folder, "workspace");
  const runnerTemp = join(folder, "runner-temp");
  for (const needed of [home, workspace, runnerTemp]) mkdirSync(needed, { recursive: true });
  const files = commandFiles(folder);

  const action = options.action ?? root;
  const environment = {
    PATH: testPath(),
    HOME: home,
    ...inputVariables(join(action, "action.yml"), options.inputs ?? {}, options.githubToken ?? ""),
    ...((options.github ?? true) ? githubVariables(files, workspace, runnerTemp) : {}),
    ...options.env,
  };
  const entry = resolve(action, options.entry ?? "dist/index.js");
  const { code, stdout, stderr } = await runNode(options, entry, environment, workspace);

  const commands = parseWorkflowCommands(stdout);
  const outputs = parseKeyValueFile(read(files.GITHUB_OUTPUT));
  const report = outputs.report;
  return {
    code,
    stdout,
    stderr,
    outputs,
    exported: parseKeyValueFile(read(files.GITHUB_ENV)),
    paths: read(files.GITHUB_PATH)
      .split(/\r?\n/)
      .filter((line) => line !== ""),
    summary: read(files.GITHUB_STEP_SUMMARY),
    masks: commands.filter(({ command }) => command === "add-mask").map(({ message }) => message),
    annotations: commands.flatMap(({ command, properties, message }) =>
      command === "error" || command === "warning" || command === "notice"
        ? [{ level: command, title: properties.title ?? "", message }]
        : [],
    ),
    ...(report === undefined || report === "" ? {} : { report: JSON.parse(read(resolve(workspace, report))) }),
    home,
    workspace,
    runnerTemp,
  };
}

type CommandFile = "GITHUB_OUTPUT" | "GITHUB_ENV" | "GITHUB_PATH" | "GITHUB_STATE" | "GITHUB_STEP_SUMMARY";

function commandFiles(folder: string): Readonly<Record<CommandFile, string>> {
  const at = (name: string) => {
    const path = join(folder, name);
    writeFileSync(path, "");
    return path;
  };
  return {
    GITHUB_OUTPUT: at("set_output"),
    GITHUB_ENV: at("set_env"),
    GITHUB_PATH: at("add_path"),
    GITHUB_STATE: at("save_state"),
    GITHUB_STEP_SUMMARY: at("step_summary"),
  };
}

function githubVariables(
  files: Readonly<Record<CommandFile, string>>,
  workspace: string,
  runnerTemp: string,
): Readonly<Record<string, string>> {
  return {
    ...files,
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_ACTION: "__self",
    GITHUB_API_URL: "https://api.github.com",
    GITHUB_SERVER_URL: "https://github.com",
    GITHUB_REPOSITORY: "example/shop",
    GITHUB_RUN_ID: "1",
    GITHUB_RUN_ATTEMPT: "1",
    GITHUB_WORKSPACE: workspace,
    RUNNER_TEMP: runnerTemp,
    RUNNER_TOOL_CACHE: join(runnerTemp, "tool-cache"),
    RUNNER_OS: "Linux",
    RUNNER_ARCH: process.arch.toUpperCase(),
  };
}

interface ActionFile {
  readonly inputs?: Readonly<Record<string, { readonly default?: unknown }>>;
}

/** The runner passes every input of action.yml, given or not: upper-case, blanks to underscores, hyphens kept. */
function inputVariables(
  actionFile: string,
  inputs: Readonly<Record<string, string>>,
  githubToken: string,
): Readonly<Record<string, string>> {
  const declared = (parse(read(actionFile)) as ActionFile).inputs ?? {};
  const unknown = Object.keys(inputs).filter((name) => !(name in declared));
  if (unknown.length > 0) throw new Error(`action.yml has no input ${unknown.join(", ")}`);
  const defaults = Object.entries(declared).map(([name, input]) => [
    name,
    String(input.default ?? "").replace(/\$\{\{\s*github\.token\s*\}\}/, githubToken),
  ]);
  const all: Record<string, string> = { ...Object.fromEntries(defaults), ...inputs };
  return Object.fromEntries(
    Object.entries(all).map(([name, value]) => [`INPUT_${name.replaceAll(" ", "_").toUpperCase()}`, value]),
  );
}

function runNode(
  { node = process.execPath, prefix = [], onOutput, timeout = TIMEOUT }: ActionOptions,
  entry: string,
  env: Readonly<Record<string, string>>,
  cwd: string,
): Promise<Pick<ActionResult, "code" | "stdout" | "stderr">> {
  return new Promise((resolved, reject) => {
    const [command = node, ...args] = [...prefix, node, entry];
    const child = spawn(command, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    const stop = remember(() => void child.kill("SIGKILL"));
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
      onOutput?.(stdout, (signal) => child.kill(signal));
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    const patience = setTimeout(() => {
      stop().catch(() => {});
      reject(new Error(`${entry} still ran after ${timeout} ms\n${stdout}\n${stderr}`));
    }, timeout);
    child.once("error", reject);
    child.once("close", (code, signal) => {
      clearTimeout(patience);
      resolved({ code: code ?? 128 + (signal === null ? 0 : constants.signals[signal]), stdout, stderr });
    });
  });
}

function read(path: string): string {
  return readFileSync(path, "utf8");
}
