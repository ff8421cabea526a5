import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { parse } from "yaml";
import { root } from "../scripts/parts.ts";
import { codes } from "../src/errors/codes.ts";

const read = (path: string) => readFileSync(join(root, path), "utf8");
const action = parse(read("action.yml"));

test("every code has its chapter, which begins with its sentence", () => {
  const chapters = read("docs/diagnosis.md").split(/^## /m).slice(1);
  const documented = Object.fromEntries(
    chapters.map((chapter) =>
      chapter
        .split("\n")
        .filter((line) => line !== "")
        .slice(0, 2),
    ),
  );
  expect(documented).toEqual(codes);
});

test("the README names every input with its default, and every output", () => {
  const readme = read("README.md");
  const table = readme.slice(readme.indexOf("## Inputs"), readme.indexOf("## Outputs"));
  const rows = table.split("\n").filter((line) => line.startsWith("| `"));
  const documented = rows.flatMap((row) => {
    const [names = "", defaults = ""] = row.split("|").slice(1, 3);
    const values = [...defaults.matchAll(/`([^`]*)`/g)].map(([, value]) => value);
    return [...names.matchAll(/`([^`]*)`/g)].map(([, name], index) => [name, values[index] ?? values[0] ?? ""]);
  });
  const declared = Object.entries(action.inputs as Record<string, { default: string }>).map(([name, input]) => [
    name,
    input.default,
  ]);
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(declared));
  const outputs = readme.slice(readme.indexOf("## Outputs"));
  for (const name of Object.keys(action.outputs)) expect(outputs).toContain(`\`${name}\``);
});
