import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { makeCtf } from "../../testing/content/ctf.ts";
import { componentDigests } from "../../testing/fixtures/ocm/digests.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { ctf, temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { ctfPlace, readTree } from "./place.ts";

afterEach(stopEverything);

const codesOf = ({ annotations }: ActionResult) => annotations.map(({ title }) => title);
const idsOf = ({ outputs }: ActionResult): string[] =>
  (JSON.parse(outputs["component-versions"] ?? "[]") as { component: string; version: string }[])
    .map(({ component, version }) => `${component}:${version}`)
    .sort();

function packed(folder: string, ending: ".tar" | ".tgz"): string {
  const path = join(temporaryFolder(), `archive${ending}`);
  execFileSync("tar", [ending === ".tgz" ? "-czf" : "-cf", path, "-C", folder, "."]);
  return path;
}

const all = Object.keys(componentDigests).sort();

test.each<[string, () => string]>([
  ["a folder of v1", () => ctf("v1-by-value")],
  ["a folder of v2", () => ctf("v2-by-value")],
  ["a folder of v2, by its type", () => `ctf::${ctf("v2-by-value")}`],
  ["a tgz of v1", () => packed(ctf("v1-by-value"), ".tgz")],
  ["a tgz of v2", () => packed(ctf("v2-by-value"), ".tgz")],
  ["a tar of v2", () => packed(ctf("v2-by-value"), ".tar")],
])("%s, named without a component, is transferred completely", async (_, source) => {
  const target = join(temporaryFolder(), "target.tgz");
  const result = await runAction({ inputs: { "component-versions": source(), target } });
  expect(codesOf(result)).toEqual([]);
  expect(idsOf(result)).toEqual(all);
  expect(await readTree(ctfPlace(target))).toHaveLength(all.length);
});

describe("of an archive with versions of two components", () => {
  const archive = () =>
    makeCtf([
      { id: "acme.org/shop:1.0.0", blobs: ["one"] },
      { id: "acme.org/shop:1.1.0", blobs: ["two"] },
      { id: "acme.org/shop:2.0.0-rc.1", blobs: ["three"] },
      { id: "acme.org/tools/lint:0.9.0", blobs: ["four"] },
    ]);
  const transfer = (inputs: Record<string, string>) =>
    runAction({
      inputs: { "component-versions": archive(), target: join(temporaryFolder(), "target"), ...inputs },
    });

  test.each<[string, Record<string, string>, string[]]>([
    [
      "all versions are transferred",
      {},
      ["acme.org/shop:1.0.0", "acme.org/shop:1.1.0", "acme.org/shop:2.0.0-rc.1", "acme.org/tools/lint:0.9.0"],
    ],
    ["semver-constraint narrows them", { "semver-constraint": ">=1" }, ["acme.org/shop:1.0.0", "acme.org/shop:1.1.0"]],
    ["latest takes one of each", { latest: "true" }, ["acme.org/shop:2.0.0-rc.1", "acme.org/tools/lint:0.9.0"]],
    ["include narrows them", { include: "component=acme.org/tools/*" }, ["acme.org/tools/lint:0.9.0"]],
    [
      "include with further conditions narrows them",
      { include: "component=*/lint,name=blob-0" },
      ["acme.org/tools/lint:0.9.0"],
    ],
    [
      "include and semver-constraint narrow them together",
      { include: "component=acme.org/shop", "semver-constraint": "<1.1" },
      ["acme.org/shop:1.0.0"],
    ],
  ])("%s", async (_, inputs, ids) => {
    const result = await transfer(inputs);
    expect(codesOf(result)).toEqual([]);
    expect(idsOf(result)).toEqual(ids);
  });

  test("exclude is about resources, and keeps the component versions", async () => {
    const result = await transfer({ exclude: "component=acme.org/shop,name=blob-0" });
    expect(idsOf(result)).toHaveLength(4);
  });

  test("a selection of nothing is an error that lists the components", async () => {
    const result = await transfer({ "semver-constraint": ">=7" });
    expect(codesOf(result)).toEqual(["COMPONENT_VERSION_UNKNOWN"]);
    expect(result.annotations[0]?.message).toContain("acme.org/shop, acme.org/tools/lint");
  });

  test.each(["verify", "download"])("%s reads all of them", async (command) => {
    const output = join(temporaryFolder(), "output");
    const result = await transfer({ command, ...(command === "download" ? { output } : {}) });
    expect(result.code).toBe(0);
    expect(idsOf(result)).toHaveLength(4);
  });
});

test("an archive without component versions is an error", async () => {
  const result = await runAction({
    inputs: { "component-versions": makeCtf([]), target: join(temporaryFolder(), "target") },
  });
  expect(codesOf(result)).toEqual(["COMPONENT_VERSION_UNKNOWN"]);
});
