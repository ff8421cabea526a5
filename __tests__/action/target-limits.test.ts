import { afterEach, describe, expect, test } from "@jest/globals";
import { addComponentVersion, addImage, imageResource } from "../../testing/content/content.ts";
import { startProxy } from "../../testing/fakes/proxy.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { ociError } from "../../testing/fakes/registry-faults.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const numbered = (count: number, of: string) => Array.from({ length: count }, (_, index) => `${of} ${index}`);

/** `acme.org/shop:1.0.0` with so many local blobs, and an image of so many layers. */
async function startSource(blobs: number, layers = 1): Promise<FakeRegistry> {
  const source = await startFakeRegistry();
  addImage(source, "images/front", { tag: "1", layers: numbered(layers, "layer") });
  const resources = [imageResource("front", `${source.origin}/images/front:1`)];
  addComponentVersion(source, { blobs: numbered(blobs, "blob"), resources });
  return source;
}

async function transfer(source: FakeRegistry, target: string, given: Readonly<Record<string, string>>) {
  const inputs = { "component-versions": `${source.origin}//acme.org/shop:1.0.0`, target, retries: "1" };
  return runAction({ inputs: { ...inputs, ...given } });
}

const errorsOf = ({ annotations }: ActionResult) =>
  annotations.filter(({ level }) => level === "error").map(({ message }) => message);
const writesOf = ({ requests }: FakeRegistry) => requests.filter(({ method }) => method !== "GET" && method !== "HEAD");

describe("Amazon ECR, which accepts 500 layers", () => {
  const ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";

  async function start() {
    const target = await startFakeRegistry();
    const { url } = await startProxy({ hosts: { [`${ECR}:80`]: target.host } });
    return { target, given: { "http-proxy": url } };
  }

  test.each([
    ["a dry run", { "dry-run": "true" }],
    ["a transfer", { "access-fallback": "artifact-set" }],
  ])("refuses a component version of 500 local blobs and its descriptor in %s", async (_, more) => {
    const { target, given } = await start();
    const result = await transfer(await startSource(500), `http://${ECR}/moved`, { ...given, ...more });
    expect(errorsOf(result)).toEqual([
      expect.stringMatching(
        /^TARGET_LIMIT_EXCEEDED: component version acme\.org\/shop:1\.0\.0 has 501 layers in one manifest, and Amazon ECR accepts 500/,
      ),
    ]);
    expect(errorsOf(result)[0]).not.toContain("access-fallback");
    expect(writesOf(target)).toEqual([]);
  });

  test("refuses an image of 501 layers in a dry run, by the name of its resource", async () => {
    const { given } = await start();
    const result = await transfer(await startSource(1, 501), `http://${ECR}/moved`, { ...given, "dry-run": "true" });
    expect(errorsOf(result)).toEqual([
      expect.stringContaining("TARGET_LIMIT_EXCEEDED: resource front of acme.org/shop:1.0.0 has 501 layers"),
    ]);
  });

  test("accepts 500 in a dry run", async () => {
    const { given } = await start();
    const result = await transfer(await startSource(499, 500), `http://${ECR}/moved`, { ...given, "dry-run": "true" });
    expect(errorsOf(result)).toEqual([]);
  });
});

describe("a registry with a limit that only its answer shows", () => {
  test.each([
    [405, ociError("UNSUPPORTED", "Invalid parameter: 'Limit on number of layers per image exceeded'")],
    [400, ociError("MANIFEST_INVALID", "too many layers")],
    [400, JSON.stringify({ errors: [{ code: "MANIFEST_INVALID", detail: "http: request body too large" }] })],
    [413, "<html><title>413 Request Entity Too Large</title></html>"],
  ])("is reported with the number of layers, and without a fallback: %d %s", async (status, body) => {
    const target = await startFakeRegistry();
    target.inject({
      when: ({ method, kind, repository }) =>
        method === "PUT" && kind === "manifest" && repository.includes("component-descriptors"),
      act: { kind: "respond", status, body },
    });
    const source = await startFakeRegistry();
    addComponentVersion(source, { blobs: numbered(30, "blob") });
    const given = { "access-fallback": "artifact-set" };
    const result = await transfer(source, `${target.origin}/moved`, given);
    expect(errorsOf(result)).toEqual([expect.stringMatching(/^TARGET_LIMIT_EXCEEDED: .*\(31 layers, \d+ bytes\)/)]);
    expect(result.annotations.map(({ title }) => title)).not.toContain("ACCESS_FALLBACK");
    expect(target.repositories().flatMap((name) => Object.keys(target.tags(name)))).toEqual([]);
  });
});
