import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { parse as parseToml } from "smol-toml";
import { parse } from "yaml";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import { addComponentVersion, addImage, artifactDigest, resource } from "../../testing/content/content.ts";
import { publicKeyPem, signed } from "../../testing/content/signed.ts";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const SHOP = "example.org/shop";
const PREFIX = "mirror.corp/team";
const HOME = `${PREFIX}/component-descriptors/${SHOP}`;

/** What an access may call an image that was signed by its digest alone. */
type Naming = (host: string, name: string, image: Descriptor) => object;
const namings: Readonly<Record<string, Naming>> = {
  "an imageReference": (host, name, { digest }) => ({
    type: "ociArtifact",
    imageReference: `http://${host}/images/${name}:7@${digest}`,
  }),
  "a relative reference": (_, name, { digest }) => ({
    type: "relativeOciReference",
    reference: `images/${name}:7@${digest}`,
  }),
  "a referenceName": (_, name, { digest, mediaType }) => ({
    type: "localBlob",
    localReference: digest,
    mediaType,
    referenceName: `images/${name}:7`,
  }),
};

/** Two copies of a signed component version; in the second, the two images have each other's unsigned names. */
async function startSwapped(access: Naming) {
  const registry = await startFakeRegistry();
  const add = (path: string, names: readonly [string, string]) => {
    const home = `${path}/component-descriptors/${SHOP}`;
    const images = ["web", "api"].map((content, at) => {
      for (const repository of ["images/web", "images/api", home])
        addImage(registry, repository, { layers: [content] });
      return { name: content, called: names[at] ?? "", image: addImage(registry, home, { layers: [content] }) };
    });
    const resources = images.map(({ name, called, image }) =>
      resource(name, access(registry.host, called, image), artifactDigest(image)),
    );
    addComponentVersion(registry, signed({ name: SHOP, path, resources, natives: images.map(({ image }) => image) }));
    return images.map(({ image }) => image.digest);
  };
  const [web = "", api = ""] = add("honest", ["web", "api"]);
  add("swapped", ["api", "web"]);
  return { registry, web, api };
}

/** The names of images wherever others read them, but for the component version itself. */
async function namesFrom(line: string, more: Readonly<Record<string, string>>) {
  const target = await startFakeRegistry();
  const folder = temporaryFolder();
  const key = join(temporaryFolder(), "key.pem");
  writeFileSync(key, publicKeyPem);
  const formats = ["images", "helm", "kustomize", "registries"];
  const result = await runAction({
    inputs: {
      "component-versions": line,
      target: `${target.origin}/team`,
      signatures: `acme=${key}`,
      "consumer-repository": PREFIX,
      "write-images": formats.map((format) => `${format}=${join(folder, format)}`).join("\n"),
      ...more,
    },
  });
  expect(result.annotations).toEqual([]);
  const files = Object.fromEntries(readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]));
  expect(Object.keys(files).sort()).toEqual(formats.sort());
  const published = target.repositories().filter((name) => !name.includes("component-descriptors"));
  const tags = Object.fromEntries(published.map((name) => [name, target.tags(name)]));
  return { result, names: { files, tags, images: imagesOf(result) } };
}

const imagesOf = ({ outputs }: ActionResult): Record<string, string> => JSON.parse(outputs.images ?? "");
const findingsOf = ({ outputs }: ActionResult): { code: string; message: string }[] =>
  JSON.parse(outputs.findings ?? "");

const ways: readonly Record<string, string>[] = [
  {},
  { "publish-artifacts": "{repository}:{tag}" },
  { "publish-artifacts": "pull/{component}/{name}:{version}" },
  { access: "relativeOciReference" },
  { access: "ociArtifact" },
];

describe.each(Object.entries(namings))("two signed images that change places by %s", (_, access) => {
  test.each(ways)("are called what they are signed as: %j", async (way) => {
    const { registry } = await startSwapped(access);
    const honest = await namesFrom(`${registry.origin}/honest//${SHOP}:1.0.0`, way);
    const swapped = await namesFrom(`${registry.origin}/swapped//${SHOP}:1.0.0`, way);
    expect(swapped.names).toEqual(honest.names);
    expect(Object.keys(honest.names.images).sort()).toEqual([`${SHOP}/api:1.0.0`, `${SHOP}/web:1.0.0`]);
    const [finding, ...others] = findingsOf(swapped.result).filter(({ code }) => code === "NAME_UNSIGNED");
    expect(others).toEqual([]);
    expect(finding?.message).toContain(`images/api:7 is ${SHOP}/web:1.0.0, images/web:7 is ${SHOP}/api:1.0.0`);
  });

  test("go by these names where they are trusted", async () => {
    const { registry } = await startSwapped(access);
    const trusted = { "trust-names": "true", "publish-artifacts": "{repository}:{tag}" };
    const honest = await namesFrom(`${registry.origin}/honest//${SHOP}:1.0.0`, trusted);
    const swapped = await namesFrom(`${registry.origin}/swapped//${SHOP}:1.0.0`, trusted);
    expect(Object.keys(honest.names.tags).sort()).toEqual(["team/images/api", "team/images/web"]);
    expect(swapped.names.tags).toEqual({
      "team/images/api": honest.names.tags["team/images/web"],
      "team/images/web": honest.names.tags["team/images/api"],
    });
    expect(findingsOf(swapped.result).filter(({ code }) => code === "NAME_UNSIGNED")).toEqual([]);
  });
});

test("signed names are what files for deployments have", async () => {
  const { registry, web, api } = await startSwapped(namings["an imageReference"] as Naming);
  const { names } = await namesFrom(`${registry.origin}/swapped//${SHOP}:1.0.0`, {});
  expect(names.images).toEqual({
    [`${SHOP}/web:1.0.0`]: `${HOME}@${web}`,
    [`${SHOP}/api:1.0.0`]: `${HOME}@${api}`,
  });
  const { images = "", helm = "", kustomize = "", registries = "" } = names.files;
  expect(JSON.parse(images).map(({ resource: name, reference }: Record<string, string>) => [name, reference])).toEqual([
    ["api", `${HOME}@${api}`],
    ["web", `${HOME}@${web}`],
  ]);
  expect(parse(helm).images).toMatchObject({ web: { tag: "1.0.0", digest: web }, api: { tag: "1.0.0", digest: api } });
  expect(parse(kustomize).images).toEqual([
    { name: `${SHOP}/api`, newName: HOME, digest: api },
    { name: `${SHOP}/web`, newName: HOME, digest: web },
  ]);
  const { registry: mirrors } = parseToml(registries) as { registry: { location: string }[] };
  expect(mirrors.map(({ location }) => location)).toEqual([`${SHOP}/api`, `${SHOP}/web`]);
  expect(Object.values(names.files).join("\n")).not.toContain("images/web");
});

test("a name that is the signed one, as a copy has it, is passed over by nothing", async () => {
  const registry = await startFakeRegistry();
  const image = addImage(registry, `${SHOP}/web`, { tag: "1.0.0" });
  const access = { type: "ociArtifact", imageReference: `${registry.origin}/${SHOP}/web:1.0.0` };
  const resources = [resource("web", access, artifactDigest(image))];
  addComponentVersion(registry, signed({ name: SHOP, path: "ocm", resources }));
  const { result } = await namesFrom(`${registry.origin}/ocm//${SHOP}:1.0.0`, {});
  expect(findingsOf(result)).toEqual([]);
});

test("a second transfer of the same finds everything under its signed name", async () => {
  const { registry } = await startSwapped(namings["an imageReference"] as Naming);
  const key = join(temporaryFolder(), "key.pem");
  writeFileSync(key, publicKeyPem);
  const target = await startFakeRegistry();
  const inputs = {
    "component-versions": `${registry.origin}/honest//${SHOP}:1.0.0`,
    target: `${target.origin}/team`,
    "consumer-repository": `${target.origin}/team`,
    signatures: `acme=${key}`,
    access: "ociArtifact",
  };
  expect((await runAction({ inputs })).annotations).toEqual([]);
  const again = await runAction({ inputs });
  expect([again.outputs["bytes-copied"], again.outputs["bytes-mounted"]]).toEqual(["0", "0"]);
  expect(JSON.parse(again.outputs["component-versions"] ?? "")[0].state).toBe("unchanged");
});

test("a template with a part that nothing signs is an input error", async () => {
  const inputs = {
    "component-versions": `./shop.tgz//${SHOP}:1.0.0`,
    target: "./copy.tgz",
    signatures: "acme=./key.pem",
    "publish-artifacts": "{registry}/{repository}:{tag}",
  };
  const result = await runAction({ inputs });
  expect(result.annotations.map(({ title }) => title)).toEqual(["INPUT_INVALID"]);
  expect(result.annotations[0]?.message).toContain("asks for {registry}, which no signature covers");
  const trusted = await runAction({ inputs: { ...inputs, "trust-names": "true" } });
  expect(trusted.annotations.map(({ title }) => title)).toEqual(["PUBLIC_KEY_MALFORMED"]);
});
