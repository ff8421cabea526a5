import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { sha256 } from "../../src/oci/digest.ts";
import { addComponentVersion, addImage, imageResource, localBlob } from "../../testing/content/content.ts";
import { descriptorText, makeCtf } from "../../testing/content/ctf.ts";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { faults } from "../../testing/fakes/registry-faults.ts";
import { resources } from "../../testing/fixtures/ocm/digests.ts";
import { hostileText } from "../../testing/generated/hostile-text.ts";
import { seeded } from "../../testing/generated/random.ts";
import { runAction } from "../../testing/real/action.ts";
import { mainJob, startEstate } from "../../testing/real/estate.ts";
import { ctf, temporaryFolder } from "../../testing/real/fixtures.ts";
import { pathOf, withParts } from "../../testing/real/parts.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

interface Downloaded {
  readonly component: string;
  readonly resource: string;
  readonly path: string;
  readonly digest: string;
}

withParts(["docker-registry", "squid", "crane"], "a download through the proxy", () => {
  afterEach(stopEverything);

  test("puts local blobs into files and artifacts into image layouts that other tools read", async () => {
    const { squid } = await startEstate("docker-registry");
    const registry = await startRegistry({ kind: "docker-registry" });
    const output = temporaryFolder();
    const { target: _, ...inputs } = mainJob({ squid }, registry);
    const result = await runAction({ inputs: { ...inputs, command: "download", output } });
    expect(result.annotations).toEqual([]);
    const files: Downloaded[] = JSON.parse(result.outputs.files ?? "");
    const isChart = ({ resource }: { resource: string }) => resource === "chart";
    const found = files.map(({ resource, digest }) => ({ resource, digest })).sort(byResource);
    const expected = resources.map(({ name, digest }) => ({ resource: name, digest })).sort(byResource);
    expect(found.filter((file) => !isChart(file))).toEqual(expected.filter((file) => !isChart(file)));
    // A chart is the archive in it.
    expect(files.filter(isChart).map(({ path }) => path)).toEqual([expect.stringMatching(/chart\.tgz$/)]);
    for (const { path, digest } of files) {
      if (statSync(path).isFile()) {
        expect(sha256(readFileSync(path))).toBe(digest);
        continue;
      }
      expect(JSON.parse(readFileSync(join(path, "index.json"), "utf8")).manifests[0].digest).toBe(digest);
      execFileSync(pathOf("crane"), ["push", path, `${registry.host}/read/back`], { stdio: "pipe" });
    }
  });
});

function byResource(one: { resource: string }, other: { resource: string }): number {
  return one.resource.localeCompare(other.resource);
}

test("an archive is downloaded from without any network", async () => {
  const output = temporaryFolder();
  const inputs = { command: "download", "component-versions": `${ctf("v2-by-value")}//example.org/cart:2.0.0`, output };
  const result = await runAction({ inputs });
  expect(result.annotations).toEqual([]);
  expect(readFileSync(join(output, "example.org", "cart", "2.0.0", "settings.json"), "utf8")).toBe(
    '{"currency":"EUR","retries":3}',
  );
  expect(JSON.parse(result.outputs.hosts ?? "")).toEqual([]);
});

test("S20: names that want to be paths become names, and do not overwrite one another", async () => {
  const registry = await startFakeRegistry();
  addImage(registry, "images/a", { tag: "1.0.0", layers: ["a"] });
  const imageReference = `${registry.origin}/images/a:1.0.0`;
  const names = ["../../evil", "/etc/passwd", "..", "a/b", "a\\b", "A-b", "a-b"];
  const resources = names.map((name) => imageResource(name, imageReference));
  addComponentVersion(registry, { path: "ocm", name: "example.org/evil", resources });
  const output = temporaryFolder();
  const inputs = {
    command: "download",
    "component-versions": `${registry.origin}/ocm//example.org/evil:1.0.0`,
    output,
  };
  const result = await runAction({ inputs });
  expect(result.annotations).toEqual([]);
  const written = readdirSync(join(output, "example.org", "evil", "1.0.0"));
  expect(written).toHaveLength(names.length);
  expect(new Set(written.map((name) => name.toLowerCase())).size).toBe(names.length);
  expect(readdirSync(output)).toEqual(["example.org"]);
});

test("whatever a resource is called, it becomes one file in the folder of its component version", async () => {
  const random = seeded(20);
  const hostile = Array.from({ length: 80 }, () => hostileText(random).toWellFormed());
  const names = [
    ...new Set([...hostile, "x".repeat(400), `${"x".repeat(400)}y`, ".", "..", "~", "$HOME", ".git", "CON"]),
  ];
  const blobs = names.map((_, at) => `content ${at}`);
  const resources = names.map((name, at) => localBlob(name, sha256(blobs[at] ?? "")));
  const id = "example.org/shop:1.0.0";
  const source = makeCtf([{ id, blobs, descriptor: descriptorText({ id, resources }) }]);
  const cwd = join(temporaryFolder(), "workspace");
  const result = await runAction({
    cwd,
    inputs: { command: "download", "component-versions": `${source}//${id}`, output: "output" },
  });
  expect(result.annotations).toEqual([]);
  const folder = join(cwd, "output", "example.org", "shop", "1.0.0");
  const found = readdirSync(cwd, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  expect(new Set(found.map(({ parentPath }) => parentPath))).toEqual(new Set([folder]));
  expect(found.map(({ name }) => readFileSync(join(folder, name), "utf8")).sort()).toEqual(blobs.toSorted());
  for (const { name } of found) expect(name).toMatch(/^[A-Za-z0-9_+-][A-Za-z0-9._+-]*$/);
});

test("components whose long names begin alike do not share a folder", async () => {
  const ids = ["x", "y"].map((end) => `example.org/${"a".repeat(130)}${end}:1.0.0`);
  const source = makeCtf(ids.map((id) => ({ id, blobs: [id] })));
  const output = temporaryFolder();
  const lines = ids.map((id) => `${source}//${id}`).join("\n");
  const result = await runAction({ inputs: { command: "download", "component-versions": lines, output } });
  expect(result.annotations).toEqual([]);
  const files: Downloaded[] = JSON.parse(result.outputs.files ?? "");
  expect(files.map(({ path }) => readFileSync(path, "utf8"))).toEqual(ids);
});

test("components whose names are alike do not share a folder, and one resource never removes another", async () => {
  const registry = await startFakeRegistry();
  const ids = ["example.org/shop/web:1.0.0", "example.org/shop-web:1.0.0"];
  for (const id of ids) {
    const repository = `images/${id.replace(/[^a-z]/g, "")}`;
    addImage(registry, repository, { tag: "1.0.0", layers: [id] });
    const imageReference = `${registry.origin}/${repository}:1.0.0`;
    const resources = ["x", "x.partial"].map((name) => imageResource(name, imageReference));
    addComponentVersion(registry, { path: "ocm", name: id.replace(":1.0.0", ""), resources });
  }
  const output = temporaryFolder();
  const lines = ids.map((id) => `${registry.origin}/ocm//${id}`);
  const result = await runAction({ inputs: { command: "download", "component-versions": lines.join("\n"), output } });
  expect(result.annotations).toEqual([]);
  const files: Downloaded[] = JSON.parse(result.outputs.files ?? "");
  expect(new Set(files.map(({ path }) => path)).size).toBe(4);
  for (const { path, digest } of files) {
    expect(JSON.parse(readFileSync(join(path, "index.json"), "utf8")).manifests[0].digest).toBe(digest);
  }
});

test("what was cut or changed on its way is not left behind under its name", async () => {
  const registry = await startFakeRegistry();
  addImage(registry, "images/a", { tag: "1.0.0", layers: ["content"] });
  const resources = [imageResource("a", `${registry.origin}/images/a:1.0.0`)];
  addComponentVersion(registry, { path: "ocm", name: "example.org/shop", resources });
  registry.inject(faults.lyingBlob(sha256("content")));
  const output = temporaryFolder();
  const inputs = {
    command: "download",
    "component-versions": `${registry.origin}/ocm//example.org/shop:1.0.0`,
    output,
  };
  const result = await runAction({ inputs: { ...inputs, "preflight-mode": "off" } });
  expect(result.annotations.map(({ title }) => title)).toEqual(["DIGEST_MISMATCH"]);
  expect(readdirSync(output)).toEqual([]);
});
