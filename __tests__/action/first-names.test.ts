import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { addComponentVersion, addImage, artifactDigest, resource } from "../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { runAction } from "../../testing/real/action.ts";
import { ctf, temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const SHOP = "acme.org/shop";

/** Two tags of one image, another image, and a relative reference. */
async function startOrigin() {
  const origin = await startFakeRegistry();
  const app = addImage(origin, "images/app", { tag: "1.4", layers: ["app"] });
  addImage(origin, "images/app", { tag: "stable", layers: ["app"] });
  const web = addImage(origin, "images/web", { tag: "2", layers: ["web"] });
  const absolute = (name: string) => ({ type: "ociArtifact", imageReference: `${origin.origin}/images/${name}` });
  addComponentVersion(origin, {
    name: SHOP,
    path: "ocm",
    resources: [
      resource("app", absolute("app:1.4"), artifactDigest(app)),
      resource("stable", absolute("app:stable"), artifactDigest(app)),
      resource("web", { type: "relativeOciReference", reference: "images/web:2" }, artifactDigest(web)),
    ],
  });
  const first = ["app:1.4", "app:stable", "web:2"].map((name) => `${origin.host}/images/${name}`);
  return { line: `${origin.origin}/ocm//${SHOP}:1.0.0`, first };
}

async function transfer(line: string, target: string, more: Record<string, string> = {}) {
  const { outputs, annotations } = await runAction({ inputs: { "component-versions": line, target, ...more } });
  expect(annotations).toEqual([]);
  const images: Record<string, string> = JSON.parse(outputs.images ?? "");
  const findings: { code: string; message: string }[] = JSON.parse(outputs.findings ?? "");
  return { images, findings: findings.filter(({ code }) => code === "NAME_UNKNOWN") };
}

const lineAt = (repository: string) => `${repository}//${SHOP}:1.0.0`;
const keysOf = (images: Record<string, string>) => Object.keys(images).sort();
const hasValuesAt = (images: Record<string, string>, { host }: FakeRegistry) =>
  Object.values(images).every((value) => value.startsWith(`${host}/`));

describe("the old references of images are their first ones", () => {
  test.each(["localBlob", "relativeOciReference"])(
    "from a registry through a .tgz, a registry and another, as %s",
    async (access) => {
      const { line, first } = await startOrigin();
      const archive = join(temporaryFolder(), "shop.tgz");
      const [inner, outer] = [await startFakeRegistry(), await startFakeRegistry()];
      expect(keysOf((await transfer(line, archive, { access })).images)).toEqual(first);
      expect(existsSync(archive)).toBe(true);
      const imported = await transfer(lineAt(archive), `${inner.origin}/in`, { access });
      expect(keysOf(imported.images)).toEqual(first);
      expect(hasValuesAt(imported.images, inner)).toBe(true);
      const onwards = await transfer(lineAt(`${inner.origin}/in`), `${outer.origin}/out`, { access });
      expect(keysOf(onwards.images)).toEqual(first);
      expect(hasValuesAt(onwards.images, outer)).toBe(true);
      expect([...imported.findings, ...onwards.findings]).toEqual([]);
    },
  );

  test("when the form of access changes on the way", async () => {
    const { line, first } = await startOrigin();
    const [inner, outer] = [await startFakeRegistry(), await startFakeRegistry()];
    await transfer(line, `${inner.origin}/in`, { access: "relativeOciReference" });
    await transfer(lineAt(`${inner.origin}/in`), `${outer.origin}/out`);
    const archive = join(temporaryFolder(), "shop");
    expect(keysOf((await transfer(lineAt(`${outer.origin}/out`), archive)).images)).toEqual(first);
  });

  test("when a target publishes by the name of the first registry", async () => {
    const { line, first } = await startOrigin();
    const archive = join(temporaryFolder(), "shop.tgz");
    await transfer(line, archive);
    const target = await startFakeRegistry();
    await transfer(lineAt(archive), `${target.origin}/in`, { "publish-artifacts": "{registry}/{repository}:{tag}" });
    const published = target.repositories().filter((name) => !name.includes("component-descriptors"));
    const host = first[0]?.split("/")[0]?.replace(":", "-");
    expect(published.sort()).toEqual([`in/${host}/images/app`, `in/${host}/images/web`]);
  });
});

test("with origin-names: false a copy has no reference of its source, and one that has it is rewritten", async () => {
  const { line, first } = await startOrigin();
  const target = await startFakeRegistry();
  const off = { "origin-names": "false" };
  const host = first[0]?.split("/")[0] ?? "";
  const index = () => String(target.manifest(`in/component-descriptors/${SHOP}`, "1.0.0")?.content);
  await transfer(line, `${target.origin}/in`);
  expect(index()).toContain(`${host}/images/app:1.4`);
  await transfer(line, `${target.origin}/in`, off);
  expect(index()).not.toContain(host);
});

test("a second transfer leaves a copy without recorded references as it is", async () => {
  const { line } = await startOrigin();
  const target = await startFakeRegistry();
  await transfer(line, `${target.origin}/in`, { "origin-names": "false" });
  const index = () => String(target.manifest(`in/component-descriptors/${SHOP}`, "1.0.0")?.content);
  const before = index();
  await transfer(line, `${target.origin}/in`);
  expect(index()).toBe(before);
});

test("images of an archive of another tool have the names of their accesses, with a finding", async () => {
  const target = await startFakeRegistry();
  const line = `ctf::${ctf("v1-by-value")}//example.org/shop:1.2.0`;
  const { images, findings } = await transfer(line, `${target.origin}/in`);
  expect(Object.keys(images)).toContain("images/frontend:1.4.0");
  expect(findings).toMatchObject([{ message: expect.stringContaining("frontend (images/frontend:1.4.0)") }]);
});
