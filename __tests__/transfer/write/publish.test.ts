import { afterEach, describe, expect, test } from "@jest/globals";
import { addComponentVersion, addImage, resource } from "../../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { asked, type Fault, faults, ociError } from "../../../testing/fakes/registry-faults.ts";
import type { AskedRequest } from "../../../testing/fakes/registry-request.ts";
import { openRegistry } from "../../../testing/product/open-registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";
import { planTransfer, type TransferOptions, tagsOf, transfer } from "../run-transfer.ts";

afterEach(stopEverything);

const SHOP = "moved/component-descriptors/acme.org/shop";
const CART = "moved/component-descriptors/acme.org/cart";

/** A shop with an image that refers to a cart, copied to the target but for its tags. */
async function copied(
  more: Partial<TransferOptions> = {},
  prepare: (target: FakeRegistry) => void = () => {},
  attempts = 1,
) {
  const [source, target] = [await startFakeRegistry(), await startFakeRegistry()];
  addImage(source, "images/shop", { tag: "2" });
  addComponentVersion(source, { name: "acme.org/cart" });
  addComponentVersion(source, {
    references: ["acme.org/cart:1.0.0"],
    resources: [resource("shop", { type: "ociArtifact", imageReference: "far.test/images/shop:2" })],
  });
  prepare(target);
  const from = openRegistry(source.host, { isWritten: false });
  const registry = openRegistry(target.host, { attempts });
  const transferring = await planTransfer({ source: from, target, registry, form: "ociArtifact", ...more });
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

  test("one whose outcome nobody knows is taken back too", async () => {
    const { target, publish } = await copied();
    const isTag = refuseTag(SHOP).when;
    let asks = 0;
    target.inject(
      { when: isTag, act: { kind: "lose-answer" } },
      {
        when: ({ method, repository }) => method === "GET" && repository === SHOP && ++asks === 2,
        act: { kind: "reset" },
      },
    );
    await expect(publish()).rejects.toMatchObject({ name: "HopError" });
    expect(tagsOf(target)).toEqual([]);
  });

  test("one that another transfer of the same content has set meanwhile stays", async () => {
    const { target, publish } = await copied();
    const image = addImage(await startFakeRegistry(), "images/shop", { tag: "2" });
    await openRegistry(target.host).repository("moved/images/shop").tag(image, "2");
    target.inject(refuseTag(SHOP));
    await expect(publish()).rejects.toMatchObject({ code: "PUSH_DENIED" });
    expect(tagsOf(target)).toEqual(["moved/images/shop:2"]);
  });

  test("one that the registry only claims to delete is reported as left", async () => {
    const { target, publish } = await copied();
    target.inject(refuseTag(SHOP), { when: asked({ method: "DELETE" }), act: { kind: "respond", status: 202 } });
    await expect(publish()).rejects.toMatchObject({
      code: "PUBLISHED_IN_PART",
      message: expect.stringMatching(new RegExp(`could not be taken back: moved/images/shop:2, ${CART}:1.0.0$`)),
    });
  });

  test("one that the registry only claims to move back is reported as left", async () => {
    const { target, publish } = await copied({ existing: "overwrite" }, (registry) => {
      addImage(registry, "moved/images/shop", { tag: "2", layers: ["other"] });
    });
    let puts = 0;
    target.inject(refuseTag(SHOP), {
      when: (request) => refuseTag("moved/images/shop").when(request) && ++puts > 1,
      act: { kind: "respond", status: 201 },
    });
    await expect(publish()).rejects.toMatchObject({
      code: "PUBLISHED_IN_PART",
      message: expect.stringMatching(/could not be taken back: moved\/images\/shop:2$/),
    });
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

const isTagPut = (request: AskedRequest) => request.method === "PUT" && request.reference === "1.0.0";

describe("a tag that cannot be set again", () => {
  const refused: Fault["act"] = { kind: "respond", status: 400, body: ociError("TAG_INVALID", "the tag exists") };

  test.each<[string, Fault["act"]]>([
    ["a lost answer", { kind: "lose-answer" }],
    ["a server error", { kind: "stored", status: 500 }],
    ["a timeout of a gateway", { kind: "stored", status: 504 }],
    ["the refusal itself", { kind: "stored", status: 400, body: ociError("TAG_INVALID", "the tag exists") }],
    ["a denial", { kind: "stored", status: 403 }],
  ])("is right where it has the manifest after %s", async (_, act) => {
    const attempts = 2;
    const { target, publish } = await copied({}, () => {}, attempts);
    const seen = new Set<string>();
    const isFirst = (request: AskedRequest) => {
      if (!isTagPut(request) || seen.has(request.repository)) return false;
      seen.add(request.repository);
      return true;
    };
    target.inject(
      { when: isFirst, act },
      { when: isTagPut, act: refused },
      { when: asked({ method: "DELETE" }), act: { kind: "respond", status: 405 } },
    );
    await publish();
    expect(tagsOf(target)).toHaveLength(3);
  });

  test.each([
    [400, "TAG_INVALID"],
    [409, "CONFLICT"],
    [412, "PRECONDITION"],
    [405, "UNSUPPORTED"],
    [400, "MANIFEST_INVALID"],
  ])("is reported as immutable, with what it has, where that is another: %i %s", async (status, code) => {
    let before = "";
    const { target, publish } = await copied({ existing: "overwrite" }, (registry) => {
      before = addImage(registry, CART, { tag: "1.0.0" }).digest;
    });
    target.inject({ when: isTagPut, act: { kind: "respond", status, body: ociError(code, "tag exists") } });
    await expect(publish()).rejects.toMatchObject({
      code: "TAG_IMMUTABLE",
      message: expect.stringMatching(new RegExp(`${code} tag exists; the tag 1\\.0\\.0 is immutable, has ${before}$`)),
    });
    expect(target.tags(CART)).toEqual({ "1.0.0": before });
  });
});

describe("a registry that rewrites manifests", () => {
  const sorted = (content: Buffer) => Buffer.from(JSON.stringify(JSON.parse(content.toString()), null, 1));

  test.each<[string, Record<string, string | undefined> | undefined]>([
    ["reports it", undefined],
    ["does not report it", { "docker-content-digest": undefined }],
  ])("under a tag, and %s: the tag is taken back", async (_, headers) => {
    const { target, publish } = await copied();
    target.inject({ when: isTagPut, act: { kind: "rewrite", body: sorted, ...(headers && { headers }) } });
    await expect(publish()).rejects.toMatchObject({
      code: "READ_BACK_DIFFERS",
      message: expect.stringMatching(/the registry stored sha256:\w{64}, and not sha256:\w{64}$/),
    });
    expect(tagsOf(target)).toEqual([]);
  });

  test("under a digest, and reports it: nothing is tagged", async () => {
    const rewritten: FakeRegistry[] = [];
    const copying = copied({}, (target) => {
      rewritten.push(target);
      target.inject({ when: asked({ method: "PUT", kind: "manifest" }), act: { kind: "rewrite", body: sorted } });
    });
    await expect(copying).rejects.toMatchObject({ code: "READ_BACK_DIFFERS" });
    expect(rewritten.flatMap(tagsOf)).toEqual([]);
  });
});

test("a tag that is found only after a while is waited for", async () => {
  const attempts = 3;
  const { target, publish } = await copied({}, () => {}, attempts);
  let asks = 0;
  target.inject({
    when: ({ method, repository, reference }) =>
      method === "GET" && repository === SHOP && reference === "1.0.0" && ++asks < attempts,
    act: { kind: "respond", status: 404 },
  });
  await publish();
  expect(asks).toBe(attempts);
});

test("a tag that is accepted and not stored is no success", async () => {
  const { target, publish } = await copied();
  target.inject({ when: refuseTag(SHOP).when, act: { kind: "respond", status: 201 } });
  await expect(publish()).rejects.toMatchObject({
    code: "READ_BACK_DIFFERS",
    message: expect.stringMatching(/tagging .*shop:1\.0\.0: the registry accepted the tag, and does not have it$/),
  });
  expect(tagsOf(target)).toEqual([]);
});

test("an account that may push alone sets its tags", async () => {
  const { target, publish } = await copied();
  target.inject({ when: asked({ method: "GET", kind: "manifest" }), act: { kind: "respond", status: 403 } });
  await publish();
  expect(tagsOf(target)).toHaveLength(3);
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
