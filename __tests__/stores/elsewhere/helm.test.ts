import { createHash } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { describePurpose } from "../../../src/net/purpose.ts";
import { bytesOf } from "../../../src/oci/content.ts";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { sha256 } from "../../../src/oci/digest.ts";
import type { JsonObject } from "../../../src/ocm/descriptor/json.ts";
import { type FileServer, startFileServer } from "../../../testing/fakes/file-server.ts";
import { startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { contentOf, openAccessMethods, pinTo } from "../../../testing/product/open-access-methods.ts";
import { openRegistry } from "../../../testing/product/open-registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";

const ARCHIVE = "application/vnd.cncf.helm.chart.content.v1.tar+gzip";
const bytes = "archive of the chart";

afterEach(stopEverything);

describe("a chart repository", () => {
  let server: FileServer;
  beforeEach(async () => {
    server = await startFileServer();
  });
  const open = (options = {}) => openAccessMethods({ named: [server.host], ...options });

  /** An index of one version of the chart `shop`, which lies at `url`. */
  function putIndex(url: string, digest = ""): void {
    const entry = { name: "shop", version: "1.4.0+b2", urls: [url], ...(digest === "" ? {} : { digest }) };
    server.put("/charts/index.yaml", JSON.stringify({ apiVersion: "v1", entries: { shop: [entry] } }));
  }

  const access = (more: JsonObject = {}): JsonObject => ({
    type: "helm",
    helmRepository: `${server.origin}/charts`,
    helmChart: "shop:1.4.0+b2",
    ...more,
  });

  test.each<JsonObject>([
    { type: "helm" },
    { type: "helm/v1", helmChart: "shop", version: "1.4.0+b2" },
    { type: "Helm", version: "1.4.0+b2" },
    { type: "Helm/v1", caCert: "ignored", keyring: "ignored" },
  ])("hands out the archive: %j", async (more) => {
    putIndex("shop-1.4.0+b2.tgz");
    server.put("/charts/shop-1.4.0+b2.tgz", { headers: { "content-type": "text/x" }, body: bytes });
    const found = await open().find(access(more), pinTo(bytes));
    const descriptor = { mediaType: ARCHIVE, digest: sha256(bytes), size: bytes.length };
    expect(found).toMatchObject({ kind: "blob", descriptor });
    expect((await contentOf(found)).toString()).toBe(bytes);
  });

  test("the provenance beside a chart is no part of it, as with v1 of the CLI, and hosts are listed by what needs them", async () => {
    putIndex("shop.tgz");
    server.put("/charts/shop.tgz", bytes);
    server.put("/charts/shop.tgz.prov", "signed");
    const methods = open();
    await methods.find(access());
    expect(server.requests.map(({ path }) => path)).toEqual(["/charts/index.yaml", "/charts/shop.tgz"]);
    expect(methods.client.hops.map(({ purpose }) => describePurpose(purpose))).toEqual([
      "chart repository",
      "helm resource it",
    ]);
  });

  test.each([
    ["beside the index", "/charts", "shop.tgz", "/charts/shop.tgz"],
    ["beside the index, with a slash behind the repository", "/charts/", "shop.tgz", "/charts/shop.tgz"],
    ["below it", "/charts", "a/shop.tgz", "/charts/a/shop.tgz"],
    ["elsewhere on the host", "/charts", "/files/shop.tgz", "/files/shop.tgz"],
    ["behind a query that the repository has too", "/charts?key=1", "shop.tgz", "/charts/shop.tgz?key=1"],
  ])("a chart that lies %s", async (_, repository, url, path) => {
    putIndex(url);
    server.put(
      "/charts/index.yaml?key=1",
      JSON.stringify({ entries: { shop: [{ version: "1.4.0+b2", urls: [url] }] } }),
    );
    server.put(path, bytes);
    const found = await open().find(access({ helmRepository: `${server.origin}${repository}` }));
    expect((await contentOf(found)).toString()).toBe(bytes);
  });

  test("a chart on another host, which has to be one that may be reached", async () => {
    const other = await startFileServer();
    other.put("/shop.tgz", bytes);
    putIndex(`${other.origin}/shop.tgz`);
    await expect(open().find(access())).rejects.toMatchObject({ code: "ADDRESS_REFUSED" });
    expect(other.requests).toEqual([]);
    expect(await open({ named: [server.host, other.host] }).find(access())).toMatchObject({ kind: "blob" });
  });

  test("many charts, one index", async () => {
    putIndex("shop.tgz");
    server.put("/charts/shop.tgz", bytes);
    const methods = open();
    await Promise.all([1, 2, 3].map(() => methods.find(access())));
    expect(server.requests.filter(({ path }) => path.endsWith("index.yaml"))).toHaveLength(1);
  });

  test("the index's digest holds where the resource has none, and the resource's where it has one", async () => {
    server.put("/charts/shop.tgz", bytes);
    putIndex("shop.tgz", sha256("another").slice(7));
    await expect(open().find(access())).rejects.toMatchObject({ code: "ARTIFACT_DIGEST_DIFFERS" });
    expect(await open().find(access(), pinTo(bytes))).toMatchObject({ kind: "blob" });
    putIndex("shop.tgz", sha256(bytes));
    expect(await open().find(access())).toMatchObject({ kind: "blob" });
    await expect(open().find(access(), pinTo("another"))).rejects.toMatchObject({ code: "ARTIFACT_DIGEST_DIFFERS" });
  });

  test.each<[JsonObject, string]>([
    [{ helmRepository: "file:///charts" }, "the scheme of its chart repository is not http, https or oci"],
    [{ helmRepository: "https://ada:pw@acme.org/" }, "the URL of its chart repository holds credentials"],
  ])("left by reference: %j", async (more, reason) => {
    expect(await open().find(access(more))).toEqual({ kind: "left", reason });
  });

  test("left by reference: what is pinned to a manifest", async () => {
    const found = await open().find(access(), pinTo(bytes, "ociArtifactDigest/v1"));
    expect(found).toEqual({ kind: "left", reason: "its digest is that of an OCI manifest" });
    expect(server.requests).toEqual([]);
  });

  test.each<[string, JsonObject, string]>([
    ["chart", { helmChart: "store:1.4.0+b2" }, "lists no chart store:1.4.0+b2"],
    ["version", { helmChart: "shop:1.4.0" }, "lists no version of the chart shop:1.4.0"],
  ])("an index without the %s", async (_, more, message) => {
    putIndex("shop.tgz");
    await expect(open().find(access(more))).rejects.toMatchObject({
      code: "ARTIFACT_UNKNOWN",
      message: expect.stringContaining(message),
    });
  });

  test.each<[string, string, number, string]>([
    ["that is no YAML", "a: [", 200, "CHART_INDEX_MALFORMED"],
    ["that is a web page", "<html>login</html>", 200, "CHART_INDEX_MALFORMED"],
    ["that is not there", "", 404, "ARTIFACT_UNAVAILABLE"],
    ["that is not shown", "", 401, "ARTIFACT_UNAVAILABLE"],
  ])("an index %s", async (_, body, status, code) => {
    server.put("/charts/index.yaml", { status, body });
    await expect(open().find(access())).rejects.toMatchObject({ code });
  });

  test("a chart that is not where the index says, or at a place that cannot be", async () => {
    putIndex("gone.tgz");
    await expect(open().find(access())).rejects.toMatchObject({ code: "ARTIFACT_UNKNOWN" });
    putIndex("ftp://acme.org/shop.tgz");
    await expect(open().find(access())).rejects.toMatchObject({ code: "CHART_INDEX_MALFORMED" });
  });

  test("an index that failed is asked for again", async () => {
    server.put("/charts/index.yaml", { status: 500 });
    const methods = open();
    await expect(methods.find(access())).rejects.toMatchObject({ code: "ARTIFACT_UNAVAILABLE" });
    putIndex("shop.tgz");
    server.put("/charts/shop.tgz", bytes);
    expect(await methods.find(access())).toMatchObject({ kind: "blob" });
  });

  test("an index whose chart lies in a registry", async () => {
    const { registry, archive } = await chartInRegistry();
    putIndex("oci://acme.test/charts/shop:1.4.0_b2");
    expect(await open({ registry }).find(access(), pinTo(bytes))).toMatchObject({ kind: "blob", descriptor: archive });
  });
});

/** A chart with its provenance, as Helm pushes it. */
async function chartInRegistry(archiveType = ARCHIVE) {
  const fake = await startFakeRegistry();
  const config = fake.addBlob("charts/shop", '{"name":"shop"}', "application/vnd.cncf.helm.config.v1+json");
  const archive = fake.addBlob("charts/shop", bytes, archiveType);
  const provenance = fake.addBlob("charts/shop", "signed", "application/vnd.cncf.helm.chart.provenance.v1.prov");
  const manifest = { schemaVersion: 2, config, layers: [archive, provenance] };
  const root = fake.addManifest("charts/shop", manifest as never, { tag: "1.4.0_b2" });
  return { registry: openRegistry(fake.host), root, archive: { ...archive, mediaType: ARCHIVE } };
}

describe("a chart in a registry", () => {
  const access = { type: "helm", helmRepository: "oci://acme.test/charts", helmChart: "shop:1.4.0+b2" };

  test.each([
    ["and not pinned", undefined, ARCHIVE],
    ["and pinned to the archive, as by v1 of the CLI", pinTo(bytes), ARCHIVE],
    ["of the time before charts had media types", pinTo(bytes), "application/tar+gzip"],
  ])("%s is its archive, read from the registry", async (_, digest, type) => {
    const { registry, archive } = await chartInRegistry(type);
    const found = await openAccessMethods({ registry }).find(access, digest);
    expect(found).toMatchObject({ kind: "blob", descriptor: archive });
    expect((await contentOf(found)).toString()).toBe(bytes);
  });

  test.each(["genericBlobDigest/v1", "ociArtifactDigest/v1"])(
    "that is pinned to its manifest by %s is the whole artifact",
    async (normalisationAlgorithm) => {
      const { registry, root } = await chartInRegistry();
      const digest = { hashAlgorithm: "SHA-256", normalisationAlgorithm, value: root.digest.slice(7) };
      const found = await openAccessMethods({ registry }).find(access, digest);
      expect(found).toMatchObject({ kind: "artifact", root: { digest: root.digest } });
      expect(found).toMatchObject({ reference: { repository: "charts/shop", tag: "1.4.0_b2" } });
    },
  );

  test.each([
    ["genericBlobDigest/v1", "SHA-256", "archive"],
    ["ociArtifactDigest/v1", "SHA-256", "artifact"],
    ["ociArtifactDigest/v1", "SHA-512", "artifact"],
  ])("that %s by %s says is another one is the %s, to be compared with that", async (algorithm, hash, kind) => {
    const { registry, root, archive } = await chartInRegistry();
    const value = createHash(hash.toLowerCase().replace("-", "")).update("another").digest("hex");
    const digest = { hashAlgorithm: hash, normalisationAlgorithm: algorithm, value };
    const found = await openAccessMethods({ registry }).find(access, digest);
    expect(found).toMatchObject(
      kind === "archive" ? { kind: "blob", descriptor: archive } : { kind, root: { digest: root.digest } },
    );
  });

  test("that is pinned to its manifest by SHA-512 is the whole artifact", async () => {
    const { registry, root } = await chartInRegistry();
    const manifest = await bytesOf(await registry.repository("charts/shop").fetch(root as Descriptor));
    const value = createHash("sha512").update(manifest).digest("hex");
    const digest = { hashAlgorithm: "SHA-512", normalisationAlgorithm: "genericBlobDigest/v1", value };
    const found = await openAccessMethods({ registry }).find(access, digest);
    expect(found).toMatchObject({ kind: "artifact", root: { digest: root.digest } });
  });

  test("that is none", async () => {
    const { registry } = await chartInRegistry("text/plain");
    const found = await openAccessMethods({ registry }).find(access);
    expect(found).toEqual({ kind: "left", reason: "the artifact is not a chart" });
  });

  test("that is not there", async () => {
    const { registry } = await chartInRegistry();
    const finding = openAccessMethods({ registry }).find({ ...access, helmChart: "shop:2.0.0" });
    await expect(finding).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
  });
});
