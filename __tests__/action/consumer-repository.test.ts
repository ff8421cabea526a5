import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { addComponentVersion, addImage, artifactDigest, resource } from "../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { uniqueAddress } from "../../testing/real/address.ts";
import { ctf, temporaryFolder } from "../../testing/real/fixtures.ts";
import { pathOf, withParts } from "../../testing/real/parts.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { readDescriptor } from "./registry-reader.ts";

afterEach(stopEverything);

const SHOP = "acme.org/shop";
const HOME = `component-descriptors/${SHOP}`;

async function startShop() {
  const source = await startFakeRegistry();
  const image = addImage(source, "images/app", { tag: "1.4" });
  const access = { type: "ociArtifact", imageReference: `${source.origin}/images/app:1.4` };
  addComponentVersion(source, {
    name: SHOP,
    path: "ocm",
    resources: [resource("app", access, artifactDigest(image))],
  });
  return { image, inputs: { "component-versions": `${source.origin}/ocm//${SHOP}:1.0.0` } };
}

const imagesOf = ({ outputs }: ActionResult): Record<string, string> => JSON.parse(outputs.images ?? "");
const transfer = (inputs: Record<string, string>) => runAction({ inputs });

async function componentAt({ origin }: FakeRegistry, path: string) {
  return (await readDescriptor(origin, `${path}/${HOME}`, "1.0.0")).component;
}

describe("absolute accesses and the names of images are those of consumer-repository", () => {
  test.each([
    [
      "registry.svc:5000/other/place",
      "registry.svc:5000/other/place",
      { baseUrl: "registry.svc:5000", subPath: "other/place" },
    ],
    ["https://registry.svc/ocm", "registry.svc/ocm", { baseUrl: "registry.svc", subPath: "ocm" }],
    ["http://registry.svc", "http://registry.svc", { baseUrl: "http://registry.svc" }],
  ])("%s", async (consumer, written, context) => {
    const { image, inputs } = await startShop();
    const target = await startFakeRegistry();
    const given = {
      ...inputs,
      access: "ociArtifact",
      target: `${target.origin}/moved/here`,
      "consumer-repository": consumer,
    };
    const result = await transfer(given);
    expect(result.annotations).toEqual([]);
    const {
      resources: [app],
      repositoryContexts,
    } = await componentAt(target, "moved/here");
    const name = `images/app:1.4@${image.digest}`;
    expect(app.access).toEqual({ type: "ociArtifact", imageReference: `${written}/${name}` });
    expect(repositoryContexts).toEqual([{ type: "OCIRegistry", componentNameMapping: "urlPath", ...context }]);
    expect(Object.values(imagesOf(result))).toEqual([`${written.replace("http://", "")}/${name}`]);
    const again = await transfer(given);
    expect(JSON.parse(again.outputs["component-versions"] ?? "")[0].state).toBe("unchanged");
  });

  test("and a transfer from such a copy reads the artifacts where the copy is", async () => {
    const { image, inputs } = await startShop();
    const [target, onwards] = [await startFakeRegistry(), await startFakeRegistry()];
    const place = `${target.origin}/moved/here`;
    await transfer({
      ...inputs,
      access: "ociArtifact",
      target: place,
      "consumer-repository": "registry.invalid/other",
    });
    const result = await transfer({ "component-versions": `${place}//${SHOP}:1.0.0`, target: `${onwards.origin}/x` });
    expect(result.annotations).toEqual([]);
    expect(onwards.manifest(`x/${HOME}`, image.digest)).toBeDefined();
  });

  test("and so they are through an archive", async () => {
    const { image, inputs } = await startShop();
    const archive = join(temporaryFolder(), "shop.tgz");
    const absolute = { access: "ociArtifact", "consumer-repository": "registry.invalid/other" };
    const packed = await transfer({ ...inputs, ...absolute, target: archive });
    expect(packed.annotations).toEqual([]);
    const name = `registry.invalid/other/images/app:1.4@${image.digest}`;
    expect(Object.values(imagesOf(packed))).toEqual([name]);
    const target = await startFakeRegistry();
    const imported = await transfer({
      "component-versions": `${archive}//${SHOP}:1.0.0`,
      target: `${target.origin}/other`,
      ...absolute,
    });
    expect(imported.annotations).toEqual([]);
    expect((await componentAt(target, "other")).resources[0].access.imageReference).toBe(name);
    expect(target.tags("other/images/app")).toEqual({ "1.4": image.digest });
  });
});

describe("global-access", () => {
  const PLACE = "registry.svc/other";

  test("adds an absolute access and the repository of the consumers, and names no scheme", async () => {
    const { image, inputs } = await startShop();
    const target = await startFakeRegistry();
    const consumer = { "global-access": "true", "consumer-repository": `http://${PLACE}` };
    const given = { ...inputs, ...consumer, target: `${target.origin}/moved` };
    expect((await transfer(given)).annotations).toEqual([]);
    const { resources, repositoryContexts } = await componentAt(target, "moved");
    expect(resources[0].access).toEqual({
      type: "localBlob",
      localReference: image.digest,
      mediaType: image.mediaType,
      referenceName: "images/app:1.4",
      globalAccess: { type: "ociArtifact", imageReference: `${PLACE}/${HOME}@${image.digest}` },
    });
    expect(repositoryContexts.at(-1)).toMatchObject({ baseUrl: "http://registry.svc", subPath: "other" });
    const again = await transfer(given);
    expect(JSON.parse(again.outputs["component-versions"] ?? "")[0].state).toBe("unchanged");
    expect(again.outputs.findings).not.toContain("GLOBAL_ACCESS_DROPPED");
  });

  test("of another place is not copied, with a finding, and is replaced by that of the copy", async () => {
    const { image, inputs } = await startShop();
    const [first, plain, renewed] = await Promise.all([startFakeRegistry(), startFakeRegistry(), startFakeRegistry()]);
    const target = `${first.origin}/moved`;
    await transfer({ ...inputs, "global-access": "true", "consumer-repository": PLACE, target });
    const onwards = { "component-versions": `${target}//${SHOP}:1.0.0` };
    const finding = { code: "GLOBAL_ACCESS_DROPPED", message: expect.stringContaining(`app (${PLACE}/${HOME}@`) };
    const dropped = await transfer({ ...onwards, target: `${plain.origin}/x` });
    expect(JSON.parse(dropped.outputs.findings ?? "")).toContainEqual(expect.objectContaining(finding));
    expect((await componentAt(plain, "x")).resources[0].access).not.toHaveProperty("globalAccess");
    const again = { "global-access": "true", "consumer-repository": "mirror.svc", target: `${renewed.origin}/x` };
    const replaced = await transfer({ ...onwards, ...again });
    expect(JSON.parse(replaced.outputs.findings ?? "")).toContainEqual(expect.objectContaining(finding));
    const { access } = (await componentAt(renewed, "x")).resources[0];
    expect(access.globalAccess.imageReference).toBe(`mirror.svc/${HOME}@${image.digest}`);
  });
});

describe("references with a host are refused without consumer-repository", () => {
  test("for an archive", async () => {
    const { inputs } = await startShop();
    const archive = join(temporaryFolder(), "shop.tgz");
    const { annotations } = await transfer({ ...inputs, access: "ociArtifact", target: archive });
    expect(annotations.map(({ title }) => title)).toEqual(["INPUT_MISSING"]);
    expect(existsSync(archive)).toBe(false);
  });

  test("for a registry on loopback", async () => {
    const { inputs } = await startShop();
    const target = await startFakeRegistry();
    const { annotations } = await transfer({ ...inputs, access: "ociArtifact", target: `${target.origin}/x` });
    expect(annotations).toMatchObject([
      { title: "INPUT_MISSING", message: expect.stringContaining("consumer-repository") },
    ]);
    expect(target.requests).toEqual([]);
  });
});

withParts(["distribution", "crane"], "a consumer that reaches the target under another host only", () => {
  test("pulls what absolute references name", async () => {
    const target = await startRegistry({ kind: "distribution" });
    // The same storage under another name; the host of the transfer is gone.
    const cluster = await startRegistry({ kind: "distribution", storage: target.storage, address: uniqueAddress() });
    const result = await transfer({
      "component-versions": `ctf::${ctf("v1-by-value")}//example.org/shop:1.2.0`,
      access: "ociArtifact",
      target: `${target.origin}/moved`,
      "consumer-repository": `${cluster.host}/moved`,
    });
    expect(result.annotations).toEqual([]);
    await target.stop();
    const images = Object.values(imagesOf(result));
    const { component } = await readDescriptor(cluster.origin, "moved/component-descriptors/example.org/shop", "1.2.0");
    const accesses: { type: string; imageReference: string }[] = component.resources.map(
      ({ access }: { access: object }) => access,
    );
    const references = accesses
      .filter(({ type }) => type === "ociArtifact")
      .map(({ imageReference }) => imageReference);
    expect(references).toHaveLength(2);
    expect([...references].sort()).toEqual([...images].sort());
    for (const reference of references) {
      expect(
        execFileSync(pathOf("crane"), ["validate", "--insecure", "--remote", reference], { encoding: "utf8" }),
      ).toMatch(/^PASS/);
    }
  });
});
