import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { testPath } from "../../scripts/parts.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { parseKeyValueFile } from "../../testing/real/runner-files.ts";
import type { Step } from "../../testing/workflows/workflows.ts";

/** How documents name this action. */
export const OWN_ACTION = "OWNER/ocm-proxied-transfer@SHA";

export interface Job {
  /** By what stands between `${{` and `}}`; an expression that is missing here is an error. */
  readonly values: Readonly<Record<string, string>>;
  /** Inputs of a step of this action that differ on this machine. */
  readonly changed?: (inputs: Readonly<Record<string, string>>) => Readonly<Record<string, string>>;
  /** Of all steps; also what steps of other actions export. */
  readonly env?: Readonly<Record<string, string>>;
  /** Folders of programs that a runner has. */
  readonly programs?: readonly string[];
  /** Working folder, default an empty one. */
  readonly workspace?: string;
  readonly githubToken?: string;
}

/**
 * Runs the steps of a job one after another: those of this action with the bundle, scripts with bash as a runner calls it. Steps of other
 * actions are skipped: `values` and `env` have their results. Returns the results of this action's steps.
 */
export async function runSteps(steps: readonly Step[], job: Job): Promise<readonly ActionResult[]> {
  const { changed = (inputs) => inputs, env = {}, programs = [], workspace, githubToken = "" } = job;
  const runnerTemp = temporaryFolder();
  const values: Record<string, string> = { "runner.temp": runnerTemp, ...job.values };
  const PATH = [...programs, testPath()].join(":");
  let environment: Record<string, string> = { PATH, RUNNER_TEMP: runnerTemp, ...env };
  const results: ActionResult[] = [];
  for (const step of steps) {
    if (step.run !== undefined) {
      const { id, env: given = {} } = step;
      const own = Object.entries(given).map(([name, value]) => [name, evaluate(String(value), values)]);
      const outputs = Object.entries(runScript(step.run, { ...environment, ...Object.fromEntries(own) }));
      Object.assign(values, Object.fromEntries(outputs.map(([name, value]) => [`steps.${id}.outputs.${name}`, value])));
    }
    if (step.uses !== OWN_ACTION) continue;
    const inputs = Object.entries(step.with ?? {}).map(([name, value]) => [name, evaluate(String(value), values)]);
    const result = await runAction({
      inputs: changed(Object.fromEntries(inputs)),
      env: environment,
      githubToken,
      ...(workspace === undefined ? {} : { cwd: workspace }),
    });
    environment = { ...environment, ...result.exported };
    const outputs = Object.entries(result.outputs).map(([name, value]) => [`steps.${step.id}.outputs.${name}`, value]);
    Object.assign(values, Object.fromEntries(outputs));
    results.push(result);
  }
  return results;
}

function evaluate(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/\$\{\{\s*([^}]*?)\s*\}\}/g, (_, expression: string) => {
    const value = values[expression];
    if (value === undefined) throw new Error(`the test has no value for ${expression}`);
    return value;
  });
}

/** Returns the outputs of the step. */
function runScript(script: string, env: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  const folder = temporaryFolder();
  const file = join(folder, "script.sh");
  const output = join(folder, "output");
  writeFileSync(file, script);
  writeFileSync(output, "");
  const { status, stderr } = spawnSync("bash", ["-e", file], {
    cwd: folder,
    env: { ...env, GITHUB_OUTPUT: output },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(`a script ended with ${status}: ${stderr}`);
  return parseKeyValueFile(readFileSync(output, "utf8"));
}
