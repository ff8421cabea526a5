import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { codes } from "../src/errors/codes.ts";
import { readInputs } from "../src/inputs.ts";
import { parseActionFile } from "./action-file.ts";
import { generatedFiles, type ReadText } from "./generated-files.ts";
import { root } from "./parts.ts";

/** What the code knows of the contract. */
export interface Code {
  /** Variables of inputs that it reads, `INPUT_…`. */
  readonly variables: readonly string[];
  /** Names of outputs that it writes. */
  readonly outputs: readonly string[];
  /** Sentences by code. */
  readonly codes: Readonly<Record<string, string>>;
}

/** What is in one place only, or different in two. */
export function contradictions(read: ReadText, code: Code): readonly string[] {
  const { inputs, outputs } = parseActionFile(read("action.yml"));
  const documented = chapters(read("docs/diagnosis.md"));
  const variablesOf = (name: string) => [
    `INPUT_${name.toUpperCase()}`,
    `INPUT_${name.toUpperCase().replaceAll("-", "_")}`,
  ];
  const declared = new Set(inputs.flatMap(({ name }) => variablesOf(name)));
  const names = new Set(outputs.map(({ name }) => name));
  return [
    ...[...generatedFiles(read)]
      .filter(([path, text]) => read(path) !== text)
      .map(([path]) => `${path} is out of date: run \`npm run generate\``),
    ...inputs
      .filter(({ name }) => !variablesOf(name).some((variable) => code.variables.includes(variable)))
      .map(({ name }) => `src/inputs.ts does not read the input ${name}`),
    ...code.variables
      .filter((variable) => !declared.has(variable))
      .map((variable) => `src/inputs.ts reads ${variable}, which action.yml does not declare`),
    ...[...names]
      .filter((name) => !code.outputs.includes(name))
      .map((name) => `src/report/report.ts does not write the output ${name}`),
    ...code.outputs
      .filter((name) => !names.has(name))
      .map((name) => `src/report/report.ts writes the output ${name}, which action.yml does not declare`),
    ...Object.entries(code.codes)
      .filter(([name, sentence]) => documented[name] !== sentence)
      .map(([name]) => `docs/diagnosis.md has no chapter ${name} that begins with its sentence in src/errors/codes.ts`),
    ...Object.keys(documented)
      .filter((name) => !Object.hasOwn(code.codes, name))
      .map((name) => `docs/diagnosis.md has a chapter ${name}, which src/errors/codes.ts does not list`),
  ];
}

/** The first line below each heading of the second level. */
function chapters(text: string): Readonly<Record<string, string | undefined>> {
  const parts = text.split(/^## /m).slice(1);
  return Object.fromEntries(
    parts.map((part) =>
      part
        .split("\n")
        .filter((line) => line !== "")
        .slice(0, 2),
    ),
  );
}

function variablesRead(): readonly string[] {
  const variables = new Set<string>();
  const get = (_: unknown, name: string | symbol) => void variables.add(String(name));
  readInputs(new Proxy<Record<string, undefined>>({}, { get }));
  return [...variables].filter((name) => name.startsWith("INPUT_"));
}

/** Those that a run without a runner prints. */
function outputsWritten(): readonly string[] {
  const folder = mkdtempSync(join(tmpdir(), "outputs-"));
  try {
    const inputs = { INPUT_COMMAND: "explain", INPUT_URLS: "http://localhost" };
    const { stdout, stderr, status } = spawnSync(process.execPath, [join(root, "src/index.ts")], {
      cwd: folder,
      env: { PATH: process.env.PATH, RUNNER_TEMP: folder, ...inputs },
      encoding: "utf8",
    });
    if (status !== 0) throw new Error(`src/index.ts failed:\n${stdout}${stderr}`);
    return [...stdout.matchAll(/^([a-z-]+)=/gm)].map(([, name = ""]) => name);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const readText: ReadText = (path) => (existsSync(join(root, path)) ? readFileSync(join(root, path), "utf8") : "");

function check(): void {
  const problems = contradictions(readText, { variables: variablesRead(), outputs: outputsWritten(), codes });
  for (const problem of problems) console.error(problem);
  process.exitCode = problems.length === 0 ? 0 : 1;
}

function generate(): void {
  for (const [path, text] of generatedFiles(readText)) {
    if (readText(path) === text) continue;
    writeFileSync(join(root, path), text);
    console.log(`wrote ${path}`);
  }
}

if (import.meta.main) {
  if (process.argv.includes("--check")) check();
  else generate();
}
