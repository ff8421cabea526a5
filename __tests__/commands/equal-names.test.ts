import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { readComponentVersion } from "../../src/ocm/repository/component-version.ts";
import { openCtf } from "../../src/stores/ctf/store.ts";
import { addComponentVersion, addImage, addReferrer, imageResource, SBOM } from "../../testing/content/content.ts";
import { type PlaceKind, startPlace } from "../../testing/content/places.ts";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { runCommand } from "../../testing/product/run-command.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const leaf = (componentName: string, version = "1.0.0") => ({ name: "leaf", componentName, version });

describe("references of the same name in two component versions lead to their own component versions", () => {
  const TREES: Readonly<Record<string, readonly [one: object, other: object]>> = {
    "of two components": [leaf("acme.org/leaf-a"), leaf("acme.org/leaf-b")],
    "of two versions of a component": [leaf("acme.org/leaf-a"), leaf("acme.org/leaf-a", "2.0.0")],
    "of two versions with one precedence": [leaf("acme.org/leaf-a", "1.0.0+a"), leaf("acme.org/leaf-a", "1.0.0+b")],
  };
  const kinds: readonly PlaceKind[] = ["registry", "tgz"];

  test.each(
    Object.entries(TREES).flatMap(([tree, references]) => kinds.map((kind) => [tree, kind, references] as const)),
  )("%s, from a %s", async (_, kind, references) => {
    const source = await startPlace(kind);
    for (const version of ["1.0.0", "2.0.0", "1.0.0+a", "1.0.0+b"]) {
      addComponentVersion(source, { name: "acme.org/leaf-a", version, blobs: [`a ${version}`] });
    }
    addComponentVersion(source, { name: "acme.org/leaf-b", blobs: ["b"] });
    for (const [at, reference] of references.entries()) {
      addComponentVersion(source, { name: `acme.org/parent-${at}`, references: [reference] });
    }
    addComponentVersion(source, {
      name: "acme.org/root",
      references: ["acme.org/parent-0:1.0.0", "acme.org/parent-1:1.0.0"],
    });
    const target = join(temporaryFolder(), "copy");
    const line = `${source.reference()}//acme.org/root:1.0.0`;
    expect((await runCommand("transfer", { "component-versions": line, recursive: "true", target })).errors).toEqual(
      [],
    );
    const registry = await openCtf(target);
    const read = (name: string, version: string) =>
      readComponentVersion({ registry, path: "", display: "copy" }, name, version);
    for (const [at, reference] of references.entries()) {
      const [copied, ...others] = (await read(`acme.org/parent-${at}`, "1.0.0")).descriptor.references;
      expect([copied, others]).toEqual([expect.objectContaining(reference), []]);
      await read(copied?.componentName ?? "", copied?.version ?? "");
    }
    await registry.close();
    const copy = { "component-versions": `${target}//acme.org/root:1.0.0`, recursive: "true" };
    expect((await runCommand("verify", copy)).errors).toEqual([]);
  });
});

test.each(["3.5", "digest"])(
  "a resource that is a referrer is the root of what is downloaded, its subject by %s too",
  async (by) => {
    const source = await startFakeRegistry();
    const image = addImage(source, "images/etcd", { tag: "3.5" });
    const sbom = addReferrer(source, "images/etcd", image, SBOM);
    const etcd = `${source.origin}/images/etcd${by === "digest" ? `@${image.digest}` : `:${by}`}`;
    addComponentVersion(source, {
      resources: [imageResource("sbom", `${source.origin}/images/etcd@${sbom.digest}`), imageResource("etcd", etcd)],
    });
    const archive = join(temporaryFolder(), "copy.tgz");
    const line = `${source.origin}//acme.org/shop:1.0.0`;
    expect(
      (await runCommand("transfer", { "component-versions": line, target: archive, "copy-resources": "true" })).errors,
    ).toEqual([]);
    for (const from of [line, `${archive}//acme.org/shop:1.0.0`]) {
      const output = temporaryFolder();
      expect((await runCommand("download", { "component-versions": from, output })).errors).toEqual([]);
      const indexes = readdirSync(output, { recursive: true, encoding: "utf8" }).filter((name) =>
        name.endsWith("index.json"),
      );
      const roots = indexes.map((name) => {
        const { manifests } = JSON.parse(readFileSync(join(output, name), "utf8"));
        return [name.split("/").at(-2), manifests.map(({ digest }: { digest: string }) => digest)];
      });
      expect(Object.fromEntries(roots)).toEqual({ sbom: [sbom.digest], etcd: [image.digest] });
    }
  },
);
