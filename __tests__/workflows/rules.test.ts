import { spawnSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import { parts } from "../../scripts/parts.ts";
import { stepsOf, workflow, workflowNames, workflowText } from "../../testing/workflows/workflows.ts";

const READ = { contents: "read" };

/** Of every job: what a workflow may do is changed here, too. */
const PERMISSIONS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "ci.yml": {
    checks: READ,
    dist: READ,
    bundle: READ,
    coverage: READ,
    newcomer: READ,
    workflows: READ,
    gate: {},
  },
  "codeql.yml": { analyze: { ...READ, "security-events": "write" } },
  "dependencies.yml": { review: READ, vulnerabilities: READ },
  "example.yml": { transfer: READ },
  "release.yml": {
    ci: READ,
    notes: READ,
    attest: { ...READ, "id-token": "write", attestations: "write" },
    publish: { contents: "write" },
  },
  "transfer.yml": { transfer: READ },
};

/** Run for others, with the limits that these choose. */
const FOR_OTHERS = ["example.yml", "transfer.yml"];

test("the workflows are those that have rules here", () => {
  expect(workflowNames).toEqual(Object.keys(PERMISSIONS));
});

describe.each(workflowNames)("%s", (name) => {
  const { permissions, concurrency, jobs } = workflow(name);

  test("S22: names actions of others by commit, with the version beside it", () => {
    const uses = [...workflowText(name).matchAll(/uses: (.*)/g)].map(([, action = ""]) => action);
    const foreign = uses.filter((action) => !action.startsWith("./"));
    expect(foreign).toEqual(
      foreign.map(() => expect.stringMatching(/^[\w-]+(?:\/[\w-]+)+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)),
    );
  });

  test("grants each job what it needs and the workflow nothing", () => {
    expect(permissions).toEqual({});
    expect(Object.fromEntries(Object.entries(jobs).map(([id, job]) => [id, job.permissions]))).toEqual(
      PERMISSIONS[name],
    );
  });

  test("leaves no token behind in a checkout", () => {
    const checkouts = stepsOf(workflow(name)).filter(({ uses }) => uses?.startsWith("actions/checkout@"));
    for (const checkout of checkouts) expect(checkout.with).toMatchObject({ "persist-credentials": false });
  });

  test("S25: puts no expression into a script", () => {
    for (const { run = "" } of stepsOf(workflow(name))) expect(run).not.toContain("${{");
  });

  test("ends, and does not run twice at the same time", () => {
    const limited = Object.entries(jobs).filter(([, job]) => job.uses === undefined && !FOR_OTHERS.includes(name));
    for (const [id, job] of limited) expect([id, job["timeout-minutes"]]).toEqual([id, expect.any(Number)]);
    if (!FOR_OTHERS.includes(name)) expect(concurrency).toMatchObject({ group: expect.any(String) });
  });
});

test("each action is used in one version", () => {
  const uses = workflowNames.flatMap((name) => [...workflowText(name).matchAll(/uses: ([\w-]+\/[\w-]+)\S*@(.*)/g)]);
  const versions = Map.groupBy(uses, ([, action]) => action);
  expect([...versions].filter(([, found]) => new Set(found.map(([, , version]) => version)).size > 1)).toEqual([]);
  expect(versions.size).toBeGreaterThan(3);
});

describe("the gate of ci.yml", () => {
  const { gate, ...others } = workflow("ci.yml").jobs;
  const script = gate?.steps?.[0]?.run ?? "";
  const decide = (results: string) =>
    spawnSync("bash", ["-eo", "pipefail", "-c", script], { env: { RESULTS: results } }).status;

  test("waits for every other job", () => {
    expect([gate?.needs].flat().sort()).toEqual(Object.keys(others).sort());
  });

  test("opens where all of them succeeded, and for nothing else", () => {
    expect(decide("success success success")).toBe(0);
    for (const other of ["failure", "cancelled", "skipped"]) {
      expect(decide(`${other} success success`)).not.toBe(0);
      expect(decide(`success success ${other}`)).not.toBe(0);
    }
  });
});

test("the tools are in the workflow what they are in the tests", () => {
  const { actionlint, zizmor } = parts;
  const scripts = stepsOf(workflow("ci.yml")).map(({ run }) => run);
  expect(scripts).toContain(`go run ${actionlint.source}@${actionlint.version}`);
  expect(scripts).toContain(`pipx run zizmor==${zizmor.version} --pedantic --format=github .`);
});

test("a release waits for CI, and is published after everything else", () => {
  const { attest, publish } = workflow("release.yml").jobs;
  expect(attest?.needs).toEqual(["ci", "notes"]);
  expect(publish?.needs).toEqual(["notes", "attest"]);
});
