import { afterEach, expect, test } from "@jest/globals";
import { startFakeRegistry } from "../fakes/registry.ts";
import { runAction } from "../real/action.ts";
import { stopEverything } from "../real/running.ts";
import { addComponentVersion, addImage, resource } from "../transfer/content.ts";

afterEach(stopEverything);

test("a reference leads to its resolver, and the scheme written there holds for what lies beside it", async () => {
  const [source, other, target] = [await startFakeRegistry(), await startFakeRegistry(), await startFakeRegistry()];
  addComponentVersion(source, { references: ["acme.org/base:1.0.0"] });
  const image = addImage(other, "images/one", { tag: "1" });
  const access = { type: "ociArtifact", imageReference: `${other.host}/images/one:1` };
  addComponentVersion(other, { name: "acme.org/base", path: "ocm", resources: [resource("one", access)] });
  const result = await runAction({
    inputs: {
      "component-versions": `${source.origin}//acme.org/shop:1.0.0`,
      recursive: "true",
      resolvers: `acme.org/base=${other.origin}/ocm`,
      target: `${target.origin}/moved`,
    },
  });
  expect(result.annotations).toEqual([]);
  expect(Object.keys(target.tags("moved/component-descriptors/acme.org/base"))).toEqual(["1.0.0"]);
  const [resourceOfBase] = JSON.parse(result.outputs["component-versions"] ?? "")[0].resources;
  expect(resourceOfBase.after).toMatchObject({ type: "localBlob", localReference: image.digest });
  const hosts = JSON.parse(result.outputs.hosts ?? "") as Record<string, string>[];
  expect(hosts.find(({ host }) => host === other.host)?.["needed-for"]).toContain("source registry");
});
