import { randomBytes } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { sha256 } from "../../src/oci/digest.ts";
import { readComponentVersion } from "../../src/ocm/repository/component-version.ts";
import { componentDigest } from "../../src/ocm/signing/normalise.ts";
import { findingsOf } from "../../src/transfer/findings.ts";
import { addComponentVersion, addImage, resource } from "../../testing/content/content.ts";
import { createMemoryRegistry, type MemoryRegistry } from "../../testing/content/memory-registry.ts";
import { type FileServer, startFileServer } from "../../testing/fakes/file-server.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { type Opened, openAccessMethods, pinTo } from "../../testing/product/open-access-methods.ts";
import { openRegistry } from "../../testing/product/open-registry.ts";
import { surveyed } from "../../testing/product/surveyed.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { PATH, tagsOf, transfer } from "./run-transfer.ts";

afterEach(stopEverything);

const HOME = `${PATH}/component-descriptors/acme.org/shop`;
const ARCHIVE = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";

let server: FileServer;
let source: MemoryRegistry;
let target: FakeRegistry;
let accessMethods: Opened;
beforeEach(async () => {
  [server, target] = await Promise.all([startFileServer(), startFakeRegistry()]);
  source = createMemoryRegistry("source.test");
  accessMethods = openAccessMethods({ named: [server.host], registry: source });
  server.put("/notes.txt", { headers: { "content-type": "text/plain" }, body: "notes" });
  server.put("/shop-1.tgz", "chart");
  server.put("/index.yaml", "entries: {shop: [{version: '1', urls: [shop-1.tgz]}]}");
});

async function read() {
  const from = { registry: openRegistry(target.host), path: PATH, display: "target" };
  return readComponentVersion(from, "acme.org/shop", "1.0.0");
}

async function transferred() {
  const plan = await transfer({ source, target, accessMethods });
  return { plan, copy: await read() };
}

const wget = (path: string, more = {}) => ({ type: "wget", url: `${server.origin}${path}`, ...more });
const helm = () => ({ type: "helm", helmRepository: server.origin, helmChart: "shop:1" });

describe("what lies on servers", () => {
  test("becomes local blobs, as v1 of the CLI writes them, and nothing else changes", async () => {
    const layer = source.addBlob("layers", "layer");
    const blob = { type: "ociBlob", ref: "source.test/layers", mediaType: "a/b", digest: layer.digest, size: 5 };
    addComponentVersion(source, {
      resources: [
        resource("notes", wget("/notes.txt"), { digest: pinTo("notes") }),
        resource("chart", helm(), { digest: pinTo("chart"), labels: [{ name: "x", value: 1 }] }),
        resource("layer", blob),
      ],
      sources: [{ name: "source", version: "1.0.0", type: "text", access: wget("/notes.txt") }],
    });
    const { copy } = await transferred();
    const local = (content: string, mediaType: string) => ({
      type: "localBlob",
      localReference: sha256(content),
      mediaType,
    });
    expect(copy.descriptor.elements.map(({ access }) => access)).toEqual([
      local("notes", "text/plain"),
      local("chart", ARCHIVE),
      local("layer", "a/b"),
      local("notes", "text/plain"),
    ]);
    expect([...copy.layers.values()].slice(1)).toMatchObject(
      ["notes", "chart", "layer"].map((content) => ({ digest: sha256(content), size: content.length })),
    );
    for (const content of ["notes", "chart", "layer"])
      expect(target.blob(HOME, sha256(content))?.toString()).toBe(content);
    const from = { registry: source, path: "", display: "source" };
    const original = await readComponentVersion(from, "acme.org/shop", "1.0.0");
    expect(componentDigest(copy.descriptor)).toBe(componentDigest(original.descriptor));
  });

  test("is not copied twice: the second transfer finds everything", async () => {
    addComponentVersion(source, {
      resources: [resource("notes", wget("/notes.txt")), resource("chart", helm())],
    });
    await transferred();
    const before = tagsOf(target);
    const { plan } = await transferred();
    expect(new Set(plan.steps.map(({ kind }) => kind))).toEqual(new Set(["skip"]));
    expect(tagsOf(target)).toEqual(before);
  });

  test("is not read at all where it is large and pinned, and at the target", async () => {
    const large = randomBytes(9 * 1024 * 1024);
    server.put("/large", large);
    addComponentVersion(source, { resources: [resource("large", wget("/large"), { digest: pinTo(large) })] });
    await transferred();
    expect(target.blob(HOME, sha256(large))?.equals(large)).toBe(true);
    const asked = server.requests.length;
    await transferred();
    expect(server.requests.length - asked).toBe(1);
  });

  test("that is exchanged between survey and copy is published nowhere", async () => {
    const large = randomBytes(9 * 1024 * 1024);
    server.put("/large", large, randomBytes(large.length));
    addComponentVersion(source, { resources: [resource("large", wget("/large"), { digest: pinTo(large) })] });
    await expect(transfer({ source, target, accessMethods })).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    expect(tagsOf(target)).toEqual([]);
  });

  test("as an artifact of a registry is copied as that where it is pinned so", async () => {
    const image = addImage(source, "charts/shop", { tag: "1" });
    const access = { type: "helm", helmRepository: "oci://source.test/charts", helmChart: "shop:1" };
    const digest = { ...pinTo(""), value: image.digest.slice(7) };
    addComponentVersion(source, { resources: [resource("chart", access, { digest })] });
    const { copy } = await transferred();
    expect([...copy.nativeManifests.values()]).toMatchObject([{ digest: image.digest }]);
    expect(copy.descriptor.elements[0]?.access).toMatchObject({
      type: "localBlob",
      localReference: image.digest,
      referenceName: "charts/shop:1",
    });
  });
});

describe("what is left by reference", () => {
  const options = { copyResources: true, copySources: false };

  test("keeps its access, and a finding says why", async () => {
    const resources = [
      resource("posted", wget("/notes.txt", { verb: "POST" })),
      resource("package", { type: "npm", registry: "https://registry.acme.org", package: "x", version: "1" }),
      resource("nothing", { type: "none" }),
    ];
    addComponentVersion(source, { resources });
    const { copy } = await transferred();
    expect(copy.descriptor.elements.map(({ access }) => access)).toEqual(
      resources.map((element) => (element as { access: object }).access),
    );
    const gathered = { errors: [], versions: [await surveyed(source, { resources }, { ...options, accessMethods })] };
    expect(findingsOf(gathered)).toMatchObject([
      {
        code: "LEFT_BY_REFERENCE",
        message:
          "What cannot be copied by value stays where it is: " +
          "posted of acme.org/shop:1.0.0 (wget: it is asked for with POST), " +
          "package of acme.org/shop:1.0.0 (npm: npm package at registry.acme.org).",
      },
    ]);
  });

  test("is no finding where copying was not asked for, and nothing is fetched", async () => {
    const sources = [{ name: "source", version: "1.0.0", type: "text", access: wget("/notes.txt") }];
    const versions = [await surveyed(source, { sources }, { ...options, accessMethods })];
    expect(versions[0]?.items).toMatchObject([{ kind: "byReference", reason: "sources are left by reference" }]);
    expect(findingsOf({ errors: [], versions })).toEqual([]);
    expect(server.requests).toEqual([]);
  });

  test("is a finding where nobody follows such accesses", async () => {
    const versions = [await surveyed(source, { resources: [resource("notes", wget("/notes.txt"))] }, options)];
    expect(versions[0]?.items).toMatchObject([{ kind: "byReference", reason: "access type wget stays a reference" }]);
    expect(findingsOf({ errors: [], versions })).toHaveLength(1);
  });
});
