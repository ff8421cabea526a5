import { afterEach, describe, expect, test } from "@jest/globals";
import { addComponentVersion, addImage, addIndex, artifactDigest, resource } from "../../testing/content/content.ts";
import { type FakeRegistry, type RegistryRequest, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { asked } from "../../testing/fakes/registry-faults.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

/** A component version without resources, and one with an image for two platforms that refers to another with an image. */
async function startSource(): Promise<FakeRegistry> {
  const source = await startFakeRegistry();
  const access = (name: string) => ({ type: "ociArtifact", imageReference: `${source.origin}/images/${name}:1` });
  const platforms = ["amd64", "arm64"].map((each) => addImage(source, "images/shop", { layers: ["shared", each] }));
  const shop = addIndex(source, "images/shop", platforms, { tag: "1" });
  const cart = addImage(source, "images/cart", { tag: "1", layers: ["shared"], config: '{"cart":1}' });
  addComponentVersion(source, { name: "acme.org/plain", path: "ocm" });
  addComponentVersion(source, {
    name: "acme.org/cart",
    path: "ocm",
    resources: [resource("cart", access("cart"), artifactDigest(cart))],
  });
  addComponentVersion(source, {
    path: "ocm",
    references: ["acme.org/cart:1.0.0"],
    resources: [resource("shop", access("shop"), artifactDigest(shop))],
  });
  return source;
}

function transfer(
  source: FakeRegistry,
  target: FakeRegistry,
  more: Readonly<Record<string, string>> = {},
): Promise<ActionResult> {
  const line = `${source.origin}/ocm//acme.org/shop:1.0.0`;
  const place = `${target.origin}/moved`;
  const inputs = { "component-versions": line, recursive: "true", target: place, "consumer-repository": place };
  return runAction({ inputs: { ...inputs, ...more } });
}

const isTag = ({ method, kind, reference }: RegistryRequest) =>
  method === "PUT" && kind === "manifest" && !reference.includes(":");
const steps = (requests: readonly RegistryRequest[]) =>
  requests.map(({ method, kind, reference }) => `${method} ${kind}${reference === "1.0.0" ? " 1.0.0" : ""}`);

describe("a target with nothing wrong", () => {
  test("confirms a manifest by its tag and its digest, and is not asked for it before", async () => {
    const [source, target] = [await startSource(), await startFakeRegistry()];
    await transfer(source, target, { "component-versions": `${source.origin}/ocm//acme.org/plain:1.0.0` });
    const sent = target.requests.findIndex(({ method }) => method !== "GET" && method !== "HEAD");
    expect(steps(target.requests.slice(0, sent)).sort()).toEqual([
      "GET base",
      "GET manifest 1.0.0",
      "HEAD blob",
      "HEAD blob",
    ]);
    expect(steps(target.requests.slice(sent)).sort()).toEqual([
      "GET manifest 1.0.0",
      "GET manifest 1.0.0",
      "HEAD manifest",
      "POST upload",
      "POST upload",
      "PUT manifest",
      "PUT manifest 1.0.0",
      "PUT upload",
      "PUT upload",
    ]);
    expect(steps(target.requests.slice(-3))).toEqual(["PUT manifest 1.0.0", "GET manifest 1.0.0", "HEAD manifest"]);
  });

  // What a transfer requests at least: to know what is there, to send it, and to tag it.
  test.each([
    ["localBlob", 50],
    ["relativeOciReference", 50],
    ["ociArtifact", 50],
  ])(
    "gets at most one request more for each published manifest and each tag, with access: %s",
    async (access, least) => {
      const [source, target] = [await startSource(), await startFakeRegistry()];
      expect((await transfer(source, target, { access })).code).toBe(0);
      const manifests = new Set(
        target.requests
          .filter(({ method, kind, reference }) => method === "PUT" && kind === "manifest" && reference.includes(":"))
          .map(({ path }) => path),
      );
      expect(manifests.size).toBeGreaterThan(5);
      expect(target.requests.length).toBeLessThanOrEqual(least + manifests.size + target.requests.filter(isTag).length);
      const tagged = target.requests.findLastIndex(isTag);
      const confirmed = target.requests.slice(tagged).filter(asked({ method: "HEAD", kind: "manifest" }));
      expect(new Set(confirmed.map(({ path }) => path))).toEqual(manifests);
      expect(confirmed).toHaveLength(manifests.size);

      const first = target.requests.length;
      expect((await transfer(source, target, { access })).code).toBe(0);
      const again = target.requests.slice(first);
      expect(new Set(again.map(({ method }) => method))).toEqual(new Set(["GET", "HEAD"]));
      expect(again.length).toBeLessThan(20);
    },
  );
});

test.each(["6", "3"])("with retries: %s, a target that fails gets no piece of work more often", async (retries) => {
  const [source, target] = [await startSource(), await startFakeRegistry()];
  target.inject({
    when: ({ method, kind }) => method === "PUT" && kind === "manifest",
    act: { kind: "respond", status: 503 },
  });
  const result = await transfer(source, target, { retries });
  expect(result.report.error.code).toBe("REGISTRY_UNAVAILABLE");
  const puts = target.requests.filter(({ method, kind }) => method === "PUT" && kind === "manifest");
  const counts = [...Map.groupBy(puts, ({ path }) => path).values()].map(({ length }) => length);
  expect(Math.max(...counts)).toBe(Number(retries));
});
