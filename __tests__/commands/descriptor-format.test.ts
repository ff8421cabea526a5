import { afterEach, expect, test } from "@jest/globals";
import { addComponentVersion } from "../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { runForResults } from "../../testing/product/run-command.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const HOME = "moved/component-descriptors/acme.org/shop";
const TYPE = "application/vnd.ocm.software.component-descriptor.v2";

const transfer = (source: FakeRegistry, target: FakeRegistry, more: Readonly<Record<string, string>> = {}) =>
  runForResults("transfer", {
    "component-versions": `${source.origin}//acme.org/shop:1.0.0`,
    target: `${target.origin}/moved`,
    ...more,
  });

const layerOf = (target: FakeRegistry) => JSON.parse(String(target.manifest(HOME, "1.0.0")?.content)).layers[0];

async function startShop() {
  const [source, target] = [await startFakeRegistry(), await startFakeRegistry()];
  addComponentVersion(source, { blobs: ["text"] });
  return { source, target };
}

test.each([
  ["yaml", "json", `${TYPE}+yaml+tar`],
  ["json", "yaml", `${TYPE}+json`],
])("a copy in the form %s is complete where %s is asked for, and stays as it is", async (before, after, mediaType) => {
  const { source, target } = await startShop();
  expect((await transfer(source, target, { "descriptor-format": before })).errors).toEqual([]);
  expect(layerOf(target)).toMatchObject({ mediaType, annotations: { "software.ocm.descriptor": "true" } });
  const tags = target.tags(HOME);
  const { errors, results } = await transfer(source, target, { "descriptor-format": after });
  expect(errors).toEqual([]);
  expect(results.componentVersions?.map(({ state }) => state)).toEqual(["unchanged"]);
  expect(target.tags(HOME)).toEqual(tags);
});

test("a copy of a copy has the same component descriptor, byte for byte", async () => {
  const { source, target } = await startShop();
  await transfer(source, target);
  const second = await startFakeRegistry();
  const { errors } = await runForResults("transfer", {
    "component-versions": `${target.origin}/moved//acme.org/shop:1.0.0`,
    target: `${second.origin}/moved`,
  });
  expect(errors).toEqual([]);
  expect(layerOf(second)).toEqual(layerOf(target));
});
