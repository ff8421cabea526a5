import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type Descriptor, OCI_INDEX, OCI_MANIFEST } from "../../src/oci/descriptor.ts";
import { addComponentVersion, descriptorOf, imageResource } from "../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { asked } from "../../testing/fakes/registry-faults.ts";
import { runCommand } from "../../testing/product/run-command.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const EMPTY = "application/vnd.oci.empty.v1+json";
const LAYER = "application/vnd.oci.image.layer.v1.tar";
const IMAGES = "images/a";
const HOME = "moved/component-descriptors/acme.org/shop";

/** A descriptor of content that no registry needs to have. */
const embedded = (content: string, mediaType: string, data = Buffer.from(content).toString("base64")) => ({
  ...descriptorOf(content, mediaType),
  data,
});

/** A shop with an image of these blobs, which the registry lacks unless the test adds them. */
async function startShop(config: Descriptor | object, layers: readonly object[]): Promise<FakeRegistry> {
  const source = await startFakeRegistry();
  source.addManifest(IMAGES, { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers }, { tag: "1" });
  addComponentVersion(source, { resources: [imageResource("a", `${source.origin}/${IMAGES}:1`)] });
  return source;
}

const inputs = (source: FakeRegistry, more: Readonly<Record<string, string>>) => ({
  "component-versions": `${source.origin}//acme.org/shop:1.0.0`,
  "copy-resources": "true",
  ...more,
});

describe("content that a manifest embeds", () => {
  const CONTENTS: readonly [string, string, string][] = [
    ["of two bytes", "{}", "a layer"],
    ["of no bytes", "", ""],
    ["of other characters", '{"ü":"\u{1f980}"}', "\0\x01\xff".repeat(1000)],
  ];

  test.each(CONTENTS)(
    "%s is copied as blobs that the source lacks, verified and downloaded",
    async (_, config, layer) => {
      const source = await startShop(embedded(config, EMPTY), [embedded(layer, LAYER)]);
      const target = await startFakeRegistry();
      expect((await runCommand("transfer", inputs(source, { target: `${target.origin}/moved` }))).errors).toEqual([]);
      for (const content of [config, layer]) {
        expect(target.blob(HOME, descriptorOf(content).digest)?.equals(Buffer.from(content))).toBe(true);
      }
      expect((await runCommand("verify", inputs(source, {}))).errors).toEqual([]);
      const output = temporaryFolder();
      expect((await runCommand("download", inputs(source, { output }))).errors).toEqual([]);
      const names = readdirSync(output, { recursive: true, encoding: "utf8" });
      const saved = names.find((name) => name.endsWith(descriptorOf(layer).digest.slice("sha256:".length)));
      expect(readFileSync(join(output, saved ?? "")).equals(Buffer.from(layer))).toBe(true);
      const archive = join(temporaryFolder(), "shop.tgz");
      expect((await runCommand("transfer", inputs(source, { target: archive }))).errors).toEqual([]);
      expect(
        (await runCommand("verify", inputs(source, { "component-versions": `${archive}//acme.org/shop:1.0.0` })))
          .errors,
      ).toEqual([]);
    },
  );

  test("is not asked for, though the registry serves another one", async () => {
    const source = await startShop(embedded("{}", EMPTY), [embedded("a layer", LAYER)]);
    source.inject({
      when: asked({ kind: "blob", repository: IMAGES }),
      act: { kind: "respond", status: 200, body: "" },
    });
    const target = await startFakeRegistry();
    expect((await runCommand("transfer", inputs(source, { target: `${target.origin}/moved` }))).errors).toEqual([]);
    expect(target.blob(HOME, descriptorOf("{}").digest)?.toString()).toBe("{}");
  });

  test("is found by one of the manifests of an index", async () => {
    const source = await startFakeRegistry();
    const config = descriptorOf("{}", EMPTY);
    const manifests = [config, embedded("{}", EMPTY)].map((each, at) =>
      source.addManifest(IMAGES, {
        schemaVersion: 2,
        mediaType: OCI_MANIFEST,
        config: each,
        layers: [],
        annotations: { at },
      }),
    );
    source.addManifest(IMAGES, { schemaVersion: 2, mediaType: OCI_INDEX, manifests }, { tag: "1" });
    addComponentVersion(source, { resources: [imageResource("a", `${source.origin}/${IMAGES}:1`)] });
    const target = await startFakeRegistry();
    expect((await runCommand("transfer", inputs(source, { target: `${target.origin}/moved` }))).errors).toEqual([]);
  });

  test("may be a manifest itself, and the config and descriptor of a component version", async () => {
    const source = await startFakeRegistry();
    const image = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: embedded("{}", EMPTY),
      layers: [],
    });
    source.addManifest(
      IMAGES,
      { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [embedded(image, OCI_MANIFEST)] },
      { tag: "1" },
    );
    const home = "component-descriptors/acme.org/shop";
    const lost: string[] = [];
    addComponentVersion(source, {
      resources: [imageResource("a", `${source.origin}/${IMAGES}:1`)],
      manifest: ({ config, layers, ...others }) => {
        const withData = (each: Descriptor) => {
          lost.push(each.digest);
          return { ...each, data: source.blob(home, each.digest)?.toString("base64") };
        };
        return { ...others, config: withData(config), layers: layers.map(withData) };
      },
    });
    for (const reference of lost) {
      source.inject({ when: asked({ kind: "blob", reference }), act: { kind: "respond", status: 404 } });
    }
    const target = await startFakeRegistry();
    expect((await runCommand("transfer", inputs(source, { target: `${target.origin}/moved` }))).errors).toEqual([]);
    expect(target.manifest(HOME, descriptorOf(image).digest)?.content.toString()).toBe(image);
  });
});

describe("embedded content that is not that of the descriptor", () => {
  const LIES: Readonly<Record<string, string>> = {
    "of the same size": Buffer.from("[]").toString("base64"),
    "of another size": Buffer.from("{ }").toString("base64"),
    "without bytes": "",
    "that is not base64": "%%%",
  };

  test.each(Object.entries(LIES))("%s is ignored where the registry has the blob", async (_, data) => {
    const source = await startShop(embedded("{}", EMPTY, data), []);
    source.addBlob(IMAGES, "{}");
    const target = await startFakeRegistry();
    expect((await runCommand("transfer", inputs(source, { target: `${target.origin}/moved` }))).errors).toEqual([]);
    expect(target.blob(HOME, descriptorOf("{}").digest)?.toString()).toBe("{}");
  });

  test.each(Object.entries(LIES))("%s is refused where it has not, and nothing is published", async (_, data) => {
    const source = await startShop(embedded("{}", EMPTY, data), []);
    const target = await startFakeRegistry();
    const { errors } = await runCommand("transfer", inputs(source, { target: `${target.origin}/moved` }));
    expect(errors).toEqual([expect.stringMatching(/^BLOB_UNKNOWN: /)]);
    expect(target.tags(HOME)).toEqual({});
    expect((await runCommand("verify", inputs(source, { "preflight-mode": "off" }))).errors).toEqual([
      expect.stringMatching(/^BLOB_UNKNOWN: /),
    ]);
  });
});
