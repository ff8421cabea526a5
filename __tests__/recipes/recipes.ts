import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { root } from "../../scripts/parts.ts";
import type { Workflow } from "../../testing/workflows/workflows.ts";

const folder = join(root, "docs/recipes");

/** Files with a complete workflow each. */
export const recipeNames: readonly string[] = readdirSync(folder)
  .filter((name) => name.endsWith(".yml"))
  .sort();

export function recipeText(name: string): string {
  return readFileSync(join(folder, name), "utf8");
}

export function recipe(name: string): Workflow {
  return parse(recipeText(name));
}
