import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { root, testPath } from "../../scripts/parts.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

function smoke(...args: readonly string[]) {
  const env = { PATH: testPath(), HTTPS_PROXY: "http://127.0.0.1:9", INPUT_COMMAND: "verify" };
  return spawnSync(process.execPath, [join(root, "scripts/smoke.ts"), ...args], { env, encoding: "utf8" });
}

test("the committed bundle explains, sets up, transfers and verifies, whatever the environment", () => {
  const { status, stdout, stderr } = smoke();
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout.match(/^ok: /gm)).toHaveLength(5);
});

test.each([
  ["fails", "process.exitCode = 1;", "explain ended with 1"],
  ["does nothing", "", "not so: explain names the proxy of a URL"],
])("a bundle that %s is noticed", (_, script, message) => {
  const bundle = join(temporaryFolder(), "index.js");
  writeFileSync(bundle, script);
  const { status, stderr } = smoke(bundle);
  expect(status).toBe(1);
  expect(stderr).toContain(message);
});
