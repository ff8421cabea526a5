import { readdirSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { addComponentVersion, addImage, imageResource } from "../../testing/content/content.ts";
import { makeCtf } from "../../testing/content/ctf.ts";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { ctf, temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

function written({ outputs }: ActionResult): string[] {
  const versions: { component: string; version: string }[] = JSON.parse(outputs["component-versions"] ?? "[]");
  return versions.map(({ component, version }) => `${component}:${version}`);
}

const codesOf = ({ annotations }: ActionResult) => annotations.map(({ title }) => title);

describe("versions that the line does not name", () => {
  const VERSIONS = ["1.0.0", "1.2.0", "1.10.0", "2.0.0-rc.1", "2.0.0", "2.1.0+build.5"];
  const source = () => makeCtf(VERSIONS.map((version) => ({ id: `example.org/part:${version}`, blobs: [version] })));
  const run = (inputs: Record<string, string>) =>
    runAction({
      inputs: {
        "component-versions": `${source()}//example.org/part`,
        target: join(temporaryFolder(), "target"),
        ...inputs,
      },
    });

  test.each([
    [{ "semver-constraint": "*" }, ["1.0.0", "1.2.0", "1.10.0", "2.0.0", "2.1.0+build.5"]],
    [{ "semver-constraint": "^1.1" }, ["1.2.0", "1.10.0"]],
    [{ "semver-constraint": ">=2.0.0-0" }, ["2.0.0-rc.1", "2.0.0", "2.1.0+build.5"]],
    [{ "semver-constraint": "<2.0.0", latest: "true" }, ["1.10.0"]],
    [{ latest: "true" }, ["2.1.0+build.5"]],
  ])("%j", async (inputs: Record<string, string>, expected) => {
    const result = await run(inputs);
    expect(codesOf(result)).toEqual([]);
    expect(written(result)).toEqual(expected.map((version) => `example.org/part:${version}`));
  });

  test("of a registry they are its tags, other tags left aside", async () => {
    const registry = await startFakeRegistry();
    for (const version of ["1.0.0", "1.1.0"]) {
      addComponentVersion(registry, { path: "ocm", name: "example.org/part", version });
    }
    addImage(registry, "ocm/component-descriptors/example.org/part", { tag: "newest" });
    const line = `http://${registry.host}/ocm//example.org/part`;
    const result = await run({ "component-versions": line, "semver-constraint": "*" });
    expect(codesOf(result)).toEqual([]);
    expect(written(result)).toEqual(["example.org/part:1.0.0", "example.org/part:1.1.0"]);
  });

  test("that differ in upper and lower case alone are versions of their own, by name and in lists", async () => {
    const twins = makeCtf(
      ["1.0.0-T0", "1.0.0-t0"].map((version) => ({ id: `example.org/part:${version}`, blobs: [version] })),
    );
    const registry = await startFakeRegistry();
    const target = `${registry.origin}/ocm`;
    const line = `${twins}//example.org/part`;
    const all = await run({ "component-versions": line, "semver-constraint": ">=1.0.0-0", target });
    expect(codesOf(all)).toEqual([]);
    expect(Object.keys(registry.tags("ocm/component-descriptors/example.org/part")).sort()).toEqual([
      "1.0.0-T0",
      "1.0.0-t0",
    ]);
    for (const source of [line, `${target}//example.org/part`]) {
      const latest = await run({ "component-versions": source, latest: "true" });
      expect(written(latest)).toEqual(["example.org/part:1.0.0-t0"]);
      const named = await run({ "component-versions": `${source}:1.0.0-T0` });
      expect([codesOf(named), written(named)]).toEqual([[], ["example.org/part:1.0.0-T0"]]);
    }
  });

  test.each([
    [{ "semver-constraint": "^3" }, "COMPONENT_VERSION_UNKNOWN"],
    [{ "semver-constraint": ">>1" }, "CONSTRAINT_MALFORMED"],
    [{}, "VERSION_MISSING"],
  ])("%j is %s", async (inputs: Record<string, string>, code) => {
    expect(codesOf(await run(inputs))).toEqual([code]);
  });
});

describe("resolvers", () => {
  const shop = () => makeCtf([{ id: "example.org/shop:1.0.0", references: ["other.org/cart:1.0.0"] }]);
  const run = (source: string, resolvers: string) =>
    runAction({
      inputs: {
        "component-versions": `${source}//example.org/shop:1.0.0`,
        recursive: "true",
        target: join(temporaryFolder(), "target.tgz"),
        resolvers,
      },
    });

  test("find what lies in another archive, and what that refers to beside it", async () => {
    const carts = makeCtf([
      { id: "other.org/cart:1.0.0", references: ["other.org/wheel:1.0.0"] },
      { id: "other.org/wheel:1.0.0", blobs: ["round"] },
    ]);
    const empty = makeCtf([]);
    const result = await run(shop(), `=${empty}\nother.org=${carts}`);
    expect(codesOf(result)).toEqual([]);
    expect(written(result).sort()).toEqual(["example.org/shop:1.0.0", "other.org/cart:1.0.0", "other.org/wheel:1.0.0"]);
  });

  test("find what lies in a registry, which is asked only for what is missing", async () => {
    const registry = await startFakeRegistry();
    addComponentVersion(registry, { path: "carts", name: "other.org/cart" });
    const result = await run(shop(), `other.org=http://${registry.host}/carts`);
    expect(codesOf(result)).toEqual([]);
    expect(written(result).sort()).toEqual(["example.org/shop:1.0.0", "other.org/cart:1.0.0"]);
    const asked = registry.requests.filter(({ kind }) => kind === "manifest" || kind === "blob");
    expect(asked.filter(({ repository }) => !repository.endsWith("/other.org/cart"))).toEqual([]);
  });

  test.each([
    ["for others", (registry: string) => `third.org=${registry}`],
    ["for a longer name that begins alike", (registry: string) => `other=${registry}`],
    ["that does not have it either", () => `other.org=${makeCtf([])}`],
  ])("one %s helps nothing", async (_, resolvers) => {
    const carts = makeCtf([{ id: "other.org/cart:1.0.0" }]);
    expect(codesOf(await run(shop(), resolvers(carts)))).toEqual(["COMPONENT_VERSION_UNKNOWN"]);
  });
});

describe("include and exclude", () => {
  const base = { "component-versions": `${ctf("v1-by-value")}//example.org/shop:1.2.0`, recursive: "true" };

  test.each([
    [{}, ["backend", "chart", "frontend", "legacy", "legacy-multi", "readme", "settings"]],
    [{ include: "type=ociImage" }, ["backend", "frontend", "legacy", "legacy-multi"]],
    [{ include: "component=example.org/shop", exclude: "name=chart" }, ["frontend", "readme"]],
    [{ exclude: "name=legacy*\nname=*e*" }, ["chart"]],
  ])("a download with %j", async (inputs: Record<string, string>, expected) => {
    const output = temporaryFolder();
    const result = await runAction({ inputs: { ...base, command: "download", output, ...inputs } });
    expect(codesOf(result)).toEqual([]);
    const files: { resource: string }[] = JSON.parse(result.outputs.files ?? "");
    expect(files.map(({ resource }) => resource).sort()).toEqual(expected);
    const folders = readdirSync(output, { recursive: true, encoding: "utf8" }).filter(
      (name) => name.split("/").length === 4,
    );
    expect(folders.map((name) => name.split("/")[3]?.replace(/\.[a-z]+$/, "")).sort()).toEqual(expected);
  });

  test("a transfer leaves by reference what is not selected, and takes local blobs along in any case", async () => {
    const registry = await startFakeRegistry();
    const images = ["one", "two"].map((name) => {
      const image = addImage(registry, `images/${name}`, { tag: "1.0.0", layers: [`layer of ${name}`] });
      return imageResource(name, `http://${registry.host}/images/${name}:1.0.0`, image);
    });
    addComponentVersion(registry, { path: "ocm", name: "example.org/shop", resources: images });
    const target = join(temporaryFolder(), "target");
    const inputs = { "component-versions": `http://${registry.host}/ocm//example.org/shop:1.0.0`, target };
    const result = await runAction({ inputs: { ...inputs, exclude: "name=two" } });
    expect(codesOf(result)).toEqual([]);
    const [{ resources }] = JSON.parse(result.outputs["component-versions"] ?? "");
    expect(resources.map(({ after }: { after: { type: string } }) => after.type)).toEqual(["localBlob", "ociArtifact"]);
    expect(registry.requests.filter(({ repository }) => repository === "images/two")).toEqual([]);
  });
});
