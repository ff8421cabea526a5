import { afterEach, expect, test } from "@jest/globals";
import type { Code } from "../../src/errors/codes.ts";
import { sha256 } from "../../src/oci/digest.ts";
import { addComponentVersion, addImage, imageResource } from "../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { asked, faults } from "../../testing/fakes/registry-faults.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

/** The one thing that every failure has in common: its code where users look, a remedy, and nothing under any tag. */
function expectFailure(
  { code, annotations, summary, report }: ActionResult,
  expected: Code,
  target?: FakeRegistry,
): void {
  expect(annotations.filter(({ level }) => level === "error").map(({ title }) => title)).toEqual([expected]);
  expect(code).toBe(1);
  expect(summary).toContain(`failed: ${expected}`);
  expect(report.error.code).toBe(expected);
  expect(report.error.remedy).not.toBe("");
  if (target === undefined) return;
  expect(target.repositories().flatMap((repository) => Object.keys(target.tags(repository)))).toEqual([]);
}

const SHOP = "//example.org/shop:1.2.0";

test.each<[string, Record<string, string>, Code]>([
  ["an unknown command", { command: "transfre" }, "COMMAND_UNKNOWN"],
  ["no component versions", { target: "http://127.0.0.1:9/x" }, "INPUT_MISSING"],
  ["no target", { "component-versions": `http://127.0.0.1:9/ocm${SHOP}` }, "INPUT_MISSING"],
  [
    "a line without a version",
    { "component-versions": "ghcr.io/acme//example.org/shop", target: "ghcr.io/x" },
    "VERSION_MISSING",
  ],
  [
    "a line without a component",
    { "component-versions": "ghcr.io/acme/shop:1.2.0", target: "ghcr.io/x" },
    "REFERENCE_MALFORMED",
  ],
  [
    "a component that is none",
    { "component-versions": "ghcr.io/acme//Shop:1.2.0", target: "ghcr.io/x" },
    "REFERENCE_MALFORMED",
  ],
  [
    "a version that is none",
    { "component-versions": "ghcr.io/acme//example.org/shop:latest", target: "ghcr.io/x" },
    "REFERENCE_MALFORMED",
  ],
  ["an unknown type", { "component-versions": `git::ghcr.io/acme${SHOP}`, target: "ghcr.io/x" }, "REFERENCE_MALFORMED"],
  [
    "a target with upper case",
    { "component-versions": `ghcr.io/acme${SHOP}`, target: "ghcr.io/Acme" },
    "REFERENCE_MALFORMED",
  ],
  [
    "an archive that is not there",
    { "component-versions": `./nowhere${SHOP}`, target: "http://127.0.0.1:9/x" },
    "CTF_MALFORMED",
  ],
  ["a boolean that is none", { recursive: "yes" }, "INPUT_INVALID"],
  ["a choice that is none", { access: "localblob" }, "INPUT_INVALID"],
  ["a number that is none", { concurrency: "many" }, "INPUT_INVALID"],
  ["plain HTTP for everything", { "plain-http": "*" }, "INPUT_INVALID"],
  [
    "a proxy URL with a raw #",
    { command: "setup", "https-proxy": "http://user:pa#ss@proxy.corp:3128" },
    "PROXY_URL_MALFORMED",
  ],
  ["a credentials line without a password", { credentials: "ghcr.io=hunter2" }, "INPUT_INVALID"],
  ["a credentials file that is not there", { "registry-config": "/nowhere/config.json" }, "CREDENTIALS_MALFORMED"],
])("%s", async (_, inputs, expected) => {
  const result = await runAction({ inputs });
  expectFailure(result, expected);
  expect(JSON.parse(result.outputs.hosts ?? "")).toEqual([]);
  for (const secret of ["pa#ss", "hunter2"]) expect(result.stdout + result.summary).not.toContain(secret);
});

test("a host that does not exist", async () => {
  const result = await runAction({
    inputs: {
      "component-versions": `nowhere.invalid/ocm${SHOP}`,
      target: "http://127.0.0.1:9/x",
      "probe-timeout": "5",
    },
  });
  const codes = result.report.diagnosis.map(({ code }: { code: Code }) => code);
  expect(codes.sort()).toEqual(["HOST_UNKNOWN", "HOST_UNREACHABLE"]);
  expect(result.report.diagnosis[0]).toMatchObject({
    host: "nowhere.invalid:443",
    via: "direct",
    "refused-by": "runner",
  });
  expect(result.code).toBe(1);
});

test("a component version that is not there", async () => {
  const registry = await startFakeRegistry();
  const result = await runAction({
    inputs: { "component-versions": `${registry.origin}/ocm${SHOP}`, target: `${registry.origin}/x` },
  });
  expectFailure(result, "COMPONENT_VERSION_UNKNOWN", registry);
  expect(result.annotations[0]?.message).toContain(`${registry.origin}/ocm//example.org/shop:1.2.0`);
});

test("a tag under which something else lies", async () => {
  const registry = await startFakeRegistry();
  const target = await startFakeRegistry();
  addImage(registry, "ocm/component-descriptors/example.org/shop", { tag: "1.2.0" });
  const result = await runAction({
    inputs: { "component-versions": `${registry.origin}/ocm${SHOP}`, target: `${target.origin}/x` },
  });
  expectFailure(result, "NOT_A_COMPONENT_VERSION", target);
});

/** A source with one component version of one image, and an empty target. */
async function smallEstate() {
  const source = await startFakeRegistry();
  const target = await startFakeRegistry();
  const content = Buffer.alloc(100_000, "layer");
  const manifest = addImage(source, "images/frontend", { tag: "1.0.0", layers: [content] });
  const resources = [imageResource("frontend", `${source.origin}/images/frontend:1.0.0`, manifest)];
  addComponentVersion(source, { path: "ocm", name: "example.org/shop", version: "1.2.0", resources });
  const inputs = { "component-versions": `${source.origin}/ocm${SHOP}`, target: `${target.origin}/x`, retries: "2" };
  return { source, target, image: { manifest, layer: sha256(content) }, inputs };
}

test("a registry that lies about a blob", async () => {
  const { source, target, image, inputs } = await smallEstate();
  source.inject(faults.lyingBlob(image.layer));
  expectFailure(await runAction({ inputs }), "DIGEST_MISMATCH", target);
  expect(target.blob("x/component-descriptors/example.org/shop", image.layer)).toBeUndefined();
});

test("a registry that lies about a manifest, by its tag and by its digest", async () => {
  const { source, target, image, inputs } = await smallEstate();
  source.inject(
    { ...faults.lyingManifest("1.0.0"), when: asked({ repository: "images/frontend", reference: "1.0.0" }) },
    faults.lyingManifest(image.manifest.digest),
  );
  expectFailure(await runAction({ inputs }), "DIGEST_MISMATCH", target);
});

test("a tag that was moved after the component version was made: what was signed is what arrives", async () => {
  const { source, target, image, inputs } = await smallEstate();
  addImage(source, "images/frontend", { tag: "1.0.0", layers: ["something newer"] });
  const result = await runAction({ inputs });
  expect(result.annotations).toEqual([]);
  expect(JSON.parse(result.outputs.findings ?? "").map(({ code }: { code: string }) => code)).toEqual(["TAG_MOVED"]);
  expect(target.manifest("x/component-descriptors/example.org/shop", image.manifest.digest)).toBeDefined();
});

test("a tag that was moved, and what was signed is gone", async () => {
  const { source, target, image, inputs } = await smallEstate();
  addImage(source, "images/frontend", { tag: "1.0.0", layers: ["something newer"] });
  const url = `${source.origin}/v2/images/frontend/manifests/${image.manifest.digest}`;
  expect((await fetch(url, { method: "DELETE" })).status).toBe(202);
  expectFailure(await runAction({ inputs }), "ARTIFACT_DIGEST_DIFFERS", target);
});

test("a blob that is cut, again and again", async () => {
  const { source, target, image, inputs } = await smallEstate();
  source.inject(faults.truncatedBlob(image.layer, 50_000, 10));
  expectFailure(await runAction({ inputs }), "CONNECTION_LOST", target);
});

test("a blob that is cut once arrives all the same", async () => {
  const { source, target, image, inputs } = await smallEstate();
  source.inject(faults.truncatedBlob(image.layer, 50_000, 1));
  const result = await runAction({ inputs: { ...inputs, "preflight-mode": "off" } });
  expect(result.annotations).toEqual([]);
  expect(target.blob("x/component-descriptors/example.org/shop", image.layer)).toHaveLength(100_000);
});

test("a target that does not take the index: its words, and no tag", async () => {
  const { target, inputs } = await smallEstate();
  target.inject(faults.indexRefused("mixed indexes are not for us"));
  const result = await runAction({ inputs });
  expectFailure(result, "INDEX_REFUSED", target);
  expect(result.annotations[0]?.message).toContain("mixed indexes are not for us");
});

test("a Node.js that is too old says so before anything else, and how to mend it", async () => {
  const old =
    "data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'20.20.2'}})";
  const { code, annotations } = await runAction({ env: { NODE_OPTIONS: `--import=${old}` } });
  expect(code).toBe(1);
  expect(annotations).toEqual([
    { level: "error", title: "NODE_TOO_OLD", message: expect.stringContaining("put Node.js 24 first on the PATH") },
  ]);
});
