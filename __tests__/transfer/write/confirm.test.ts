import { afterEach, expect, test } from "@jest/globals";
import { confirmPublished } from "../../../src/transfer/write/confirm.ts";
import { addComponentVersion, addImage, resource } from "../../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { asked } from "../../../testing/fakes/registry-faults.ts";
import { blobOf, openRegistry } from "../../../testing/product/open-registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";
import { planTransfer } from "../run-transfer.ts";

afterEach(stopEverything);

const SHOP = "moved/component-descriptors/acme.org/shop";
const ATTEMPTS = 3;

/** A shop with an image, published at a target, and the confirmation of that. */
async function published(prepare: (target: FakeRegistry) => void = () => {}) {
  const [source, target] = [await startFakeRegistry(), await startFakeRegistry()];
  const image = addImage(source, "images/shop", { tag: "1", layers: ["the layer"] });
  addComponentVersion(source, {
    resources: [resource("shop", { type: "ociArtifact", imageReference: "far.test/images/shop:1" })],
  });
  const registry = openRegistry(target.host);
  const from = openRegistry(source.host, { isWritten: false });
  prepare(target);
  const { plan, copy, publish } = await planTransfer({ source: from, target, registry });
  const copied = await copy();
  await publish();
  const before = target.requests.length;
  const options = { target: registry, reopened: async () => openRegistry(target.host), attempts: ATTEMPTS };
  const confirm = () => confirmPublished(plan, copied, options, new AbortController().signal);
  return { target, image, confirm, later: () => target.requests.slice(before) };
}

test("each manifest is requested once, by HEAD", async () => {
  const { confirm, later } = await published();
  expect(await confirm()).toEqual([]);
  // The image, the manifest of the component version, and the index around both.
  expect(later().map(({ method, kind }) => `${method} ${kind}`)).toEqual([
    "HEAD manifest",
    "HEAD manifest",
    "HEAD manifest",
  ]);
});

test("a manifest that is found only after a while is waited for", async () => {
  const { target, image, confirm, later } = await published();
  target.inject({
    when: asked({ kind: "manifest", reference: image.digest }),
    times: ATTEMPTS,
    act: { kind: "respond", status: 404 },
  });
  expect(await confirm()).toEqual([]);
  expect(later().filter(({ method }) => method === "GET")).toHaveLength(ATTEMPTS);
});

test.each([
  ["is lost", "MANIFEST_UNKNOWN", { kind: "respond", status: 404 }],
  ["is served with other bytes", "DIGEST_MISMATCH", { kind: "lie" }],
] as const)("a manifest that %s after it was accepted is %s", async (_, code, act) => {
  const { target, image, confirm, later } = await published();
  const isImage = asked({ kind: "manifest", reference: image.digest });
  target.inject(
    { when: (request) => isImage(request) && request.method === "HEAD", act: { kind: "respond", status: 404 } },
    { when: isImage, act },
  );
  await expect(confirm()).rejects.toMatchObject({ code, message: expect.stringContaining(image.digest) });
  expect(later().filter(({ method }) => method === "GET").length).toBeLessThanOrEqual(ATTEMPTS);
});

test("a manifest whose HEAD names another digest is read, and that decides", async () => {
  const { target, image, confirm, later } = await published();
  target.inject({
    when: asked({ method: "HEAD", reference: image.digest }),
    act: { kind: "headers", headers: { "docker-content-digest": blobOf("another").digest } },
  });
  expect(await confirm()).toEqual([]);
  expect(later().filter(({ method }) => method === "GET")).toHaveLength(1);
});

test("a manifest that the target claimed to have is read", async () => {
  let digest = "";
  const { confirm, later } = await published((target) => {
    target.addBlob(SHOP, "{}");
    target.addBlob(SHOP, "the layer");
    digest = addImage(target, SHOP, { layers: ["the layer"] }).digest;
  });
  expect(await confirm()).toEqual([]);
  expect(later().filter(({ reference }) => reference === digest)).toMatchObject([{ method: "GET" }]);
});

test("blobs are requested where HEAD has denied none of them, and one that is missing is an error", async () => {
  const { target, confirm } = await published((registry) => {
    registry.inject(
      { when: asked({ method: "HEAD", kind: "blob" }), act: { kind: "respond", status: 200 } },
      { when: asked({ method: "PUT", kind: "manifest" }), act: { kind: "unchecked" } },
    );
  });
  await expect(confirm()).rejects.toMatchObject({ code: "BLOB_UNKNOWN" });
  expect(target.requests.filter(({ kind }) => kind === "upload")).toEqual([]);
});

test.each([401, 403])("an account that may push alone gets a finding: %i", async (status) => {
  const { target, confirm } = await published();
  target.inject({ when: asked({ kind: "manifest" }), act: { kind: "respond", status } });
  expect(await confirm()).toMatchObject([
    { code: "READ_BACK_DENIED", message: expect.stringMatching(new RegExp(`^${target.host} does not let`)) },
  ]);
});

test("a target that cannot be reached is an error", async () => {
  const { target, confirm } = await published();
  target.inject({ when: () => true, act: { kind: "reset" } });
  await expect(confirm()).rejects.toMatchObject({ name: "HopError" });
});
