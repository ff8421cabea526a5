import { afterEach, describe, expect, test } from "@jest/globals";
import { addComponentVersion, addImage, resource } from "../../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { asked, faults } from "../../../testing/fakes/registry-faults.ts";
import { openRegistry } from "../../../testing/product/open-registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";
import { planTransfer, type TransferOptions, tagsOf, transfer } from "../run-transfer.ts";

afterEach(stopEverything);

const SHOP = "moved/component-descriptors/acme.org/shop";
const CART = "moved/component-descriptors/acme.org/cart";

/** A shop with an image that refers to a cart, copied to the target but for its tags. */
async function copied(more: Partial<TransferOptions> = {}, prepare: (target: FakeRegistry) => void = () => {}) {
  const [source, target] = [await startFakeRegistry(), await startFakeRegistry()];
  addImage(source, "images/shop", { tag: "2" });
  addComponentVersion(source, { name: "acme.org/cart" });
  addComponentVersion(source, {
    references: ["acme.org/cart:1.0.0"],
    resources: [resource("shop", { type: "ociArtifact", imageReference: "far.test/images/shop:2" })],
  });
  prepare(target);
  const from = openRegistry(source.host, { isWritten: false });
  const transferring = await planTransfer({ source: from, target, form: "ociArtifact", ...more });
  await transferring.copy();
  return { ...transferring, target };
}

const tagsSet = ({ requests }: FakeRegistry) =>
  requests.filter(({ method, kind, reference }) => method === "PUT" && kind === "manifest" && !reference.includes(":"));

const refuseTag = (repository: string, times = Number.POSITIVE_INFINITY) => ({
  when: (request: Parameters<ReturnType<typeof asked>>[0]) =>
    asked({ method: "PUT", kind: "manifest", repository })(request) && !request.reference.includes(":"),
  times,
  act: { kind: "respond", status: 403 } as const,
});

test("artifacts first, then component versions, referenced ones before those that refer to them", async () => {
  const { target, publish } = await copied();
  expect(tagsSet(target)).toEqual([]);
  await publish();
  expect(tagsSet(target).map(({ repository, reference }) => `${repository}:${reference}`)).toEqual([
    "moved/images/shop:2",
    `${CART}:1.0.0`,
    `${SHOP}:1.0.0`,
  ]);
});

describe("when a tag cannot be set", () => {
  test("those that were are deleted again, and what is told is why", async () => {
    const { target, publish } = await copied();
    target.inject(refuseTag(SHOP));
    await expect(publish()).rejects.toMatchObject({ code: "PUSH_DENIED" });
    expect(tagsOf(target)).toEqual([]);
    expect(tagsSet(target)).toHaveLength(3);
  });

  test("nothing that comes after it is set", async () => {
    const { target, publish } = await copied();
    target.inject(refuseTag("moved/images/shop"));
    await expect(publish()).rejects.toMatchObject({ code: "PUSH_DENIED" });
    expect(tagsSet(target)).toHaveLength(1);
  });

  test("tags that were moved are moved back", async () => {
    const other: { digest?: string; shop?: string } = {};
    const { target, publish } = await copied({ existing: "overwrite" }, (registry) => {
      other.digest = addImage(registry, "moved/images/shop", { tag: "2", layers: ["other"] }).digest;
      other.shop = addComponentVersion(registry, {
        path: "moved",
        name: "acme.org/cart",
        more: { provider: "x" },
      }).digest;
    });
    target.inject(refuseTag(SHOP));
    await expect(publish()).rejects.toMatchObject({ code: "PUSH_DENIED" });
    expect(target.tags("moved/images/shop")).toEqual({ 2: other.digest });
    expect(target.tags(CART)).toEqual({ "1.0.0": other.shop });
  });

  test("what was overwritten without being a component version is put back too", async () => {
    let before = "";
    const { target, publish } = await copied({ existing: "overwrite" }, (registry) => {
      before = addImage(registry, CART, { tag: "1.0.0" }).digest;
    });
    target.inject(refuseTag(SHOP));
    await expect(publish()).rejects.toMatchObject({ code: "PUSH_DENIED" });
    expect(target.tags(CART)).toEqual({ "1.0.0": before });
  });

  test("a registry that deletes no tags is told of: these are left", async () => {
    const { target, publish } = await copied();
    target.inject(refuseTag(SHOP), faults.tagDeletionRefused());
    await expect(publish()).rejects.toMatchObject({
      code: "PUBLISHED_IN_PART",
      message: expect.stringMatching(new RegExp(`could not be taken back: moved/images/shop:2, ${CART}:1.0.0$`)),
      remedy: expect.stringContaining("delete these tags by hand"),
      cause: { code: "PUSH_DENIED" },
    });
    expect(tagsOf(target)).toEqual([`${CART}:1.0.0`, "moved/images/shop:2"]);
  });

  test("one that was set, though the answer was lost, is taken back too", async () => {
    const { target, publish } = await copied();
    target.inject({ ...refuseTag(SHOP), act: { kind: "lose-answer" } });
    await expect(publish()).rejects.toMatchObject({ name: "HopError" });
    expect(tagsOf(target)).toEqual([]);
  });

  test("what somebody else has moved meanwhile is not touched", async () => {
    const { target, publish } = await copied();
    target.inject({
      when: (request) => {
        if (!refuseTag(SHOP).when(request)) return false;
        addImage(target, "moved/images/shop", { tag: "2", layers: ["of somebody else"] });
        return true;
      },
      act: { kind: "respond", status: 403 },
    });
    await expect(publish()).rejects.toMatchObject({ code: "PUSH_DENIED" });
    expect(Object.keys(target.tags("moved/images/shop"))).toEqual(["2"]);
    expect(target.tags(CART)).toEqual({});
  });

  test("running again completes what is left", async () => {
    const { target, publish, plan } = await copied();
    target.inject(refuseTag(SHOP, 1), faults.tagDeletionRefused());
    await expect(publish()).rejects.toMatchObject({ code: "PUBLISHED_IN_PART" });
    expect(plan.tags.flat()).toHaveLength(3);
    await publish();
    expect(tagsOf(target)).toHaveLength(3);
  });
});

test("whoever stops it between two tags sees neither", async () => {
  const controller = new AbortController();
  const { target, publish } = await copied({ signal: controller.signal });
  const reason = new Error("stopped by the user");
  target.inject({
    when: (request) => {
      if (refuseTag(SHOP).when(request)) controller.abort(reason);
      return false;
    },
    act: { kind: "mute" },
  });
  await expect(publish()).rejects.toBe(reason);
  expect(target.tags("moved/images/shop")).toEqual({});
  expect(target.tags(CART)).toEqual({});
});

test("signatures that the target alone has are kept, and the next run finds nothing to do", async () => {
  const [source, target] = [await startFakeRegistry(), await startFakeRegistry()];
  addComponentVersion(source, { signatures: [{ name: "acme" }] });
  addComponentVersion(target, { path: "moved", signatures: [{ name: "customer" }] });
  const from = openRegistry(source.host, { isWritten: false });
  await transfer({ source: from, target });
  const again = await transfer({ source: from, target });
  expect(again.tags.flat().map(({ kind }) => kind)).toEqual(["skip"]);
  expect(again.desired[0]?.manifest.blobs[1]?.bytes.toString()).toContain(
    '"signatures":[{"name":"acme"},{"name":"customer"}]',
  );
});
