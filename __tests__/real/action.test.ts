import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { runAction } from "../../testing/real/action.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const metadata = `
inputs:
  command: {default: transfer}
  plain-http: {}
  github-token: {default: "\${{ github.token }}"}
  two words: {default: true}
`;

const program = `
import { appendFileSync, writeFileSync } from "node:fs";
const out = (name, text) => process.env[name] && appendFileSync(process.env[name], text);
console.log("::add-mask::s%25cret");
console.log("::warning title=Careful::look here");
console.error(JSON.stringify(process.env));
out("GITHUB_OUTPUT", "verdict<<E\\nall\\nwell\\nE\\n");
out("GITHUB_ENV", "NO_PROXY=localhost\\n");
out("GITHUB_PATH", "/opt/tool\\n");
out("GITHUB_STEP_SUMMARY", "# Well\\n");
writeFileSync("report.json", '{"schemaVersion":1}');
out("GITHUB_OUTPUT", "report=report.json\\n");
process.exitCode = 3;
`;

let action: string;
beforeEach(() => {
  action = temporaryFolder();
  writeFileSync(join(action, "action.yml"), metadata);
  writeFileSync(join(action, "main.mjs"), program);
});

test("an action is run as the runner runs it", async () => {
  const inputs = { "plain-http": "localhost:5000\nregistry.test" };
  const result = await runAction({ action, entry: "main.mjs", inputs, githubToken: "t", env: { HTTPS_PROXY: "p" } });
  expect(result).toMatchObject({
    code: 3,
    outputs: { verdict: "all\nwell", report: "report.json" },
    exported: { NO_PROXY: "localhost" },
    paths: ["/opt/tool"],
    summary: "# Well\n",
    masks: ["s%cret"],
    annotations: [{ level: "warning", title: "Careful", message: "look here" }],
    report: { schemaVersion: 1 },
  });
  const environment = JSON.parse(result.stderr);
  expect(environment).toMatchObject({
    INPUT_COMMAND: "transfer",
    "INPUT_PLAIN-HTTP": "localhost:5000\nregistry.test",
    "INPUT_GITHUB-TOKEN": "t",
    INPUT_TWO_WORDS: "true",
    HTTPS_PROXY: "p",
    RUNNER_TEMP: result.runnerTemp,
    HOME: result.home,
  });
  expect(Object.keys(environment)).not.toContain("JEST_WORKER_ID");
});

test("an action outside GitHub sees nothing of a runner", async () => {
  const result = await runAction({ action, entry: "main.mjs", github: false });
  expect(result).toMatchObject({ outputs: {}, exported: {}, summary: "" });
  expect(Object.keys(JSON.parse(result.stderr)).filter((name) => /^(GITHUB|RUNNER)_/.test(name))).toEqual([]);
});

test("an input that action.yml does not declare is a mistake of the test", async () => {
  await expect(runAction({ action, inputs: { colour: "blue" } })).rejects.toThrow("action.yml has no input colour");
});

test("an action can be interrupted, and does not run for ever", async () => {
  writeFileSync(join(action, "main.mjs"), `console.log("started"); setInterval(() => {}, 1000);`);
  const onOutput = (stdout: string, kill: (signal: NodeJS.Signals) => void) => {
    if (stdout.includes("started")) kill("SIGINT");
  };
  expect(await runAction({ action, entry: "main.mjs", onOutput })).toMatchObject({ code: 130 });
  await expect(runAction({ action, entry: "main.mjs", timeout: 500 })).rejects.toThrow("still ran after 500 ms");
});

test("what an action leaves is removed", async () => {
  const { runnerTemp } = await runAction({ action, entry: "main.mjs" });
  expect(existsSync(runnerTemp)).toBe(true);
  await stopEverything();
  expect(existsSync(runnerTemp)).toBe(false);
});
