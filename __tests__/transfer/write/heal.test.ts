import { afterEach, describe, expect, test } from "@jest/globals";
import type { Copied } from "../../../src/transfer/write/deliver.ts";
import { addComponentVersion, addImage, addIndex, artifactDigest, resource } from "../../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { asked, type Fault, faults, ociError } from "../../../testing/fakes/registry-faults.ts";
import { blobOf, openRegistry } from "../../../testing/product/open-registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";
import { planTransfer, tagsOf } from "../run-transfer.ts";

afterEach(stopEverything);

const SHOP = "moved/component-descriptors/acme.org/shop";
const CART = "moved/component-descriptors/acme.org/cart";
const image = (name: string) => ({ type: "ociArtifact", imageReference: `far.test/images/${name}:1` });

/** A shop with an image for two platforms and a cart with one image; they have a layer in common. */
async function scene(options: { attempts?: number } = {}) {
  const [source, target] = [await startFakeRegistry(), await startFakeRegistry()];
  const platforms = ["amd64", "arm64"].map((each) => addImage(source, "images/shop", { layers: ["shared", each] }));
  const shop = addIndex(source, "images/shop", platforms, { tag: "1" });
  const cart = addImage(source, "images/cart", { tag: "1", layers: ["shared"], config: '{"cart":1}' });
  addComponentVersion(source, {
    name: "acme.org/cart",
    resources: [resource("cart", image("cart"), artifactDigest(cart))],
  });
  addComponentVersion(source, {
    references: ["acme.org/cart:1.0.0"],
    resources: [resource("shop", image("shop"), artifactDigest(shop))],
  });
  const { attempts = 1 } = options;
  const from = openRegistry(source.host, { isWritten: false });
  const registry = openRegistry(target.host, { attempts });
  const plan = () => planTransfer({ source: from, target, registry, attempts });
  return { source, target, shop, cart, platforms, plan };
}

const uploadsOf = (target: FakeRegistry, digest: string) =>
  target.requests.filter(
    ({ method, kind, query }) => method === "PUT" && kind === "upload" && query.get("digest") === digest,
  );
const putsOf = (target: FakeRegistry, digest: string) =>
  target.requests.filter(({ method, reference }) => method === "PUT" && reference === digest);
const found = ({ findings }: Copied) => findings.map(({ code, message }) => `${code} ${message}`).join();

/** HEAD reports content that is not there. */
const claimedByHead = (...digests: readonly string[]): Fault => ({
  when: ({ method, reference }) => method === "HEAD" && digests.includes(reference),
  act: { kind: "respond", status: 200 },
});
const isManifestPut = asked({ method: "PUT", kind: "manifest" });

describe("content that HEAD only claims", () => {
  test.each<[string, Fault["act"] | undefined]>([
    ["by the code for missing content", undefined],
    [
      "by a code of invalid manifests, and without a digest",
      { kind: "respond", status: 400, body: ociError("MANIFEST_INVALID", "a blob could not be copied") },
    ],
    ["by 404", { kind: "respond", status: 404, body: ociError("BLOB_UNKNOWN", "blob unknown to registry") }],
    ["by 404 without words", { kind: "respond", status: 404 }],
    ["by 422", { kind: "respond", status: 422, body: ociError("MANIFEST_UNVERIFIED", "manifest failed verification") }],
  ])("is sent once the manifest is refused %s, and nothing else is", async (_, refusal) => {
    const { target, plan, platforms } = await scene();
    const { digest } = blobOf("amd64");
    target.inject(claimedByHead(digest));
    if (refusal !== undefined) {
      const [amd64] = platforms;
      const isRefused = isManifestPut;
      target.inject({
        when: (request) =>
          isRefused(request) && request.reference === amd64?.digest && target.blob(SHOP, digest) === undefined,
        act: refusal,
      });
    }
    const { copy, publish } = await plan();
    const copied = await copy();
    await publish();
    expect(target.blob(SHOP, digest)?.toString()).toBe("amd64");
    for (const text of ["amd64", "arm64", "shared"]) {
      expect(uploadsOf(target, blobOf(text).digest).length).toBeLessThanOrEqual(1);
    }
    expect(putsOf(target, platforms[0]?.digest ?? "")).toHaveLength(2);
    expect(found(copied)).toMatch(new RegExp(`^CONTENT_MISREPORTED ${target.host} reported content, .*: ${digest}\\.`));
    expect(tagsOf(target)).toHaveLength(2);
  });

  test("is sent where it is a manifest, and what that refers to", async () => {
    const { target, plan, platforms } = await scene();
    const [amd64] = platforms;
    if (amd64 === undefined) throw new Error("no platform");
    target.inject(claimedByHead(amd64.digest, blobOf("amd64").digest));
    const { copy, publish } = await plan();
    const copied = await copy();
    await publish();
    expect(target.manifest(SHOP, amd64.digest)).toBeDefined();
    expect(target.blob(SHOP, blobOf("amd64").digest)?.toString()).toBe("amd64");
    expect(found(copied)).toContain(amd64.digest);
    expect(tagsOf(target)).toHaveLength(2);
  });

  test("is sent where a registry claims everything, once for all manifests that refer to it", async () => {
    const { target, plan } = await scene();
    target.inject({ when: asked({ method: "HEAD" }), act: { kind: "respond", status: 200 } });
    const { copy, publish } = await plan();
    await copy();
    await publish();
    expect(tagsOf(target)).toHaveLength(2);
    for (const text of ["amd64", "arm64", "shared"]) {
      const homes = target.repositories().filter((name) => target.blob(name, blobOf(text).digest) !== undefined);
      expect(uploadsOf(target, blobOf(text).digest)).toHaveLength(homes.length);
    }
  });

  test("is sent where a mount did not happen", async () => {
    const { target, plan } = await scene();
    target.inject({
      when: ({ kind, query }) => kind === "upload" && query.has("mount"),
      act: { kind: "respond", status: 201 },
    });
    const { copy, publish, done } = await plan();
    const copied = await copy();
    await publish();
    const { digest } = blobOf("shared");
    for (const home of [SHOP, CART]) expect(target.blob(home, digest)?.toString()).toBe("shared");
    expect(found(copied)).toContain(digest);
    expect(done.filter(({ kind }) => kind === "mount")).toEqual([]);
  });

  test("is not sent, and not reported, where a mount happened and HEAD denies it", async () => {
    const { target, plan } = await scene();
    target.inject({ when: asked({ method: "HEAD", kind: "blob" }), act: { kind: "respond", status: 404 } });
    const { copy, done } = await plan();
    expect((await copy()).findings).toEqual([]);
    expect(done.filter(({ kind }) => kind === "mount")).toHaveLength(1);
    expect(uploadsOf(target, blobOf("shared").digest)).toHaveLength(1);
  });

  test("is not sent where the registry has it, and refuses the manifest for another reason", async () => {
    const { target, plan } = await scene();
    await (await plan()).copy();
    const before = target.requests.length;
    target.inject(faults.indexRefused("no index here"));
    await expect((await plan()).copy()).rejects.toMatchObject({ code: "INDEX_REFUSED" });
    const later = target.requests.slice(before);
    expect(later.filter(({ method, kind }) => method === "PUT" && kind === "upload")).toEqual([]);
  });

  test("fails with the words of the source where the source has lost it", async () => {
    const { source, target, plan } = await scene();
    const { digest } = blobOf("amd64");
    target.inject(claimedByHead(digest));
    source.inject({
      when: asked({ method: "GET", kind: "blob", reference: digest }),
      act: { kind: "respond", status: 404 },
    });
    await expect((await plan()).copy()).rejects.toMatchObject({ code: "BLOB_UNKNOWN" });
    expect(tagsOf(target)).toEqual([]);
  });
});

describe("content that was accepted, and is unknown for a while", () => {
  const unknown = (reference: string, status: number, code: string, times?: number): Fault => ({
    when: asked({ method: "PUT", kind: "manifest", repository: CART, reference }),
    ...(times === undefined ? {} : { times }),
    act: { kind: "respond", status, ...(code === "" ? {} : { body: ociError(code, "blob unknown to registry") }) },
  });

  test.each([
    [400, "MANIFEST_BLOB_UNKNOWN"],
    [404, "BLOB_UNKNOWN"],
    [404, "MANIFEST_UNKNOWN"],
    [404, ""],
  ])("is waited for: %i %s", async (status, code) => {
    const { target, cart, plan } = await scene({ attempts: 3 });
    target.inject(unknown(cart.digest, status, code, 2));
    const { copy, publish } = await plan();
    expect((await copy()).findings).toEqual([]);
    await publish();
    expect(tagsOf(target)).toHaveLength(2);
    expect(uploadsOf(target, blobOf('{"cart":1}').digest)).toHaveLength(1);
  });

  test.each([
    [400, "MANIFEST_BLOB_UNKNOWN"],
    [404, "BLOB_UNKNOWN"],
  ])("is waited for as often as retries allow, and then reported as lost: %i %s", async (status, code) => {
    const { target, cart, plan } = await scene({ attempts: 3 });
    target.inject(unknown(cart.digest, status, code));
    await expect((await plan()).copy()).rejects.toMatchObject({
      code: "ACCEPTED_CONTENT_UNKNOWN",
      message: expect.stringMatching(new RegExp(`${status}: ${code} .* were accepted before$`)),
    });
    expect(putsOf(target, cart.digest)).toHaveLength(3);
    expect(tagsOf(target)).toEqual([]);
  });
});
