import { afterEach, describe, expect, test } from "@jest/globals";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { withFallback } from "../../../src/transfer/target/fallback.ts";
import { withoutLeft } from "../../../src/transfer/target/plan.ts";
import { ManifestRefused } from "../../../src/transfer/write/refusal.ts";
import {
  addComponentVersion,
  addImage,
  addIndex,
  addReferrer,
  artifactDigest,
  resource,
} from "../../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { asked, type Fault, ociError } from "../../../testing/fakes/registry-faults.ts";
import { blobOf, openRegistry } from "../../../testing/product/open-registry.ts";
import { temporaryFolder } from "../../../testing/real/fixtures.ts";
import { stopEverything } from "../../../testing/real/running.ts";
import { planTransfer, type TransferOptions, tagsOf } from "../run-transfer.ts";

afterEach(stopEverything);

const SHOP = "moved/component-descriptors/acme.org/shop";
const access = (name: string) => ({ type: "ociArtifact", imageReference: `far.test/images/${name}:1` });
const isManifestPut = asked({ method: "PUT", kind: "manifest" });

/** A shop with the images that `add` makes, by name. */
async function scene<T extends Readonly<Record<string, Descriptor>>>(add: (source: FakeRegistry) => T) {
  const [source, target] = [await startFakeRegistry({ referrers: true }), await startFakeRegistry()];
  const images = add(source);
  addComponentVersion(source, {
    resources: Object.entries(images).map(([name, image]) => resource(name, access(name), artifactDigest(image))),
  });
  const from = openRegistry(source.host, { isWritten: false });
  const plan = (more: Partial<TransferOptions> = {}) => planTransfer({ source: from, target, ...more });
  return { source, target, images, plan };
}

describe("a layer with URLs", () => {
  const FOREIGN = "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip";
  const withForeign = (source: FakeRegistry, isAtSource: boolean) => {
    const blob = isAtSource
      ? source.addBlob("images/windows", "base", FOREIGN)
      : { ...blobOf("base"), mediaType: FOREIGN };
    const layer = { ...blob, urls: ["https://layers.example.com/base"] };
    return { windows: addImage(source, "images/windows", { tag: "1", manifest: { layers: [layer] } }) };
  };
  /** A registry that wants all layers. */
  const wanted = (target: FakeRegistry, image: Descriptor): Fault => ({
    when: (request) =>
      isManifestPut(request) &&
      request.reference === image.digest &&
      target.blob(SHOP, blobOf("base").digest) === undefined,
    act: {
      kind: "respond",
      status: 400,
      body: JSON.stringify({ errors: [{ code: "MANIFEST_BLOB_UNKNOWN", detail: { Digest: blobOf("base").digest } }] }),
    },
  });

  test("is copied where the target requires it", async () => {
    const { target, images, plan } = await scene((source) => withForeign(source, true));
    target.inject(wanted(target, images.windows));
    const { copy, publish } = await plan();
    await copy();
    await publish();
    expect(target.blob(SHOP, blobOf("base").digest)?.toString()).toBe("base");
    expect(tagsOf(target)).toHaveLength(1);
  });

  test("that the source does not have either is named, with the host of its URL", async () => {
    const { target, images, plan } = await scene((source) => withForeign(source, false));
    target.inject(wanted(target, images.windows));
    await expect((await plan()).copy()).rejects.toMatchObject({
      code: "BLOB_UNKNOWN",
      message: `the target requires the layer ${blobOf("base").digest}, which its source leaves at layers.example.com`,
    });
  });

  test.each([
    [400, "MANIFEST_INVALID", "INDEX_REFUSED"],
    [500, "UNKNOWN", "REGISTRY_UNAVAILABLE"],
  ])("whose URL is refused leads to the setting that allows it: %i", async (status, words, code) => {
    const { target, images, plan } = await scene((source) => withForeign(source, false));
    target.inject({
      when: (request) => isManifestPut(request) && request.reference === images.windows.digest,
      act: { kind: "respond", status, body: ociError(words, "invalid URL on layer") },
    });
    await expect((await plan()).copy()).rejects.toMatchObject({
      code,
      message: expect.stringContaining("foreign layers"),
      remedy: expect.stringContaining("validation.manifests.urls.allow"),
    });
  });
});

describe("an empty blob", () => {
  test.each([
    [400, "REGISTRY_REFUSED", 1],
    [500, "REGISTRY_UNAVAILABLE", 2],
  ])("that is refused with %i is named with its size, after few attempts", async (status, code, attempts) => {
    const { target, plan } = await scene((source) => ({
      empty: addImage(source, "images/empty", { tag: "1", layers: [""] }),
    }));
    const { digest } = blobOf("");
    target.inject({
      when: ({ method, kind, query }) => method === "PUT" && kind === "upload" && query.get("digest") === digest,
      act: { kind: "respond", status },
    });
    const { copy } = await plan({ attempts: 6 });
    await expect(copy()).rejects.toMatchObject({
      code,
      message: expect.stringMatching(
        new RegExp(`^pushing blob ${digest} .*; the blob has 0 bytes, and some registries take no empty blobs$`),
      ),
    });
    expect(
      target.requests.filter(({ method, query }) => method === "PUT" && query.get("digest") === digest),
    ).toHaveLength(attempts);
  });
});

describe("a referrer", () => {
  test.each<[string, Fault["act"]]>([
    ["404", { kind: "respond", status: 404, body: ociError("MANIFEST_UNKNOWN", "no subject") }],
    ["400", { kind: "respond", status: 400, body: ociError("MANIFEST_INVALID", "unknown field subject") }],
    ["403", { kind: "respond", status: 403 }],
  ])("whose manifest is refused with %s is left, and the rest is published", async (_, act) => {
    const signatures: Descriptor[] = [];
    const { target, plan } = await scene((source) => {
      const image = addImage(source, "images/shop", { tag: "1" });
      signatures.push(addReferrer(source, "images/shop", image, "application/x.signature"));
      return { shop: image };
    });
    const [signature] = signatures;
    target.inject({ when: (request) => isManifestPut(request) && request.reference === signature?.digest, act });
    const { plan: planned, copy, publish } = await plan({ form: "ociArtifact", withReferrers: true });
    const { left } = await copy();
    expect([...left]).toEqual([`manifest moved/images/shop@${signature?.digest}`]);
    await publish();
    expect(tagsOf(target)).toEqual([`${SHOP}:1.0.0`, "moved/images/shop:1"]);
    const carriedOut = withoutLeft(planned, left);
    expect(carriedOut.steps.filter(({ kind }) => kind === "left")).toHaveLength(1);
  });

  test("whose content is lost at its source is left, and its manifest is not sent", async () => {
    const { source, target, plan } = await scene((registry) => {
      const image = addImage(registry, "images/shop", { tag: "1" });
      addReferrer(registry, "images/shop", image, "application/x.signature", "lost");
      return { shop: image };
    });
    source.inject({
      when: asked({ method: "GET", kind: "blob", reference: blobOf("lost").digest }),
      act: { kind: "respond", status: 404 },
    });
    const { copy, publish } = await plan({ form: "ociArtifact", withReferrers: true });
    const { left } = await copy();
    expect(left.size).toBe(2);
    await publish();
    expect(tagsOf(target)).toEqual([`${SHOP}:1.0.0`, "moved/images/shop:1"]);
  });
});

describe("a fallback", () => {
  const options = { form: "artifact-set", attempts: 1 } as const;

  /** What becomes of a plan whose manifest with this digest is refused. */
  async function refused(
    target: FakeRegistry,
    { copy, gathered }: Awaited<ReturnType<typeof planTransfer>>,
    reference: string | undefined,
  ) {
    target.inject({
      when: (request) => isManifestPut(request) && request.reference === reference,
      act: { kind: "respond", status: 400, body: ociError("MANIFEST_INVALID", "not here") },
    });
    const refusal: unknown = await copy().catch((error: unknown) => error);
    if (!(refusal instanceof ManifestRefused)) throw refusal;
    const changed = await withFallback(gathered, { ...options, folder: temporaryFolder(), refused: refusal.refused });
    const kinds = (changed?.gathered.versions ?? []).flatMap(({ items }) =>
      items.map(({ kind, element }) => `${element.name} ${kind}`),
    );
    return { changed, kinds };
  }

  const images = (source: FakeRegistry) => {
    const platform = addImage(source, "images/multi", { layers: ["one"] });
    return {
      multi: addIndex(source, "images/multi", [platform], { tag: "1" }),
      plain: addImage(source, "images/plain", { tag: "1" }),
    };
  };

  test("changes nested indexes alone at first, and everything where that does not help", async () => {
    const { target, plan } = await scene(images);
    const planned = await plan();
    const index = planned.plan.desired[0]?.componentTag.target.digest;
    const { changed, kinds } = await refused(target, planned, index);
    expect(kinds).toEqual(["multi blob", "plain artifact"]);
    expect(changed?.finding.message).toMatch(/^The target refuses an index that lists another index: such artifacts/);
    if (changed === undefined) throw new Error("nothing changed");
    const all = await withFallback(changed.gathered, { ...options, folder: temporaryFolder(), refused: "index" });
    expect(all?.gathered.versions[0]?.items.map(({ kind }) => kind)).toEqual(["blob", "blob"]);
    expect(all?.finding.message).toMatch(/^The target refuses an index around a component version: /);
  });

  test("changes the artifacts of the refused kind alone", async () => {
    const {
      target,
      plan,
      images: added,
    } = await scene((source) => ({
      ...images(source),
      chart: addImage(source, "images/chart", {
        tag: "1",
        manifest: { config: source.addBlob("images/chart", "{}", "application/vnd.cncf.helm.config.v1+json") },
      }),
    }));
    const { changed, kinds } = await refused(target, await plan(), added.chart.digest);
    expect(kinds).toEqual(["multi artifact", "plain artifact", "chart blob"]);
    expect(changed?.finding.message).toContain("application/vnd.cncf.helm.config.v1+json");
  });

  test("is not offered for the manifest of a component version itself", async () => {
    const { target, plan } = await scene(() => ({}));
    target.inject({
      when: isManifestPut,
      act: { kind: "respond", status: 400, body: ociError("MANIFEST_INVALID", "unknown media type: application/x") },
    });
    await expect((await plan()).copy()).rejects.toMatchObject({
      code: "REGISTRY_REFUSED",
      message: expect.stringContaining("no access-fallback changes"),
      remedy: expect.stringContaining("allow the media types of OCM"),
    });
  });
});
