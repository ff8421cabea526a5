import { stringify } from "yaml";
import { type DeclaredInput, type DeclaredOutput, type InputType, parseActionFile } from "./action-file.ts";
import { errorIndex } from "./error-index.ts";

const WORKFLOW = ".github/workflows/transfer.yml";
const TYPES = "action-types.yml";
const DEFAULTS = "src/inputs/defaults.ts";
const README = "README.md";
const ERROR_INDEX = "docs/error-messages.md";

/** What the reusable workflow takes as a secret, next to the input of the same name. */
const SECRETS = ["proxy", "http-proxy", "https-proxy"];
/** What it takes as a secret only. */
const ONLY_SECRETS = ["credentials"];

/** The text of a file of the project by its path below the root; empty where there is none. */
export type ReadText = (path: string) => string;

/** Texts of every file that follows from action.yml or docs/diagnosis.md, by path. */
export function generatedFiles(read: ReadText): ReadonlyMap<string, string> {
  const { inputs, outputs } = parseActionFile(read("action.yml"));
  return new Map([
    [WORKFLOW, workflow(read(WORKFLOW), inputs, outputs)],
    [README, readme(read(README), inputs, outputs)],
    [TYPES, types(inputs, outputs)],
    [DEFAULTS, defaults(inputs)],
    [ERROR_INDEX, errorIndex(read("docs/diagnosis.md"))],
  ]);
}

function workflow(text: string, inputs: readonly DeclaredInput[], outputs: readonly DeclaredOutput[]): string {
  const declared = inputs.filter(({ name }) => !ONLY_SECRETS.includes(name));
  const secret = inputs.filter(({ name }) => [...SECRETS, ...ONLY_SECRETS].includes(name));
  const regions = {
    inputs: yaml(declared, (input) => ({ description: input.description, ...workflowType(input) })),
    secrets: yaml(secret, ({ name, description }) => ({
      description: SECRETS.includes(name)
        ? `The input ${name}, where it has a password; takes precedence over the input.`
        : description,
      required: false,
    })),
    outputs: yaml(outputs, ({ name, description }) => ({
      description,
      value: `\${{ jobs.transfer.outputs.${name} }}`,
    })),
    "job outputs": yaml(outputs, ({ name }) => `\${{ steps.transfer.outputs.${name} }}`),
    with: yaml(inputs, ({ name }) => `\${{ ${expressionOf(name)} }}`),
  };
  return Object.entries(regions).reduce((edited, [name, region]) => withRegion(edited, name, region), text);
}

/** Of `workflow_call`: a type that the unset value has too. */
function workflowType({ default: preset, type }: DeclaredInput) {
  if (type.kind === "boolean" && preset !== "") return { type: "boolean", default: preset === "true" };
  if (type.kind === "integer") return { type: "number", default: Number(preset) };
  return { type: "string", default: preset };
}

function expressionOf(name: string): string {
  if (ONLY_SECRETS.includes(name)) return `secrets.${name}`;
  return SECRETS.includes(name) ? `secrets.${name} || inputs.${name}` : `inputs.${name}`;
}

function readme(text: string, inputs: readonly DeclaredInput[], outputs: readonly DeclaredOutput[]): string {
  const inputRows = inputs.map(
    ({ name, description, default: preset }) =>
      `| \`${name}\` | ${preset === "" ? "" : `\`${preset}\` `}| ${markdown(description)} |`,
  );
  const outputRows = outputs.map(({ name, description }) => `| \`${name}\` | ${markdown(description)} |`);
  const withInputs = withRegion(text, "inputs", ["| input | default | meaning |", "|---|---|---|", ...inputRows]);
  return withRegion(withInputs, "outputs", ["| output | meaning |", "|---|---|", ...outputRows]);
}

/** Paths of documents become links. */
function markdown(description: string): string {
  return description
    .replaceAll("|", "\\|")
    .replace(/\b(docs\/[\w-]+\.md)(#[\w-]+)?/g, (_, path: string, anchor = "") => `[${path}](${path}${anchor})`);
}

function types(inputs: readonly DeclaredInput[], outputs: readonly DeclaredOutput[]): string {
  const content = {
    inputs: Object.fromEntries(inputs.map(({ name, type }) => [name, typing(type)])),
    outputs: Object.fromEntries(
      outputs.map(({ name }) => [name, { type: name.startsWith("bytes-") ? "integer" : "string" }]),
    ),
  };
  const heading =
    "# Types for https://github.com/typesafegithub/github-actions-typing; written by `npm run generate`.\n";
  return heading + stringify(content, { blockQuote: false });
}

function typing(type: InputType) {
  if (type.kind === "enum") return { type: "enum", "allowed-values": type.values };
  if (type.kind === "list") return { type: "list", separator: "\n", "list-item": { type: "string" } };
  return { type: type.kind };
}

function defaults(inputs: readonly DeclaredInput[]): string {
  const key = (name: string) => (/^[a-z]+$/.test(name) ? name : JSON.stringify(name));
  return [
    "// Written by `npm run generate` from action.yml.",
    "",
    "/** Every input, with the value that stands for an unset one. */",
    "export const DEFAULTS = {",
    // Only a workflow evaluates expressions: ${{ github.token }}.
    ...inputs.map(
      ({ name, default: preset }) => `  ${key(name)}: ${JSON.stringify(/^\$\{\{/.test(preset) ? "" : preset)},`,
    ),
    "} as const;",
    "",
    "export type InputName = keyof typeof DEFAULTS;",
    "",
  ].join("\n");
}

/** Members of a YAML mapping, as lines. */
function yaml<T extends { readonly name: string }>(
  items: readonly T[],
  value: (item: T) => unknown,
): readonly string[] {
  const members = Object.fromEntries(items.map((item) => [item.name, value(item)]));
  return stringify(members, { lineWidth: 0 }).trimEnd().split("\n");
}

/** The text with the lines between the comments `begin NAME` and `end NAME` replaced, and indented like the first of these. */
function withRegion(text: string, name: string, lines: readonly string[]): string {
  const region = new RegExp(`^([ \\t]*)(.*\\bbegin ${name}\\b.*\\n)[^]*?(^.*\\bend ${name}\\b)`, "m");
  if (!region.test(text)) throw new Error(`the comments "begin ${name}" and "end ${name}" are missing`);
  return text.replace(region, (_, indent: string, begin: string, end: string) =>
    [indent, begin, ...lines.map((line) => `${indent}${line}\n`), end].join(""),
  );
}
