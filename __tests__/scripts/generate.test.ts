import { spawnSync } from "node:child_process";
import { cpSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { contradictions } from "../../scripts/generate.ts";
import { generatedFiles, type ReadText } from "../../scripts/generated-files.ts";
import { root } from "../../scripts/parts.ts";
import { codes } from "../../src/errors/codes.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const WORKFLOW = ".github/workflows/transfer.yml";
const read: ReadText = (path) => readFileSync(join(root, path), "utf8");
const action = parse(read("action.yml")) as { inputs: object; outputs: object };
const code = {
  variables: Object.keys(action.inputs).map((name) => `INPUT_${name.toUpperCase()}`),
  outputs: Object.keys(action.outputs),
  codes,
};

type Change = readonly [path: string, text: string, replacement: string];

function changed(before: string, [path, text, replacement]: Change): string {
  if (!before.includes(text)) throw new Error(`${path} does not contain ${text}`);
  return before.replace(text, () => replacement);
}

function readWith(change: Change): ReadText {
  return (path) => (path === change[0] ? changed(read(path), change) : read(path));
}

const stale = (...paths: readonly string[]) => paths.map((path) => `${path} is out of date: run \`npm run generate\``);

const URLS_INPUT = "\n  urls:\n";
const VERBOSE_INPUT = `\n  verbose:\n    description: More messages.\n    default: "false"${URLS_INPUT}`;

describe("the check fails for what is in one place only", () => {
  test("nothing is, in the project itself", () => {
    expect(contradictions(read, code)).toEqual([]);
  });

  test.each<[string, Change, readonly string[]]>([
    [
      "an input of action.yml",
      ["action.yml", URLS_INPUT, VERBOSE_INPUT],
      [
        ...stale(WORKFLOW, "README.md", "action-types.yml", "src/inputs/defaults.ts"),
        "src/inputs.ts does not read the input verbose",
      ],
    ],
    [
      "a default of action.yml",
      ["action.yml", 'default: "6"', 'default: "7"'],
      stale(WORKFLOW, "README.md", "src/inputs/defaults.ts"),
    ],
    [
      "an input of the workflow",
      [WORKFLOW, "      urls:\n", "      verbose:\n        type: boolean\n      urls:\n"],
      stale(WORKFLOW),
    ],
    [
      "an input that the workflow does not pass",
      [WORKFLOW, "          urls: $", "          other: $"],
      stale(WORKFLOW),
    ],
    ["an input of the README", ["README.md", "| `urls` |", "| `verbose` | | More. |\n| `urls` |"], stale("README.md")],
    [
      "an input of the types",
      ["action-types.yml", "  urls:\n", "  verbose:\n    type: string\n  urls:\n"],
      stale("action-types.yml"),
    ],
    [
      "a default of the code",
      ["src/inputs/defaults.ts", '  urls: "",', '  urls: "none",'],
      stale("src/inputs/defaults.ts"),
    ],
    [
      "an output of action.yml",
      ["action.yml", "\n  report:\n", "\n  seconds:\n    description: Duration.\n  report:\n"],
      [...stale(WORKFLOW, "README.md", "action-types.yml"), "src/report/report.ts does not write the output seconds"],
    ],
    [
      "an output of the workflow's job",
      [
        WORKFLOW,
        "    outputs:\n      # begin job outputs: npm run generate\n",
        "    outputs:\n      # begin job outputs: npm run generate\n      seconds: none\n",
      ],
      stale(WORKFLOW),
    ],
    [
      "an output of the README",
      ["README.md", "| `routes` |", "| `seconds` | Duration. |\n| `routes` |"],
      stale("README.md"),
    ],
    [
      "a chapter",
      ["docs/diagnosis.md", "## INPUT_MISSING", "## DISK_FULL\n\nThe disk is full.\n\n## INPUT_MISSING"],
      [
        ...stale("docs/error-messages.md"),
        "docs/diagnosis.md has a chapter DISK_FULL, which src/errors/codes.ts does not list",
      ],
    ],
    [
      "the sentence of a chapter",
      ["docs/diagnosis.md", "## INPUT_MISSING\n\n", "## INPUT_MISSING\n\nAnother sentence.\n\n"],
      ["docs/diagnosis.md has no chapter INPUT_MISSING that begins with its sentence in src/errors/codes.ts"],
    ],
  ])("%s", (_, change, problems) => {
    expect(contradictions(readWith(change), code)).toEqual(problems);
  });

  test("an input, an output and a code of the code", () => {
    const folder = copyWith([
      ["src/inputs.ts", 'input.text("output")', 'input.text("verbose" as InputName)'],
      ["src/report/report.ts", 'runner.output("report", path)', 'runner.output("seconds", "1")'],
      ["src/errors/codes.ts", "  INPUT_MISSING:", '  DISK_FULL: "The disk is full.",\n  INPUT_MISSING:'],
    ]);
    expect(generate(folder, "--check")).toEqual({
      status: 1,
      stdout: "",
      problems: [
        "src/inputs.ts does not read the input output",
        "src/inputs.ts reads INPUT_VERBOSE, which action.yml does not declare",
        "src/report/report.ts does not write the output report",
        "src/report/report.ts writes the output seconds, which action.yml does not declare",
        "docs/diagnosis.md has no chapter DISK_FULL that begins with its sentence in src/errors/codes.ts",
      ],
    });
  });
});

test("an input that action.yml declares and the code reads is generated everywhere else", () => {
  const folder = copyWith([
    ["action.yml", URLS_INPUT, VERBOSE_INPUT],
    [
      "src/inputs.ts",
      "const command = readCommand(input);",
      'const command = readCommand(input);\n  input.boolean("verbose");',
    ],
  ]);
  const paths = [WORKFLOW, "README.md", "action-types.yml", "src/inputs/defaults.ts"];
  expect(generate(folder)).toEqual({
    status: 0,
    stdout: paths.map((path) => `wrote ${path}\n`).join(""),
    problems: [],
  });
  expect(generate(folder, "--check")).toEqual({ status: 0, stdout: "", problems: [] });
});

test("an expression as a default stays in the workflow, and is empty in the code", () => {
  const expression = `$${"{{ github.token }}"}`;
  const input = `\n  token:\n    description: Token of the job.\n    default: ${expression}${URLS_INPUT}`;
  const files = generatedFiles(readWith(["action.yml", URLS_INPUT, input]));
  expect(files.get(WORKFLOW)).toContain(`        type: string\n        default: ${expression}\n`);
  expect(files.get("README.md")).toContain(`| \`token\` | \`${expression}\` | Token of the job. |`);
  expect(files.get("src/inputs/defaults.ts")).toContain('\n  token: "",\n');
});

test("a file without the comments around its generated part is refused", () => {
  const change: Change = ["README.md", "<!-- begin inputs", "<!-- inputs"];
  expect(() => generatedFiles(readWith(change))).toThrow('"begin inputs"');
});

/** A copy of the project, except for what no script reads. */
function copyWith(changes: readonly Change[]): string {
  const folder = temporaryFolder();
  for (const part of [
    "action.yml",
    "action-types.yml",
    "README.md",
    ".github",
    "docs",
    "package.json",
    "scripts",
    "src",
  ])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  for (const change of changes) {
    const path = join(folder, change[0]);
    writeFileSync(path, changed(readFileSync(path, "utf8"), change));
  }
  return folder;
}

function generate(folder: string, ...args: readonly string[]) {
  const script = join(folder, "scripts/generate.ts");
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { cwd: folder, encoding: "utf8" });
  return { status, stdout, problems: stderr.split("\n").filter((line) => line !== "") };
}
