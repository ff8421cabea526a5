import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse, stringify } from "yaml";
import { root } from "../../scripts/parts.ts";
import { recipeNames, recipeText } from "./recipes.ts";

/** A fenced block of a document. */
export interface Snippet {
  /** Document with line, such as `README.md:48`. */
  readonly at: string;
  readonly language: string;
  readonly text: string;
}

const documents = ["README.md", "CONTRIBUTING.md", "SECURITY.md", ...markdownBelow("docs")];

export const snippets: readonly Snippet[] = documents.flatMap((document) => {
  const text = readFileSync(join(root, document), "utf8");
  return [...text.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].map(({ index, 1: language = "", 2: block = "" }) => ({
    at: `${document}:${text.slice(0, index).split("\n").length}`,
    language,
    text: block,
  }));
});

function markdownBelow(folder: string): readonly string[] {
  const paths = readdirSync(join(root, folder), { recursive: true, encoding: "utf8" });
  return paths.filter((path) => path.endsWith(".md")).map((path) => join(folder, path));
}

const { inputs } = parse(readFileSync(join(root, "action.yml"), "utf8")) as { readonly inputs: object };

/** A snippet as a complete workflow, or undefined where it is of another program. */
export function workflowOf({ text }: Snippet): string | undefined {
  const document: unknown = parse(text);
  if (Array.isArray(document)) return inJob(indent(text, 6));
  if (typeof document !== "object" || document === null) return undefined;
  if ("jobs" in document) return "on" in document ? text : `${HEAD}${text}`;
  const keys = Object.keys(document);
  if (!keys.every((key) => Object.hasOwn(inputs, key))) return undefined;
  return inJob(
    `      - uses: OWNER/ocm-proxied-transfer@SHA # vX.Y.Z\n        with:\n${indent(stringify(document), 10)}`,
  );
}

const HEAD = "name: Snippet\non: workflow_dispatch\npermissions: {}\nconcurrency:\n  group: snippet\n";

function inJob(steps: string): string {
  return `${HEAD}jobs:\n  job:\n    name: Job\n    runs-on: ubuntu-latest\n    steps:\n${steps}`;
}

function indent(text: string, columns: number): string {
  return text.replace(/^(?=.)/gm, " ".repeat(columns));
}

/** Recipes and snippets as workflows, by file name. */
export const workflows: Readonly<Record<string, string>> = Object.fromEntries([
  ...recipeNames.map((name) => [name, recipeText(name)] as const),
  ...snippets.flatMap((snippet) => {
    const workflow = snippet.language === "yaml" ? workflowOf(snippet) : undefined;
    return workflow === undefined ? [] : [[`${snippet.at.replaceAll(/[/:]/g, "-")}.yml`, workflow] as const];
  }),
]);
