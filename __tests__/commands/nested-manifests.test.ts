import { afterEach, expect, test } from "@jest/globals";
import { type Descriptor, DOCKER_MANIFEST, DOCKER_MANIFEST_LIST } from "../../src/oci/descriptor.ts";
import { addComponentVersion, addImage, addIndex, imageResource } from "../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { runForResults } from "../../testing/product/run-command.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const HOME = "moved/component-descriptors/acme.org/shop";
const withPlatform = (descriptor: Descriptor, architecture: string) => ({
  ...descriptor,
  platform: { os: "linux", architecture },
});

async function startShop() {
  const source = await startFakeRegistry();
  const [amd, arm, docker] = [
    addImage(source, "images/a", { config: "{1}" }),
    addImage(source, "images/a", { config: "{2}" }),
    addImage(source, "images/a", { config: "{3}", mediaType: DOCKER_MANIFEST }),
  ];
  const list = addIndex(source, "images/a", [docker], { mediaType: DOCKER_MANIFEST_LIST });
  const inner = addIndex(source, "images/a", [withPlatform(arm, "arm64"), list]);
  const outer = addIndex(source, "images/a", [withPlatform(amd, "amd64"), withPlatform(arm, "arm64"), inner]);
  const references = [outer, list, amd].map(({ digest }) => `${source.origin}/images/a@${digest}`);
  addComponentVersion(source, { resources: references.map((reference, at) => imageResource(`r${at}`, reference)) });
  const target = await startFakeRegistry();
  return { source, target, natives: [outer, list, amd], nested: [arm, inner, docker] };
}

const transfer = (source: FakeRegistry, target: FakeRegistry) =>
  runForResults("transfer", {
    "component-versions": `${source.origin}//acme.org/shop:1.0.0`,
    target: `${target.origin}/moved`,
    "copy-resources": "true",
  });

const indexOf = (target: FakeRegistry) => JSON.parse(String(target.manifest(HOME, "1.0.0")?.content));

test("the index of a component version lists each manifest below its images once, without platform and annotations", async () => {
  const { source, target, natives, nested } = await startShop();
  expect((await transfer(source, target)).errors).toEqual([]);
  const [, ...entries] = indexOf(target).manifests as { digest: string; annotations?: object }[];
  const annotated = entries.filter(({ annotations }) => annotations !== undefined);
  expect(annotated.map(({ digest }) => digest)).toEqual(natives.map(({ digest }) => digest));
  const plain = entries.filter(({ annotations }) => annotations === undefined);
  const expected = nested.map(({ mediaType, digest, size }) => ({ mediaType, digest, size }));
  expect(plain).toEqual(expected.sort((one, other) => (one.digest < other.digest ? -1 : 1)));
});

test("a copy of a copy has the same bytes", async () => {
  const { source, target } = await startShop();
  await transfer(source, target);
  const second = await startFakeRegistry();
  const { errors } = await runForResults("transfer", {
    "component-versions": `${target.origin}/moved//acme.org/shop:1.0.0`,
    target: `${second.origin}/moved`,
  });
  expect(errors).toEqual([]);
  expect(indexOf(second)).toEqual(indexOf(target));
});

test("a copy whose index lists no nested manifests is complete, and stays as it is", async () => {
  const { source, target, nested } = await startShop();
  await transfer(source, target);
  const { manifests, ...others } = indexOf(target);
  const names = new Set<string>(nested.map(({ digest }) => digest));
  const listed = manifests.filter(({ digest }: { digest: string }) => !names.has(digest));
  const before = target.addManifest(HOME, { ...others, manifests: listed }, { tag: "1.0.0" });
  const { errors, results } = await transfer(source, target);
  expect(errors).toEqual([]);
  expect(results.componentVersions?.map(({ state }) => state)).toEqual(["unchanged"]);
  expect(target.tags(HOME)).toEqual({ "1.0.0": before.digest });
});
