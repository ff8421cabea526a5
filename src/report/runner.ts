import { randomUUID } from "node:crypto";
import { appendFile, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import * as core from "@actions/core";
import { workspaceOf } from "../files/place.ts";
import type { Environment } from "../proxy/settings.ts";
import { conceal, printable } from "../text/redact.ts";
import { inertLine } from "./inert-json.ts";

/** The environment that runs the action: a GitHub runner (or act), or a shell, a Tekton task, a pod. */
export interface Runner {
  /** Folder for files of this run. */
  readonly temp: string;
  /** Folder that the repository of the workflow is checked out to; elsewhere the working directory. */
  readonly workspace: string;
  mask(secret: string): void;
  info(line: string): void;
  warning(message: string, title: string): void;
  error(message: string, title: string): void;
  startGroup(title: string): void;
  endGroup(): void;
  output(name: string, value: string): void;
  exportVariable(name: string, value: string): void;
  summary(markdown: string): Promise<void>;
  /** Bytes of the summary of this step so far. */
  summaryBytes(): Promise<number>;
}

const MAX_LINE_LENGTH = 4000;

/** Text for the log, in which foreign text cannot contain a workflow command. */
function line(text: string): string {
  return printable(text, MAX_LINE_LENGTH);
}

export function createRunner(environment: Environment): Runner {
  return environment.GITHUB_OUTPUT ? githubRunner(environment) : plainRunner(environment);
}

function githubRunner(environment: Environment): Runner {
  return {
    temp: environment.RUNNER_TEMP || tmpdir(),
    workspace: workspaceOf(environment),
    mask: (secret) => {
      conceal(secret);
      core.setSecret(secret);
    },
    info: (text) => core.info(line(text)),
    warning: (message, title) => core.warning(line(message), { title }),
    error: (message, title) => core.error(line(message), { title }),
    startGroup: (title) => core.startGroup(line(title)),
    endGroup: () => core.endGroup(),
    output: (name, value) => core.setOutput(name, value),
    exportVariable: (name, value) => exportForLaterSteps(name, value),
    async summary(markdown) {
      if (environment.GITHUB_STEP_SUMMARY) await appendFile(environment.GITHUB_STEP_SUMMARY, markdown);
    },
    async summaryBytes() {
      if (!environment.GITHUB_STEP_SUMMARY) return 0;
      return (await stat(environment.GITHUB_STEP_SUMMARY).catch(() => undefined))?.size ?? 0;
    },
  };
}

/** `core.exportVariable` would also change the environment of this process, which has to stay unchanged. */
function exportForLaterSteps(name: string, value: string): void {
  const before = process.env[name];
  core.exportVariable(name, value);
  if (before === undefined) delete process.env[name];
  else process.env[name] = before;
}

/** Outputs to standard output, the log to standard error, and no workflow commands. */
function plainRunner(environment: Environment): Runner {
  const write = (text: string) => process.stderr.write(`${line(text)}\n`);
  return {
    temp: environment.RUNNER_TEMP || tmpdir(),
    workspace: workspaceOf(environment),
    mask: conceal,
    info: write,
    warning: (message) => write(`warning: ${message}`),
    error: (message) => write(`error: ${message}`),
    startGroup: (title) => write(title),
    endGroup: () => {},
    output: (name, value) => process.stdout.write(`${name}=${inertLine(value)}\n`),
    exportVariable: () => {},
    summary: async () => {},
    summaryBytes: async () => 0,
  };
}

/** A file name that is unique among all runs. */
export function uniqueName(prefix: string): string {
  return `${prefix}-${randomUUID()}`;
}
