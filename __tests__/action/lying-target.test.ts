import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import {
  addComponentVersion,
  addImage,
  addIndex,
  artifactDigest,
  type ComponentOptions,
  resource,
} from "../../testing/content/content.ts";
import { pinnedReference, publicKeyPem, signed } from "../../testing/content/signed.ts";
import { lies } from "../../testing/fakes/lies.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { asked, ociError } from "../../testing/fakes/registry-faults.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const COMPONENTS = "moved/component-descriptors/acme.org";

/** A signed shop with an image for two platforms, and a cart that it refers to; they have a layer in common. */
async function startSource(): Promise<FakeRegistry> {
  const source = await startFakeRegistry();
  const access = (name: string) => ({ type: "ociArtifact", imageReference: `${source.origin}/images/${name}:1` });
  const platforms = ["amd64", "arm64"].map((each) => addImage(source, "images/shop", { layers: ["shared", each] }));
  const shop = addIndex(source, "images/shop", platforms, { tag: "1" });
  const image = addImage(source, "images/cart", { tag: "1", layers: ["shared"], config: '{"cart":1}' });
  const cart: ComponentOptions = {
    name: "acme.org/cart",
    path: "ocm",
    resources: [resource("cart", access("cart"), artifactDigest(image))],
  };
  addComponentVersion(source, cart);
  const resources = [resource("shop", access("shop"), artifactDigest(shop))];
  addComponentVersion(source, signed({ path: "ocm", references: [pinnedReference("cart", cart)], resources }));
  return source;
}

function transfer(
  source: FakeRegistry,
  target: FakeRegistry,
  more: Readonly<Record<string, string>> = {},
): Promise<ActionResult> {
  const line = `${source.origin}/ocm//acme.org/shop:1.0.0`;
  const inputs = { "component-versions": line, recursive: "true", target: `${target.origin}/moved`, retries: "3" };
  return runAction({ inputs: { ...inputs, ...more } });
}

const tagsOf = (target: FakeRegistry) =>
  target
    .repositories()
    .flatMap((name) => Object.entries(target.tags(name)).map(([tag, digest]) => ({ name, tag, digest })));

const sha256 = (content: Buffer) => `sha256:${createHash("sha256").update(content).digest("hex")}`;

interface Reference {
  readonly digest: string;
}

/** What is missing or wrong below a manifest. */
function faultsBelow(target: FakeRegistry, repository: string, digest: string): string[] {
  const manifest = target.manifest(repository, digest);
  if (manifest === undefined || sha256(manifest.content) !== digest) return [`manifest ${digest}`];
  const document: { manifests?: Reference[]; layers?: Reference[]; config?: Reference } = JSON.parse(
    manifest.content.toString(),
  );
  const blobs = [...(document.config === undefined ? [] : [document.config]), ...(document.layers ?? [])];
  const wrong = blobs.filter((each) => {
    const content = target.blob(repository, each.digest);
    return content === undefined || sha256(content) !== each.digest;
  });
  return [
    ...wrong.map((each) => `blob ${each.digest}`),
    ...(document.manifests ?? []).flatMap((each) => faultsBelow(target, repository, each.digest)),
  ];
}

/** Every tag leads to complete content, or the run failed and names it as left. */
function expectHonest(result: ActionResult, target: FakeRegistry): void {
  const message: string = result.report.error?.message ?? "";
  for (const { name, tag, digest } of tagsOf(target)) {
    const isAccounted = result.code !== 0 && message.includes(`${name}:${tag}`);
    if (!isAccounted)
      expect({ tag: `${name}:${tag}`, faults: faultsBelow(target, name, digest) }).toMatchObject({ faults: [] });
    // A tag that exists after a failure is never claimed to be taken back.
    if (result.code !== 0) expect(isAccounted).toBe(true);
  }
  if (result.code !== 0) {
    expect(result.report.error.code).toMatch(/^(?!INTERNAL)[A-Z_]+$/);
    const versions: { state: string }[] = JSON.parse(result.outputs["component-versions"] ?? "[]");
    expect(versions.map(({ state }) => state)).not.toContain("written");
    return;
  }
  const names = tagsOf(target).map(({ name, tag }) => `${name}:${tag}`);
  expect(names).toEqual(expect.arrayContaining([`${COMPONENTS}/cart:1.0.0`, `${COMPONENTS}/shop:1.0.0`]));
}

test("there are at least twenty lies", () => {
  expect(lies.length).toBeGreaterThanOrEqual(20);
});

describe.each(lies)("a target that $name", ({ faults, isHarmless }) => {
  test.each(["without", "with"])("is never reported to have what it lacks, %s signatures", async (mode) => {
    const [source, target] = [await startSource(), await startFakeRegistry()];
    target.inject(...faults(target));
    const key = join(temporaryFolder(), "key.pem");
    writeFileSync(key, publicKeyPem);
    const result = await transfer(source, target, mode === "with" ? { signatures: `acme=${key}` } : {});
    expectHonest(result, target);
    expect(result.code === 0).toBe(mode === "with" ? isHarmless === true : isHarmless !== false);
  });
});

test("a fallback does not hide that a target lacks what it reports by HEAD", async () => {
  const [source, target] = [await startSource(), await startFakeRegistry()];
  const image = source.manifest("images/cart", "1")?.content ?? Buffer.alloc(0);
  const { config } = JSON.parse(image.toString());
  const isImage = asked({ method: "PUT", kind: "manifest", reference: sha256(image) });
  target.inject(
    { when: asked({ method: "HEAD", kind: "blob" }), act: { kind: "respond", status: 200 } },
    {
      when: (request) => isImage(request) && target.blob(request.repository, config.digest) === undefined,
      act: { kind: "respond", status: 400, body: ociError("MANIFEST_INVALID", "a blob could not be copied") },
    },
  );
  const result = await transfer(source, target, { "access-fallback": "artifact-set" });
  expectHonest(result, target);
  expect(result.code).toBe(0);
  const findings: { code: string }[] = JSON.parse(result.outputs.findings ?? "");
  expect(findings.map(({ code }) => code)).toEqual(["CONTENT_MISREPORTED"]);
});
