import { afterEach, describe, expect, test } from "@jest/globals";
import { OCI_INDEX, OCI_MANIFEST } from "../../src/oci/descriptor.ts";
import {
  addComponentVersion,
  addImage,
  addReferrer,
  descriptorOf,
  imageResource,
  localBlob,
  SBOM,
} from "../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { asked, type FaultAction, ociError } from "../../testing/fakes/registry-faults.ts";
import { runCommand } from "../../testing/product/run-command.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const IMAGES = "images/etcd";
const HOME = "moved/component-descriptors/acme.org/shop";
const platform = (os: string, architecture: string, more = {}) => ({ platform: { os, architecture, ...more } });

async function startShop(fill: (source: FakeRegistry) => void, reference = "3.5") {
  const source = await startFakeRegistry();
  fill(source);
  addComponentVersion(source, { resources: [imageResource("etcd", `${source.origin}/${IMAGES}:${reference}`)] });
  const target = await startFakeRegistry();
  const run = (more: Readonly<Record<string, string>> = {}) =>
    runCommand("transfer", {
      "component-versions": `${source.origin}//acme.org/shop:1.0.0`,
      target: `${target.origin}/moved`,
      "copy-resources": "true",
      ...more,
    });
  return {
    source,
    target,
    run,
    image: `resource etcd:1.0.0 of acme.org/shop:1.0.0 (${source.origin}/${IMAGES}:${reference})`,
  };
}

const writesTo = ({ requests }: FakeRegistry) => requests.filter(({ method }) => method !== "GET" && method !== "HEAD");

describe("an index that lists a manifest which its registry lacks is refused before anything is written", () => {
  const missing = descriptorOf("lost", OCI_MANIFEST);
  const fills: readonly [string, (source: FakeRegistry) => void, string][] = [
    [
      "for a platform",
      (source) => {
        const manifests = [
          { ...addImage(source, IMAGES), ...platform("linux", "amd64") },
          { ...missing, ...platform("linux", "s390x") },
        ];
        source.addManifest(IMAGES, { schemaVersion: 2, mediaType: OCI_INDEX, manifests }, { tag: "3.5" });
      },
      `linux/s390x (manifest ${missing.digest})`,
    ],
    [
      "for a platform with a variant",
      (source) => {
        const manifests = [{ ...missing, ...platform("linux", "arm", { variant: "v7" }) }];
        source.addManifest(IMAGES, { schemaVersion: 2, mediaType: OCI_INDEX, manifests }, { tag: "3.5" });
      },
      `linux/arm/v7 (manifest ${missing.digest})`,
    ],
    [
      "without a platform",
      (source) =>
        source.addManifest(IMAGES, { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [missing] }, { tag: "3.5" }),
      `manifest ${missing.digest}`,
    ],
    [
      "in an index of its own",
      (source) => {
        const inner = source.addManifest(IMAGES, {
          schemaVersion: 2,
          mediaType: OCI_INDEX,
          manifests: [{ ...missing, ...platform("windows", "amd64") }],
        });
        source.addManifest(IMAGES, { schemaVersion: 2, mediaType: OCI_INDEX, manifests: [inner] }, { tag: "3.5" });
      },
      `windows/amd64 (manifest ${missing.digest})`,
    ],
  ];

  test.each(fills)("%s, and the error has resource, image, platform and digest", async (_, fill, words) => {
    const { run, target, image } = await startShop(fill);
    const { errors } = await run();
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatch(/^MANIFEST_UNKNOWN: /);
    expect([errors[0]?.includes(image), errors[0]?.includes(words)]).toEqual([true, true]);
    expect(writesTo(target).filter(({ kind }) => kind !== "upload")).toEqual([]);
    expect(target.tags(HOME)).toEqual({});
  });
});

test.each([
  [401, "UNAUTHORIZED"],
  [403, "DENIED"],
  [404, "MANIFEST_UNKNOWN"],
  [500, "REGISTRY_UNAVAILABLE"],
])("a refusal of an image by %i names the resource and the image", async (status, code) => {
  const { source, run, image } = await startShop((registry) => void addImage(registry, IMAGES, { tag: "3.5" }));
  source.inject({ when: asked({ kind: "manifest", repository: IMAGES }), act: { kind: "respond", status } });
  expect((await run()).errors).toEqual([expect.stringContaining(`${code}: ${image}: reading manifest 3.5`)]);
});

test("a refusal of a native manifest names the resource and its digest", async () => {
  const source = await startFakeRegistry();
  const home = "component-descriptors/acme.org/shop";
  const image = addImage(source, home);
  addComponentVersion(source, {
    natives: [image],
    resources: [localBlob("etcd", image.digest, { mediaType: OCI_MANIFEST })],
  });
  source.inject({ when: asked({ kind: "manifest", reference: image.digest }), act: { kind: "respond", status: 404 } });
  const { errors } = await runCommand("verify", { "component-versions": `${source.origin}//acme.org/shop:1.0.0` });
  expect(errors).toEqual([expect.stringContaining(`resource etcd:1.0.0 of acme.org/shop:1.0.0 (${image.digest}): `)]);
});

describe("a subject that HEAD denies and GET finds is copied", () => {
  const DENIALS: readonly [string, FaultAction][] = [
    ["by 404", { kind: "respond", status: 404 }],
    [
      "by 404 with an error of the specification",
      { kind: "respond", status: 404, body: ociError("MANIFEST_UNKNOWN", "no") },
    ],
  ];

  test.each(DENIALS)("%s", async (_, act) => {
    const source = await startFakeRegistry();
    const image = addImage(source, IMAGES);
    const sbom = addReferrer(source, IMAGES, image, SBOM);
    addComponentVersion(source, { resources: [imageResource("sbom", `${source.origin}/${IMAGES}@${sbom.digest}`)] });
    source.inject({ when: asked({ method: "HEAD" }), act });
    const target = await startFakeRegistry();
    const { errors } = await runCommand("transfer", {
      "component-versions": `${source.origin}//acme.org/shop:1.0.0`,
      target: `${target.origin}/moved`,
      "copy-resources": "true",
    });
    expect(errors).toEqual([]);
    expect(target.manifest(HOME, image.digest)).toBeDefined();
  });
});
