import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test } from "@jest/globals";
import { createRunner, uniqueName } from "../../src/report/runner.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { parseKeyValueFile, parseWorkflowCommands } from "../../testing/real/runner-files.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const source = pathToFileURL(join(import.meta.dirname, "../../src/report/runner.ts")).href;

/** What a process of its own says when it does this with the runner of its environment. */
function run(statements: string, environment: Readonly<Record<string, string>>) {
  const script = `import { createRunner } from ${JSON.stringify(source)}; const runner = createRunner(process.env); ${statements}`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
    env: { ...environment },
    encoding: "utf8",
  });
  if (status !== 0) throw new Error(stderr);
  return { stdout, stderr };
}

function github() {
  const folder = temporaryFolder();
  const files = { GITHUB_OUTPUT: "output", GITHUB_ENV: "env", GITHUB_STEP_SUMMARY: "summary" };
  const environment = Object.fromEntries(Object.entries(files).map(([name, file]) => [name, join(folder, file)]));
  for (const path of Object.values(environment)) writeFileSync(path, "");
  const read = (file: string) => readFileSync(join(folder, file), "utf8");
  return { environment: { ...environment, RUNNER_TEMP: folder }, folder, read };
}

const everything = `
  runner.mask("s3cret"); runner.info("x\\n::error::y"); runner.warning("w", "CODE"); runner.error("e", "CODE");
  runner.startGroup("g"); runner.endGroup(); runner.output("report", "a\\nb"); runner.exportVariable("HTTPS_PROXY", "http://p");
  await runner.summary("# one\\n"); await runner.summary("two\\n"); console.log("after " + process.env.HTTPS_PROXY);`;

describe("on a GitHub runner", () => {
  test("S14: everything becomes a command or a line of a file, and nothing of others does", () => {
    const { environment, read } = github();
    const { stdout, stderr } = run(everything, environment);
    expect(parseWorkflowCommands(stdout)).toEqual([
      { command: "add-mask", properties: {}, message: "s3cret" },
      { command: "warning", properties: { title: "CODE" }, message: "w" },
      { command: "error", properties: { title: "CODE" }, message: "e" },
      { command: "group", properties: {}, message: "g" },
      { command: "endgroup", properties: {}, message: "" },
    ]);
    expect(stdout).toContain("x : :error: :y\n");
    expect(stderr).toBe("");
    expect(parseKeyValueFile(read("output"))).toEqual({ report: "a\nb" });
    expect(parseKeyValueFile(read("env"))).toEqual({ HTTPS_PROXY: "http://p" });
    expect(read("summary")).toBe("# one\ntwo\n");
  });

  test("an export does not change the environment of this process", () => {
    const { environment } = github();
    expect(run(everything, environment).stdout).toContain("after undefined\n");
    expect(run(everything, { ...environment, HTTPS_PROXY: "http://own" }).stdout).toContain("after http://own\n");
  });

  test("the bytes of the summary so far are those of its file", async () => {
    const { environment } = github();
    const program =
      'const one = await runner.summaryBytes(); await runner.summary("ü\\n"); console.log([one, await runner.summaryBytes()].join());';
    expect(run(program, environment).stdout).toContain("0,3");
    expect(run(program, { ...environment, GITHUB_STEP_SUMMARY: "" }).stdout).toContain("0,0");
  });

  test("no summary is written if the runner does not support them", () => {
    const { environment } = github();
    const { GITHUB_STEP_SUMMARY: _, ...others } = environment as Record<string, string>;
    expect(run('await runner.summary("x"); console.log("done");', others).stdout).toContain("done");
  });
});

test("in a shell, outputs go to standard output and the log to standard error, without commands", () => {
  const { stdout, stderr } = run(everything, {});
  expect(stdout).toBe("report=a\\nb\nafter undefined\n");
  expect(stderr).toBe("x : :error: :y\nwarning: w\nerror: e\ng\n");
});

test.each([{}, { GITHUB_OUTPUT: "/runner/output" }])(
  "files lie where the runner wants them, or where the system does: %j",
  (environment) => {
    expect(createRunner({ ...environment, RUNNER_TEMP: "/runner/temp" }).temp).toBe("/runner/temp");
    expect(createRunner(environment).temp).toBe(tmpdir());
  },
);

test("file names are unique", () => {
  const names = Array.from({ length: 100 }, () => uniqueName("x"));
  expect(new Set(names).size).toBe(100);
  for (const name of names) expect(name).toMatch(/^x-[0-9a-f-]{36}$/);
});
