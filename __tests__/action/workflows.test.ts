import { spawnSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { root } from "../../scripts/parts.ts";
import { pathOf, withParts } from "../real/parts.ts";
import { stopEverything } from "../real/running.ts";
import { repositoryWith } from "./act.ts";

afterEach(stopEverything);

interface Declared {
  readonly description: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly value?: string;
}

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Workflow {
  readonly permissions: unknown;
  readonly jobs: Readonly<Record<string, { permissions: unknown; outputs?: Record<string, string>; steps: Step[] }>>;
}

const FOLDER = join(root, ".github/workflows");
const NAMES = readdirSync(FOLDER);
const text = (name: string) => readFileSync(join(FOLDER, name), "utf8");
const workflow = (name: string) => parse(text(name)) as Workflow;
const stepsOf = (name: string) => Object.values(workflow(name).jobs).flatMap(({ steps }) => steps);

test("the workflows are those that this test reads", () => {
  expect(NAMES.sort()).toEqual(["check-dist.yml", "ci.yml", "example.yml", "transfer.yml"]);
});

describe.each(NAMES)("%s", (name) => {
  test("names actions of others by commit, with the version beside it", () => {
    const foreign = [...text(name).matchAll(/uses: (?!\.\/)(.*)/g)].map(([, action]) => action);
    expect(foreign).not.toEqual([]);
    for (const action of foreign) expect(action).toMatch(/^actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/);
  });

  test("may read the repository and nothing else, and leaves no token behind", () => {
    const { permissions, jobs } = workflow(name);
    expect(permissions).toEqual({});
    for (const job of Object.values(jobs)) expect(job.permissions).toEqual({ contents: "read" });
    const checkouts = stepsOf(name).filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    expect(checkouts.map((step) => step.with)).toEqual([{ "persist-credentials": false }]);
  });

  test("puts no expression into a script", () => {
    for (const { run = "" } of stepsOf(name)) expect(run).not.toContain("${{");
  });
});

describe("the reusable workflow and the action", () => {
  const action = parse(readFileSync(join(root, "action.yml"), "utf8")) as Record<
    "inputs" | "outputs",
    Record<string, Declared>
  >;
  const call = parse(text("transfer.yml")).on.workflow_call as Record<
    "inputs" | "secrets" | "outputs",
    Record<string, Declared>
  >;
  const [transfer] = Object.values(workflow("transfer.yml").jobs);
  const given = transfer?.steps.at(-1)?.with ?? {};
  const SECRET = ["http-proxy", "https-proxy", "credentials"];

  test("have the same inputs, with the same defaults", () => {
    const { "runs-on": _, ...inputs } = call.inputs;
    const declared = Object.entries(action.inputs).filter(([name]) => name !== "credentials");
    expect(Object.keys(inputs)).toEqual(declared.map(([name]) => name));
    for (const [name, { description, default: preset }] of declared) {
      const input = inputs[name];
      expect({ name, description: input?.description, default: String(input?.default) }).toEqual({
        name,
        description,
        default: preset,
      });
      expect({ name, type: input?.type }).toEqual({ name, type: typeof parse(String(preset) || '""') });
    }
    expect(Object.keys(call.secrets).sort()).toEqual([...SECRET].sort());
  });

  test("are connected: every input arrives", () => {
    const expected = Object.keys(action.inputs).map((name) => {
      const sources = [SECRET.includes(name) ? `secrets.${name}` : "", name === "credentials" ? "" : `inputs.${name}`];
      return [name, `\${{ ${sources.filter((source) => source !== "").join(" || ")} }}`];
    });
    expect(given).toEqual(Object.fromEntries(expected));
  });

  test("have the same outputs", () => {
    const described = (outputs: Record<string, Declared>) =>
      Object.entries(outputs).map(([name, { description }]) => [name, description]);
    expect(described(call.outputs)).toEqual(described(action.outputs));
    for (const [name, { value }] of Object.entries(call.outputs)) {
      expect(value).toBe(`\${{ jobs.transfer.outputs.${name} }}`);
      expect(transfer?.outputs?.[name]).toBe(`\${{ steps.transfer.outputs.${name} }}`);
    }
  });
});

withParts(["actionlint"], "actionlint", () => {
  // Whether a shellcheck is on this machine must not matter.
  const lint = (folder: string) => {
    const args = ["-no-color", "-oneline", "-shellcheck=", "-pyflakes="];
    const { stdout, stderr } = spawnSync(pathOf("actionlint"), args, { cwd: folder, encoding: "utf8" });
    return `${stdout}${stderr}`.split("\n").filter((line) => line !== "");
  };

  test("finds nothing", () => {
    expect(lint(repositoryWith([".github", "action.yml", "dist"]))).toEqual([]);
  });

  test("still has to ignore the two properties that it does not know", () => {
    const folder = repositoryWith([".github/workflows", "action.yml", "dist"]);
    const unknown = ["workflow_repository", "workflow_sha"].map((name) =>
      expect.stringMatching(new RegExp(`^\\.github/workflows/transfer\\.yml:.* property "${name}" is not defined`)),
    );
    expect(lint(folder)).toEqual(unknown);
  });
});
