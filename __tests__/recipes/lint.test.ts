import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { parse, stringify } from "yaml";
import { root } from "../../scripts/parts.ts";
import { repositoryWith } from "../../testing/real/act.ts";
import { withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { actionlint, zizmor } from "../../testing/workflows/linters.ts";
import { stepsOf, workflowNames, workflowText } from "../../testing/workflows/workflows.ts";
import { recipe, recipeNames, recipeText } from "./recipes.ts";
import { snippets, workflowOf, workflows } from "./snippets.ts";

afterEach(stopEverything);

const PINNED = "0123456789abcdef0123456789abcdef01234567 # v1.0.0";

/** In place of `OWNER/ocm-proxied-transfer@SHA`: this repository, whose inputs and outputs are known then, or a commit. */
function repositoryOf(own: "local" | "pinned"): string {
  const entries = Object.entries(workflows).map(([name, text]) => [
    `.github/workflows/${name}`,
    own === "pinned"
      ? text.replaceAll("SHA # vX.Y.Z", PINNED)
      : text
          .replaceAll("OWNER/ocm-proxied-transfer@SHA # vX.Y.Z", "./")
          .replaceAll(/OWNER\/ocm-proxied-transfer\/(\S+)@SHA # vX.Y.Z/g, "./$1"),
  ]);
  const files =
    own === "pinned" ? [] : ["action.yml", "dist", ".github/workflows/transfer.yml", ".github/actionlint.yaml"];
  return repositoryWith(files, Object.fromEntries(entries));
}

test("every snippet of YAML is a workflow, a step or inputs, but for those of other programs", () => {
  const others = snippets.filter((snippet) => snippet.language === "yaml" && workflowOf(snippet) === undefined);
  expect(others.map(({ text }) => Object.keys(parse(text)).join(" "))).toEqual([
    "images",
    "resources components",
    "apiVersion kind metadata spec",
  ]);
  expect(Object.keys(workflows).length).toBeGreaterThan(20);
});

withParts(["actionlint"], "actionlint", () => {
  test("finds nothing in recipes and snippets", () => {
    expect(actionlint(repositoryOf("local"))).toEqual([]);
  });

  test("reports every input and every output that action.yml does not have", () => {
    const folder = repositoryOf("local");
    const path = join(folder, "action.yml");
    const { inputs, outputs, ...rest } = parse(readFileSync(path, "utf8"));
    writeFileSync(path, stringify({ ...rest, inputs: {}, outputs: {} }));
    const found = actionlint(folder);
    const own = Object.values(workflows).flatMap((text) =>
      stepsOf(parse(text)).filter(({ uses }) => uses?.startsWith("OWNER/")),
    );
    const used = new Set(own.flatMap((step) => Object.keys(step.with ?? {})));
    expect(used.size).toBeGreaterThan(15);
    const unreported = [...used].filter(
      (name) => !found.some((line) => line.includes(`input "${name}" is not defined`)),
    );
    expect(unreported).toEqual([]);
    expect(found).toContainEqual(expect.stringMatching(/README.*property "routes" is not defined/));
  });
});

withParts(["zizmor"], "zizmor", () => {
  test("finds nothing in recipes and snippets, smells included", () => {
    expect(zizmor(repositoryOf("pinned"))).toEqual([]);
  });

  test("reports a recipe that names an action by tag, and one whose token may do everything", () => {
    const text = recipeText("ecr.yml");
    const folder = repositoryWith([], {
      ".github/workflows/a.yml": text.replace(/credentials@\w{40}/, "credentials@v6"),
      ".github/workflows/b.yml": text.replace("permissions: {}", "permissions: write-all"),
    });
    const found = zizmor(folder);
    expect(found).toContain("unpinned-uses in ./.github/workflows/a.yml");
    expect(found).toContain("excessive-permissions in ./.github/workflows/b.yml");
  });
});

describe.each(recipeNames)("%s", (name) => {
  test("names actions of others by commit, and this one as documents do", () => {
    const uses = [...recipeText(name).matchAll(/uses: (.*)/g)].map(([, action = ""]) => action);
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((action) => action !== "OWNER/ocm-proxied-transfer@SHA # vX.Y.Z")).toEqual(
      uses
        .filter((action) => !action.startsWith("OWNER/"))
        .map(() => expect.stringMatching(/^[\w-]+\/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/)),
    );
  });

  test("puts no expression into a script", () => {
    for (const { run = "" } of stepsOf(recipe(name))) expect(run).not.toContain("${{");
  });

  test("is explained on the page of recipes", () => {
    const page = readFileSync(join(root, "docs/recipes/README.md"), "utf8");
    expect(page).toContain(`](${name})`);
  });
});

test("an action that workflows use too has the same version in a recipe", () => {
  const versions = (text: string) => [...text.matchAll(/uses: ([\w-]+\/[\w-]+)@(\w{40} # \S+)/g)];
  const ours = new Map(workflowNames.flatMap((name) => versions(workflowText(name)).map(([, a, v]) => [a, v])));
  const theirs = Object.values(workflows).flatMap((text) => versions(text).map(([, a, v]) => [a, v] as const));
  expect(theirs.length).toBeGreaterThan(2);
  expect(theirs.filter(([action, version]) => ours.has(action) && ours.get(action) !== version)).toEqual([]);
});
