import { execFileSync, spawn } from "node:child_process";
import { cpSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { root, testPath } from "../../scripts/parts.ts";
import { temporaryFolder } from "./fixtures.ts";
import { pathOf } from "./part-path.ts";
import { remember } from "./running.ts";

export interface ActOptions {
  /** Folder with a git repository; what is in it is the checkout of every job. */
  readonly repository: string;
  readonly workflow: string;
  readonly event: "push" | "workflow_dispatch";
  /** Of `workflow_dispatch`. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Folders that stand for `owner/name@ref` of other repositories. */
  readonly repositories?: Readonly<Record<string, string>>;
}

export interface ActResult {
  readonly code: number;
  /** What the steps of a job printed. */
  printed(job: string): string;
  /** What steps set, whichever the job. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Everything that a user of act sees. */
  readonly log: string;
}

/** A repository of its own with some of this project's files, and with further ones. */
export function repositoryWith(files: readonly string[], written: Readonly<Record<string, string>> = {}): string {
  const folder = temporaryFolder();
  for (const file of files) cpSync(join(root, file), join(folder, file), { recursive: true });
  for (const [name, text] of Object.entries(written)) {
    mkdirSync(join(folder, name, ".."), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  git(folder, "init", "--quiet", "--initial-branch=main");
  git(folder, "add", "--all");
  git(folder, "commit", "--quiet", "--message=test");
  return folder;
}

/** Runs git with nobody's configuration. */
export function git(cwd: string, ...args: readonly string[]): string {
  const who = { NAME: "test", EMAIL: "test@example.test" };
  const people = ["AUTHOR", "COMMITTER"].flatMap((role) =>
    Object.entries(who).map(([key, value]) => [`GIT_${role}_${key}`, value]),
  );
  const env = { PATH: testPath(), HOME: cwd, GIT_CONFIG_NOSYSTEM: "1", ...Object.fromEntries(people) };
  return execFileSync("git", args, { cwd, env, encoding: "utf8" }).trim();
}

/** Runs a workflow offline, on this machine: no container, no cache server, nothing kept in anybody's home. */
export function runAct(options: ActOptions): Promise<ActResult> {
  const { repository, workflow, event, inputs = {}, secrets = {}, repositories = {} } = options;
  const folder = temporaryFolder();
  const given = (name: string, text: string) => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const args = [
    event,
    ...["--workflows", join(".github/workflows", workflow)],
    ...["--platform", "ubuntu-latest=-self-hosted"],
    ...["--eventpath", given("event.json", JSON.stringify({ inputs }))],
    ...["--secret-file", given("secrets", dotenv(secrets))],
    ...["--action-cache-path", join(folder, "cache")],
    ...Object.entries(repositories).flatMap(([name, path]) => ["--local-repository", `${name}=${path}`]),
    ...["--no-cache-server", "--action-offline-mode", "--json"],
  ];
  return new Promise((resolve, reject) => {
    const env = { PATH: testPath(), HOME: folder, XDG_CACHE_HOME: join(folder, "cache") };
    const child = spawn(pathOf("act"), args, { cwd: repository, env, stdio: ["ignore", "pipe", "pipe"] });
    remember(() => void child.kill("SIGKILL"));
    let output = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        output += text;
      });
    }
    child.once("error", reject);
    child.once("close", (code) => resolve({ code: code ?? -1, ...readOutput(output) }));
  });
}

/** act reads secrets as a .env file: in double quotes, a line break is written as an escape. */
function dotenv(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}\n`)
    .join("");
}

interface Line {
  readonly jobID?: string;
  readonly msg?: string;
  readonly raw_output?: boolean;
  readonly command?: string;
  readonly name?: string;
  readonly arg?: string;
  readonly content?: string;
}

function readOutput(output: string): Omit<ActResult, "code"> {
  const lines = output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as Line);
  const text = (some: readonly Line[]) => some.map(({ msg = "" }) => msg);
  const outputs = lines.filter(({ command }) => command === "set-output");
  const summaries = lines.filter(({ command }) => command === "summary");
  return {
    printed: (job) => text(lines.filter(({ jobID, raw_output }) => jobID === job && raw_output === true)).join(""),
    outputs: Object.fromEntries(outputs.map(({ name = "", arg = "" }) => [name, arg])),
    summary: summaries.map(({ content = "" }) => content).join(""),
    log: text(lines).join("\n"),
  };
}
