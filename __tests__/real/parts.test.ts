import { spawnSync } from "node:child_process";
import { readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { findProgram, installLine, root } from "../../scripts/parts.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

/** Runs one suite that needs python3 in a Jest of its own, where the PATH leads nowhere. */
function runSuite(env: Readonly<Record<string, string>>) {
  const folder = temporaryFolder();
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  writeFileSync(
    join(folder, "jest.config.js"),
    `import config from ${JSON.stringify(join(root, "jest.config.js"))};
     export default { ...config, testMatch: ["<rootDir>/*.test.ts"] };`,
  );
  writeFileSync(
    join(folder, "suite.test.ts"),
    `import { expect, test } from "@jest/globals";
     import { withParts } from ${JSON.stringify(join(root, "testing/real/parts.ts"))};
     withParts(["python3"], "a suite", () => { test("one", () => { expect(1).toBe(1); }); });
     test("another", () => { expect(1).toBe(1); });`,
  );
  const jest = join(root, "node_modules/jest/bin/jest.js");
  const args = ["--experimental-vm-modules", jest, "--json", "--outputFile=results.json", "--no-cache"];
  const { status } = spawnSync(process.execPath, args, { cwd: folder, env: { PATH: "/nowhere", ...env } });
  const { testResults } = JSON.parse(readFileSync(join(folder, "results.json"), "utf8"));
  const tests = testResults[0].assertionResults as { fullName: string; status: string }[];
  return { code: status, tests: tests.map(({ fullName, status: outcome }) => `${outcome}: ${fullName}`) };
}

describe("a suite whose part is missing", () => {
  test("is skipped under a name that says how to install it", () => {
    expect(runSuite({})).toEqual({
      code: 0,
      tests: ["pending: a suite [missing python3: apt-get install python3] one", "passed: another"],
    });
  });

  test("fails in CI", () => {
    expect(runSuite({ CI: "true" })).toEqual({
      code: 1,
      tests: ["failed: a suite [missing python3: apt-get install python3]", "passed: another"],
    });
  });
});

test("every part says how to install it, and is found by its path", () => {
  expect(installLine("squid")).toBe("apt-get install squid-openssl (and run as root)");
  expect(installLine("crane")).toBe(
    'GOBIN="$PWD/.real-parts/bin" go install github.com/google/go-containerregistry/cmd/crane@v0.22.1',
  );
  expect(installLine("ocimem")).toBe('GOBIN="$PWD/.real-parts/bin" go -C ./testing/real/ocimem install .');
  expect(findProgram("git")).toMatch(/^\/.*\/git$/);
});
