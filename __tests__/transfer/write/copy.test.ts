import { afterEach, describe, expect, test } from "@jest/globals";
import { isManifest } from "../../../src/oci/descriptor.ts";
import type { ReadableStore } from "../../../src/oci/store.ts";
import { addComponentVersion, addImage, addIndex, artifactDigest, resource } from "../../../testing/content/content.ts";
import { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { faults } from "../../../testing/fakes/registry-faults.ts";
import { openRegistry } from "../../../testing/product/open-registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";
import { planTransfer, tagsOf, transfer } from "../run-transfer.ts";

afterEach(stopEverything);

const SHOP = "moved/component-descriptors/acme.org/shop";
const CART = "moved/component-descriptors/acme.org/cart";

const image = (reference: string) => ({ type: "ociArtifact", imageReference: `far.test/${reference}` });

/** A shop that refers to a cart; their images have one layer in common. */
async function scene(options: { source?: FakeRegistryOptions; target?: FakeRegistryOptions } = {}) {
  const [source, target] = [await startFakeRegistry(options.source), await startFakeRegistry(options.target)];
  const shop = addImage(source, "images/shop", { tag: "1", layers: ["shared", "shop".repeat(1000)] });
  const cart = addIndex(
    source,
    "images/cart",
    [addImage(source, "images/cart", { layers: ["shared", "cart"], config: "{1}" })],
    { tag: "1" },
  );
  const text = source.addBlob("component-descriptors/acme.org/shop", "text", "text/plain");
  addComponentVersion(source, {
    name: "acme.org/cart",
    resources: [resource("cart", image("images/cart:1"), artifactDigest(cart))],
  });
  addComponentVersion(source, {
    references: ["acme.org/cart:1.0.0"],
    layers: [text],
    resources: [
      resource("shop", image("images/shop:1"), artifactDigest(shop)),
      resource("readme", { type: "localBlob", localReference: text.digest, mediaType: "text/plain" }),
    ],
  });
  return { source, target, shop, cart, text, from: openRegistry(source.host, { isWritten: false }) };
}

const requests = ({ requests: all }: FakeRegistry, method: string, kind: string) =>
  all.filter((request) => request.method === method && request.kind === kind);

const blobDigests = (registry: FakeRegistry) => requests(registry, "GET", "blob").map(({ reference }) => reference);

test("everything arrives, each blob is read once, and what is shared is mounted", async () => {
  const { source, target, shop, cart, text, from } = await scene();
  const { plan, done, copy, publish } = await planTransfer({ source: from, target });
  await copy();
  expect(tagsOf(target)).toEqual([]);
  await publish();
  expect(tagsOf(target)).toEqual([`${CART}:1.0.0`, `${SHOP}:1.0.0`]);
  expect(target.manifest(SHOP, shop.digest)?.content).toEqual(source.manifest("images/shop", shop.digest)?.content);
  expect(target.manifest(CART, cart.digest)?.mediaType).toBe(cart.mediaType);
  expect(target.blob(SHOP, text.digest)?.toString()).toBe("text");

  const read = blobDigests(source);
  expect(new Set(read).size).toBe(read.length);
  const mounts = requests(target, "POST", "upload").filter(({ query }) => query.has("mount"));
  expect(mounts.map(({ query, status }) => [query.get("from"), status])).toEqual([[CART, 201]]);
  expect(done.map(({ step }) => step)).toHaveLength(plan.steps.length);
  expect(done.filter(({ kind }) => kind === "mount")).toHaveLength(1);
});

test("the second time nothing is copied, written or tagged", async () => {
  const { source, target, from } = await scene();
  await transfer({ source: from, target });
  const [reads, writes] = [blobDigests(source).length, target.requests.length];
  const { plan, copy, publish } = await planTransfer({
    source: openRegistry(source.host, { isWritten: false }),
    target,
  });
  await copy();
  await publish();
  expect(new Set(plan.steps.map(({ kind }) => kind))).toEqual(new Set(["skip"]));
  expect(plan.tags.flat().map(({ kind }) => kind)).toEqual(["skip", "skip"]);
  const later = target.requests.slice(writes).map(({ method }) => method);
  expect(new Set(later)).toEqual(new Set(["GET", "HEAD"]));
  // Descriptors and configs of both component versions, to know what to look for.
  expect(blobDigests(source).length - reads).toBe(4);
});

test("bytes are counted as they come", async () => {
  const { target, from, shop } = await scene();
  let count = 0;
  await transfer({ source: from, target, onBytes: (more) => (count += more) });
  expect(shop.size).toBeGreaterThan(0);
  // The two layers of the shop, the one of the cart that is not shared, two configs and the text.
  expect(count).toBe(
    "shared".length + "shop".length * 1000 + "cart".length + "{}".length + "{1}".length + "text".length,
  );
});

test.each([[undefined], [403]])(
  "a mount that is refused with %s becomes a copy, and is reported as one",
  async (status) => {
    const { target, from } = await scene();
    target.inject(faults.mountRefused(status));
    const { plan, done, copy } = await planTransfer({ source: from, target });
    await copy();
    expect(plan.steps.filter(({ kind }) => kind === "mount")).toHaveLength(1);
    expect(done.filter(({ step, kind }) => step.kind === "mount" && kind === "copy")).toHaveLength(1);
  },
);

test("a blob that breaks off is read anew", async () => {
  const { source, target, from, shop } = await scene();
  const layer = JSON.parse(source.manifest("images/shop", shop.digest)?.content.toString() ?? "").layers[1];
  source.inject(faults.truncatedBlob(layer.digest, 100));
  await transfer({ source: from, target, attempts: 2 });
  expect(blobDigests(source).filter((digest) => digest === layer.digest)).toHaveLength(2);
  expect(target.blob(SHOP, layer.digest)?.length).toBe(4000);
  expect(tagsOf(target)).toHaveLength(2);
});

describe("the first failure stops the rest, and no tag is written", () => {
  const layerOf = (source: FakeRegistry, digest: string) =>
    JSON.parse(source.manifest("images/shop", digest)?.content.toString() ?? "").layers[1].digest as string;

  test.each<[string, string, (given: Awaited<ReturnType<typeof scene>>) => void]>([
    [
      "DIGEST_MISMATCH",
      "a blob that was changed",
      ({ source, shop }) => source.inject(faults.lyingBlob(layerOf(source, shop.digest))),
    ],
    [
      "INDEX_REFUSED",
      "a manifest that the target does not take",
      ({ target }) =>
        target.inject({
          when: ({ method, kind, headers }) =>
            method === "PUT" && kind === "manifest" && !/index/.test(headers["content-type"] ?? ""),
          act: { kind: "respond", status: 400 },
        }),
    ],
    [
      "PUSH_DENIED",
      "a target that may not be written",
      ({ target }) => target.inject({ when: ({ method }) => method === "POST", act: { kind: "respond", status: 403 } }),
    ],
    [
      "BLOB_UNKNOWN",
      "a blob that the source lost",
      ({ source, shop }) =>
        source.inject({
          when: ({ reference }) => reference === layerOf(source, shop.digest),
          act: { kind: "respond", status: 404 },
        }),
    ],
  ])("%s: %s", async (code, _, breakIt) => {
    const given = await scene();
    breakIt(given);
    const { copy } = await planTransfer({ source: given.from, target: given.target });
    await expect(copy()).rejects.toMatchObject({ code });
    expect(tagsOf(given.target)).toEqual([]);
    // The component version needs what is missing, so nobody even tried.
    expect(given.target.manifest(SHOP, "1.0.0")).toBeUndefined();
    const begun = given.target.requests.length;
    // A step that went on would ask for something before the last of these.
    for (const _ of [1, 2, 3]) await (await fetch(`${given.target.origin}/v2/`)).text();
    expect(given.target.requests.slice(begun).map(({ kind }) => kind)).toEqual(["base", "base", "base"]);
  });

  test("a blob that breaks off whenever it is read", async () => {
    const given = await scene();
    const layer = layerOf(given.source, given.shop.digest);
    given.source.inject(faults.truncatedBlob(layer, 100, 10));
    const { copy } = await planTransfer({ source: given.from, target: given.target, attempts: 2 });
    await expect(copy()).rejects.toMatchObject({ name: "HopError", phase: "body" });
    expect(blobDigests(given.source).filter((digest) => digest === layer)).toHaveLength(2);
    expect(tagsOf(given.target)).toEqual([]);
  });
});

test("content that was changed is requested once more: the change may be of its way", async () => {
  const { source, target, from, text } = await scene();
  source.inject(faults.lyingBlob(text.digest));
  const { copy } = await planTransfer({ source: from, target, attempts: 5 });
  await expect(copy()).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  expect(blobDigests(source).filter((digest) => digest === text.digest)).toHaveLength(2);
});

describe("an index that the target does not take", () => {
  test("is refused by its own code where we made it, with the registry's words", async () => {
    const { source, target, from } = await scene();
    addComponentVersion(source, { name: "acme.org/plain", resources: [resource("shop", image("images/shop:1"))] });
    target.inject(faults.indexRefused("no artifactType here"));
    const { copy } = await planTransfer({ source: from, target, wanted: ["acme.org/plain:1.0.0"] });
    await expect(copy()).rejects.toMatchObject({
      code: "INDEX_REFUSED",
      message: expect.stringContaining("no artifactType here"),
      remedy: expect.stringContaining("access-fallback to artifact-set or ociArtifact"),
    });
    expect(tagsOf(target)).toEqual([]);
  });

  test("is refused by the same code where it is an image's", async () => {
    const { target, from } = await scene();
    target.inject(faults.indexRefused());
    const { copy } = await planTransfer({ source: from, target });
    await expect(copy()).rejects.toMatchObject({ code: "INDEX_REFUSED" });
    const named = await planTransfer({ source: from, target, form: "ociArtifact" });
    await expect(named.copy()).rejects.toMatchObject({ code: "REGISTRY_REFUSED" });
  });
});

test("whoever stops it gets the reason back", async () => {
  const { source, target, from } = await scene();
  const controller = new AbortController();
  const { copy } = await planTransfer({ source: from, target, signal: controller.signal });
  const reason = new Error("stopped by the user");
  source.inject({
    when: ({ kind }) => {
      controller.abort(reason);
      return kind === "blob";
    },
    act: { kind: "mute" },
  });
  await expect(copy()).rejects.toBe(reason);
  expect(tagsOf(target)).toEqual([]);
});

test.each([1, 2])("at most %d blobs are on their way at the same time", async (concurrency) => {
  const { target, from } = await scene();
  let [now, most] = [0, 0];
  const source: ReadableStore = {
    kind: "registry",
    name: from.name,
    repository: (name) => ({
      ...from.repository(name),
      async fetch(descriptor, signal) {
        const isBlob = !isManifest(descriptor.mediaType);
        if (isBlob) most = Math.max(most, ++now);
        const content = await from.repository(name).fetch(descriptor, signal);
        return isBlob ? content.once("close", () => now--) : content;
      },
    }),
  };
  const { copy } = await planTransfer({ source, target, concurrency });
  most = 0;
  await copy();
  expect(most).toBe(concurrency);
  expect(now).toBe(0);
});
