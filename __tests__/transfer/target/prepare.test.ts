import { afterEach, expect, test } from "@jest/globals";
import { addComponentVersion, addImage, resource } from "../../../testing/content/content.ts";
import { createMemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { openRegistry } from "../../../testing/product/open-registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";
import { planTransfer, type TransferOptions, tagsOf } from "../run-transfer.ts";

afterEach(stopEverything);

const access = { type: "ociArtifact", imageReference: "far.test/images/shop:2" };

async function scene() {
  const [source, target] = [createMemoryRegistry(), await startFakeRegistry()];
  addImage(source, "images/shop", { tag: "2" });
  addComponentVersion(source, { resources: [resource("shop", access)] });
  return { source, target, plan: (more: Partial<TransferOptions> = {}) => planTransfer({ source, target, ...more }) };
}

test("the target is asked for everything but the manifest under the tag, and nothing is written", async () => {
  const { target, plan } = await scene();
  await plan();
  expect(new Set(target.requests.map(({ method }) => method))).toEqual(new Set(["GET", "HEAD"]));
  const heads = target.requests.filter(({ method }) => method === "HEAD").map(({ path }) => path);
  expect(heads).toHaveLength(6);
  expect(new Set(heads).size).toBe(6);
});

test.each([401, 403, 404])(
  "a target that answers %d for what is not there yet can still be written",
  async (status) => {
    const { target, plan } = await scene();
    target.inject({
      when: ({ method, kind }) => (method === "GET" || method === "HEAD") && kind !== "base",
      act: { kind: "respond", status },
    });
    const { copy, publish } = await plan();
    await copy();
    target.heal();
    await publish();
    expect(tagsOf(target)).toEqual(["moved/component-descriptors/acme.org/shop:1.0.0"]);
  },
);

test.each([500, 400])("a target that answers %d is not taken for an empty one", async (status) => {
  const { target, plan } = await scene();
  target.inject({ when: ({ method }) => method === "HEAD", act: { kind: "respond", status } });
  await expect(plan()).rejects.toMatchObject({ status });
});

test("a name that another artifact has at the target is refused, unless it may be moved", async () => {
  const { target, plan } = await scene();
  const other = addImage(target, "moved/images/shop", { tag: "2", layers: ["other"] });
  await expect(plan({ form: "ociArtifact" })).rejects.toMatchObject({ code: "ARTIFACT_NAME_TAKEN" });
  const { plan: planned } = await plan({ form: "ociArtifact", existing: "overwrite" });
  expect(planned.tags[0]).toMatchObject([{ kind: "tag", before: { digest: other.digest } }]);
  // The native form needs no names.
  expect((await plan()).plan.tags[0]).toEqual([]);
});

test("what is there under the component version's name decides by the policy", async () => {
  const { target, plan } = await scene();
  const there = addComponentVersion(target, { path: "moved", resources: [resource("another", access)] });
  await expect(plan()).rejects.toMatchObject({ code: "COMPONENT_DIGEST_DIFFERS" });
  await expect(plan({ existing: "fail" })).rejects.toMatchObject({ code: "COMPONENT_VERSION_EXISTS" });
  const { plan: planned } = await plan({ existing: "overwrite" });
  expect(planned.tags.at(-1)).toMatchObject([{ kind: "tag", before: { digest: there.digest } }]);
});

test("blobs are mounted where the source is a repository of the target's registry", async () => {
  const target = await startFakeRegistry();
  addImage(target, "images/shop", { tag: "2" });
  addComponentVersion(target, { resources: [resource("shop", access)] });
  const registry = openRegistry(target.host);
  const { plan } = await planTransfer({ source: registry, target, registry });
  expect(plan.steps.map(({ kind }) => kind)).toEqual(["mount", "mount", "copy", "write", "write", "write", "write"]);
  expect(plan.steps[0]).toMatchObject({ from: "images/shop" });
});
