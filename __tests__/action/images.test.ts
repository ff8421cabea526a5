import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { parse as parseToml } from "smol-toml";
import { parse } from "yaml";
import { sha256 } from "../../src/oci/digest.ts";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { resources } from "../../testing/fixtures/ocm/digests.ts";
import { runAction } from "../../testing/real/action.ts";
import { ctf, temporaryFolder } from "../../testing/real/fixtures.ts";
import { withParts } from "../../testing/real/parts.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { readManifest, tagsOf } from "./registry-reader.ts";

afterEach(stopEverything);

const ALL = `ctf::${ctf("v1-by-value")}//example.org/shop:1.2.0`;
const artifacts = resources.filter(({ reference }) => reference !== undefined);

withParts(["docker-registry"], "artifacts that are published beside", () => {
  test("are pulled by their names, and the component repository has versions for tags alone", async () => {
    const target = await startRegistry({ kind: "docker-registry" });
    const inputs = {
      "component-versions": ALL,
      recursive: "true",
      target: `${target.origin}/ocm`,
      "publish-artifacts": "pull/{repository}:{tag}",
    };
    const result = await runAction({ inputs });
    expect(result.annotations).toEqual([]);
    for (const { reference = "", digest, component } of artifacts) {
      const [repository = "", tag = ""] = reference.split(":");
      const { text } = await readManifest(target.origin, `ocm/pull/${repository}`, tag);
      expect(sha256(Buffer.from(text))).toBe(digest);
      expect(await tagsOf(target.origin, `ocm/component-descriptors/${component}`)).toHaveLength(1);
    }
    const byName = artifacts.map(({ reference = "", digest }) => [
      reference,
      `${target.host}/ocm/pull/${reference}@${digest}`,
    ]);
    expect(JSON.parse(result.outputs.images ?? "")).toEqual(Object.fromEntries(byName));
    const again = await runAction({ inputs });
    expect([again.outputs["bytes-copied"], again.outputs["bytes-mounted"]]).toEqual(["0", "0"]);
  });
});

test("files tell deployments what images are called now, for whoever reads them under another name", async () => {
  const target = await startFakeRegistry();
  const folder = temporaryFolder();
  const path = (name: string) => join(folder, "deploy", name);
  const result = await runAction({
    inputs: {
      "component-versions": ALL,
      recursive: "true",
      target: `${target.origin}/ocm`,
      "consumer-repository": "https://mirror.corp/team",
      "write-images": [
        `images=${path("images.json")}`,
        `helm=${path("values.yaml")}`,
        `kustomize=${path("kustomization.yaml")}`,
        `registries=${path("registries.conf")}`,
      ].join("\n"),
    },
  });
  expect(result.annotations).toEqual([]);
  const read = (name: string) => readFileSync(path(name), "utf8");
  const list = JSON.parse(read("images.json")) as { resource: string; neutral: string; reference: string }[];
  expect(Object.fromEntries(list.map(({ resource, reference }) => [resource, reference]))).toEqual(
    Object.fromEntries(
      artifacts.map(({ name, component, digest }) => [
        name,
        `mirror.corp/team/component-descriptors/${component}@${digest}`,
      ]),
    ),
  );
  for (const { neutral, reference } of list) expect(reference).toBe(`mirror.corp/team/${neutral}`);
  expect(parse(read("values.yaml")).images.frontend).toMatchObject({
    repository: "mirror.corp/team/component-descriptors/example.org/shop",
    tag: "1.4.0",
  });
  expect(parse(read("kustomization.yaml"))).toHaveProperty("kind");
  expect(parseToml(read("registries.conf"))).toBeDefined();
  expect(JSON.parse(result.outputs.files ?? "").map(({ format }: { format: string }) => format)).toEqual([
    "images",
    "helm",
    "kustomize",
    "registries",
  ]);
});

test("artifacts that are published have the names of rename", async () => {
  const target = await startFakeRegistry();
  const result = await runAction({
    inputs: {
      "component-versions": ALL,
      target: `${target.origin}/ocm`,
      "publish-artifacts": "pull/{repository}:{tag}",
      rename: "images/=mirror/img/",
    },
  });
  expect(result.annotations).toEqual([]);
  expect(Object.keys(target.tags("ocm/pull/mirror/img/frontend"))).toEqual(["1.4.0"]);
  const names = Object.values(JSON.parse(result.outputs.images ?? "") as Record<string, string>);
  expect(names).toContainEqual(expect.stringContaining(`${target.host}/ocm/pull/mirror/img/frontend:1.4.0@sha256:`));
});
