import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { openCtf } from "../../../src/stores/ctf/store.ts";
import { openCtfTarget } from "../../../src/stores/ctf/writable-store.ts";
import { tagsToSet } from "../../../src/transfer/target/plan.ts";
import { prepare } from "../../../src/transfer/target/prepare.ts";
import { copy } from "../../../src/transfer/write/copy.ts";
import { readBack } from "../../../src/transfer/write/read-back.ts";
import { addComponentVersion, addImage, resource } from "../../../testing/content/content.ts";
import { createMemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { type FakeRegistry, startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { openRegistry } from "../../../testing/product/open-registry.ts";
import { surveyed } from "../../../testing/product/surveyed.ts";
import { temporaryFolder } from "../../../testing/real/fixtures.ts";
import { stopEverything } from "../../../testing/real/running.ts";
import { PATH, planTransfer } from "../run-transfer.ts";

afterEach(stopEverything);

const SHOP = `${PATH}/component-descriptors/acme.org/shop`;

type Arguments = Parameters<typeof readBack>;

const read = (plan: Arguments[0], target: Arguments[1]) =>
  readBack(plan, target, { concurrency: 2, attempts: 1, isHeadTrusted: true }, new AbortController().signal);

/** A shop with an image and a note at a target, and what a fresh look at it finds. */
async function transferred(form: "localBlob" | "ociArtifact" = "localBlob") {
  const [source, target] = [await startFakeRegistry(), await startFakeRegistry()];
  const image = addImage(source, "images/shop", { tag: "1", layers: ["the layer"] });
  const note = source.addBlob("component-descriptors/acme.org/shop", "a note", "text/plain");
  addComponentVersion(source, {
    layers: [note],
    resources: [
      resource("image", { type: "ociArtifact", imageReference: `${source.origin}/images/shop:1` }),
      resource("note", { type: "localBlob", localReference: note.digest, mediaType: "text/plain" }),
    ],
  });
  const {
    plan,
    copy: copyAll,
    publish: publishAll,
  } = await planTransfer({ source: openRegistry(source.host), target, form });
  await copyAll();
  await publishAll();
  const look = () => read(plan, { registry: openRegistry(target.host), path: PATH, display: `${target.host}/${PATH}` });
  return { target, plan, image, note, look };
}

/** From now on the target has no such manifest or blob. */
function lose(target: FakeRegistry, reference: string): void {
  target.inject({ when: (request) => request.reference === reference, act: { kind: "respond", status: 404 } });
}

describe("a registry that was written to", () => {
  test.each(["localBlob", "ociArtifact"] as const)("has everything as %s", async (form) => {
    const { look } = await transferred(form);
    expect((await look()).map(({ version: { descriptor } }) => `${descriptor.name}:${descriptor.version}`)).toEqual([
      "acme.org/shop:1.0.0",
    ]);
  });

  test("is asked for manifests and descriptors whole, and for all blobs", async () => {
    const { target, look } = await transferred();
    const before = target.requests.length;
    await look();
    const asked = target.requests.slice(before);
    expect(new Set(asked.map(({ method }) => method))).toEqual(new Set(["GET", "HEAD"]));
    const blobs = new Set(
      asked.filter(({ method, kind }) => method === "HEAD" && kind === "blob").map(({ reference }) => reference),
    );
    // Config and descriptor of the component, its note, and config and layer of the image.
    expect(blobs.size).toBe(5);
    const manifests = asked.filter(({ kind }) => kind === "manifest").map(({ reference }) => reference);
    expect(new Set(manifests).size).toBe(3);
    expect(manifests[0]).toBe("1.0.0");
  });

  test.each(["image", "note", "layer", "descriptor", "manifest"] as const)("lost its %s", async (what) => {
    const { target, plan, image, note, look } = await transferred();
    const [desired] = plan.desired;
    const reference = {
      image: image.digest,
      note: note.digest,
      layer: plan.steps.find(({ placement }) => placement.descriptor.mediaType.endsWith("layer.v1.tar"))?.placement
        .descriptor.digest,
      descriptor: desired?.manifest.blobs[1]?.descriptor.digest,
      manifest: desired?.manifest.manifests[0]?.descriptor.digest,
    }[what];
    lose(target, reference ?? "");
    await expect(look()).rejects.toMatchObject({ message: expect.stringContaining(reference ?? "nothing") });
  });

  test("has its tag on something else", async () => {
    const { target, look } = await transferred();
    const other = addImage(target, SHOP, { tag: "1.0.0", layers: ["other"] });
    await expect(look()).rejects.toMatchObject({
      code: "MANIFEST_UNKNOWN",
      message: expect.stringMatching(`^${SHOP}:1.0.0 is ${other.digest}, and not sha256:`),
    });
  });

  test("had a component version already that refers to what no tag leads to", async () => {
    const registry = createMemoryRegistry();
    const image = addImage(registry, `${PATH}/component-descriptors/acme.org/shop`);
    const access = { type: "localBlob", localReference: image.digest, mediaType: image.mediaType };
    const root = addComponentVersion(registry, { path: PATH, resources: [resource("image", access)] });
    const from = await surveyed(registry, { path: PATH, resources: [resource("image", access)] });
    const tagging = { kind: "skip", target: root, repository: SHOP, tag: "1.0.0", before: root } as const;
    const desiredVersions = [{ version: from.version }] as never;
    await expect(
      read(
        { tags: [[tagging]], desired: desiredVersions, comparables: [] },
        { registry, path: PATH, display: "memory" },
      ),
    ).rejects.toMatchObject({
      message: `resource image of acme.org/shop:1.0.0 is ${image.digest}, which no tag leads to`,
    });
  });

  test("has another component version under the name", async () => {
    const registry = createMemoryRegistry();
    const root = addComponentVersion(registry, { path: PATH, more: { provider: "another" } });
    const from = await surveyed(createMemoryRegistry());
    const tagging = { kind: "skip", target: root, repository: SHOP, tag: "1.0.0", before: root } as const;
    const desiredVersions = [{ version: from.version }] as never;
    await expect(
      read(
        { tags: [[tagging]], desired: desiredVersions, comparables: [] },
        { registry, path: PATH, display: "memory" },
      ),
    ).rejects.toMatchObject({ code: "COMPONENT_DIGEST_DIFFERS" });
  });
});

test("an archive that lost a blob after its commit", async () => {
  const source = createMemoryRegistry();
  const note = source.addBlob("component-descriptors/acme.org/shop", "a note", "text/plain");
  const resources = [resource("note", { type: "localBlob", localReference: note.digest, mediaType: "text/plain" })];
  const versions = [await surveyed(source, { layers: [note], resources })];
  const path = join(temporaryFolder(), "archive");
  const registry = await openCtfTarget(path);
  const target = { registry, path: "", display: path };
  const plan = await prepare(
    { versions, errors: [] },
    { target, form: "localBlob", existing: "skip", existingVersion: async () => undefined },
  );
  await copy(plan, { target: registry, concurrency: 1, attempts: 1, onBytes: () => {}, onDone: () => {} });
  await registry.publish(tagsToSet(plan));
  const look = async () => read(plan, { registry: await openCtf(path), path: "", display: path });
  expect(await look()).toHaveLength(1);
  rmSync(join(path, "blobs", note.digest.replace(":", ".")));
  await expect(look()).rejects.toMatchObject({ code: "BLOB_UNKNOWN", message: expect.stringContaining(note.digest) });
});
