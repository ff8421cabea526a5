import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { installLine, pythonModules, root, testPath } from "./parts.ts";
import { installRealParts } from "./real-parts.ts";

/** The settings of the machine's own proxy are for installing the parts: no test may depend on them. */
function testEnvironment(): NodeJS.ProcessEnv {
  const entries = Object.entries(process.env).filter(([name]) => !/^(https?|all|no)_proxy$/i.test(name));
  return { ...Object.fromEntries(entries), PATH: testPath(), PYTHONPATH: pythonModules };
}

interface Results {
  readonly testResults: readonly {
    readonly assertionResults: readonly { readonly status: string; readonly ancestorTitles: readonly string[] }[];
  }[];
}

/** Names of the suites that `withParts` has skipped; they say themselves what is missing. */
function skippedSuites(outputFile: string): readonly string[] {
  if (!existsSync(outputFile)) return [];
  const { testResults } = JSON.parse(readFileSync(outputFile, "utf8")) as Results;
  const titles = testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ status }) => status === "pending")
    .flatMap(({ ancestorTitles }) => ancestorTitles);
  return [...new Set(titles)].filter((title) => title.includes("[missing "));
}

const args = process.argv.slice(2);
for (const name of installRealParts(console.log)) console.log(`missing ${name}: ${installLine(name)}`);

const folder = mkdtempSync(join(tmpdir(), "test-results-"));
const given = args.find((arg) => arg.startsWith("--outputFile="))?.slice("--outputFile=".length);
const outputFile = given ?? join(folder, "results.json");
// Tests mostly wait for other processes: two workers pay off on two cores, where Jest itself would take one.
const workers = Math.max(2, availableParallelism() - 1);
const { status } = spawnSync(
  process.execPath,
  [
    "--experimental-vm-modules",
    "--disable-warning=ExperimentalWarning",
    join(root, "node_modules/jest/bin/jest.js"),
    `--maxWorkers=${workers}`,
    // One failed assertion before a close() would hang Jest for ever.
    "--forceExit",
    ...(process.env.CI === "true" ? ["--ci"] : []),
    "--json",
    `--outputFile=${outputFile}`,
    ...args.filter((arg) => !arg.startsWith("--outputFile=") && arg !== "--json"),
  ],
  { cwd: root, env: testEnvironment(), stdio: "inherit" },
);
for (const title of skippedSuites(outputFile)) console.log(`skipped: ${title}`);
rmSync(folder, { recursive: true, force: true });
process.exitCode = status ?? 1;
