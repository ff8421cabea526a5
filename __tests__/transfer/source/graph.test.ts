import { afterEach, describe, expect, test } from "@jest/globals";
import { type Descriptor, DOCKER_MANIFEST, DOCKER_MANIFEST_LIST, isManifest } from "../../../src/oci/descriptor.ts";
import { sha256 } from "../../../src/oci/digest.ts";
import { openCtf } from "../../../src/stores/ctf/store.ts";
import { UNLIMITED } from "../../../src/transfer/source/budget.ts";
import { createReadGraph, isForeign, readGraph } from "../../../src/transfer/source/graph.ts";
import { addImage, addIndex } from "../../../testing/content/content.ts";
import { createMemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { openRegistry } from "../../../testing/product/open-registry.ts";
import { ctf } from "../../../testing/real/fixtures.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

/** A registry keeps manifests and blobs apart. */
const nameOf = ({ mediaType, digest }: Descriptor) => `${isManifest(mediaType) ? "manifest" : "blob"} ${digest}`;

/** That every node comes after all that it needs. */
function expectChildrenFirst(nodes: Awaited<ReturnType<typeof readGraph>>["nodes"]): void {
  const seen = new Set<string>();
  for (const { descriptor, needs } of nodes) {
    for (const needed of needs) expect(seen).toContain(nameOf(needed));
    seen.add(nameOf(descriptor));
  }
  expect(seen.size).toBe(nodes.length);
}

test("an image: blobs before the manifest that needs them", async () => {
  const registry = createMemoryRegistry();
  const root = addImage(registry, "a", { layers: ["one", "two"] });
  const graph = await readGraph(registry.repository("a"), root);
  expectChildrenFirst(graph.nodes);
  expect(graph.nodes.at(-1)?.descriptor).toEqual(root);
  expect(graph.nodes.at(-1)?.needs.map(({ digest }) => digest)).toEqual(["{}", "one", "two"].map(sha256));
  expect(graph.nodes).toHaveLength(4);
});

test("indexes in indexes, of both kinds, with blobs that they share: each once", async () => {
  const registry = createMemoryRegistry();
  const one = addImage(registry, "a", { layers: ["shared", "one"], config: "{1}" });
  const two = addImage(registry, "a", { layers: ["shared", "two"], config: "{2}", mediaType: DOCKER_MANIFEST });
  const inner = addIndex(registry, "a", [one, two], { mediaType: DOCKER_MANIFEST_LIST });
  const root = addIndex(registry, "a", [inner, one]);
  const graph = await readGraph(registry.repository("a"), root);
  expectChildrenFirst(graph.nodes);
  const manifests = [one, two, inner, root].map(({ digest }) => digest);
  const blobs = ["shared", "one", "two", "{1}", "{2}"].map(sha256);
  expect(graph.nodes.map(({ descriptor }) => descriptor.digest).sort()).toEqual([...manifests, ...blobs].sort());
});

test("artifacts without config, and a blob as root", async () => {
  const registry = createMemoryRegistry();
  const blob = registry.addBlob("a", "chart", "application/vnd.cncf.helm.chart.content.v1.tar+gzip");
  const manifest = registry.addManifest("a", { schemaVersion: 2, layers: [blob] });
  expect((await readGraph(registry.repository("a"), manifest)).nodes).toHaveLength(2);
  expect((await readGraph(registry.repository("a"), blob)).nodes).toEqual([{ descriptor: blob, needs: [] }]);
});

const foreign = { digest: sha256("foreign"), size: 7, urls: ["https://mcr.example.test/layer"] };

test("the same bytes as a manifest and as a blob are both", async () => {
  const registry = createMemoryRegistry();
  const inner = addImage(registry, "a");
  const asBlob = { ...inner, mediaType: "application/octet-stream" };
  const outer = registry.addManifest("a", { schemaVersion: 2, layers: [asBlob] });
  const { nodes } = await readGraph(registry.repository("a"), addIndex(registry, "a", [inner, outer]));
  expectChildrenFirst(nodes);
  expect(nodes.filter(({ descriptor }) => descriptor.digest === inner.digest)).toHaveLength(2);
});

test.each([
  ["comes along where it is there", true],
  ["may be missing", false],
])("the subject of a manifest %s", async (_, isThere) => {
  const registry = createMemoryRegistry();
  const subject = addImage(registry, isThere ? "a" : "elsewhere");
  const root = registry.addManifest("a", { schemaVersion: 2, layers: [], subject });
  const { nodes } = await readGraph(registry.repository("a"), root);
  expectChildrenFirst(nodes);
  expect(nodes.map(({ descriptor }) => descriptor.digest).includes(subject.digest)).toBe(isThere);
});

test.each([
  ["application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", foreign.urls, true],
  ["application/vnd.oci.image.layer.nondistributable.v1.tar+gzip", foreign.urls, true],
  ["application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", [], false],
  ["application/vnd.docker.image.rootfs.foreign.diff.tar.gzip", undefined, false],
  ["application/vnd.oci.image.layer.v1.tar", foreign.urls, false],
])("%s with urls %j is foreign: %s", (mediaType, urls, expected) => {
  const { urls: _, ...descriptor } = foreign;
  expect(isForeign({ mediaType, ...descriptor, ...(urls === undefined ? {} : { urls }) })).toBe(expected);
});

test("foreign layers are left out: nobody has to have them", async () => {
  const registry = createMemoryRegistry();
  const layer = registry.addBlob("a", "own", "application/vnd.oci.image.layer.v1.tar");
  const config = registry.addBlob("a", "{}");
  const windows = { ...foreign, mediaType: "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip" };
  const root = registry.addManifest("a", { schemaVersion: 2, config, layers: [windows, layer] });
  const { nodes } = await readGraph(registry.repository("a"), root);
  expect(nodes.map(({ descriptor }) => descriptor.digest)).not.toContain(foreign.digest);
  expect(nodes.at(-1)?.needs).toEqual([config, layer]);
});

test.each<[string, string, object]>([
  ["MANIFEST_MALFORMED", "no schema version", { layers: [] }],
  ["MANIFEST_MALFORMED", "an index and a manifest at once", { schemaVersion: 2, layers: [], manifests: [] }],
  [
    "MANIFEST_MALFORMED",
    "another type than its descriptor says",
    { schemaVersion: 2, mediaType: DOCKER_MANIFEST, layers: [] },
  ],
  [
    "MANIFEST_MALFORMED",
    "a layer without a size",
    { schemaVersion: 2, layers: [{ mediaType: "a", digest: sha256("") }] },
  ],
  ["DIGEST_MALFORMED", "a layer without a digest", { schemaVersion: 2, layers: [{ mediaType: "a", size: 1 }] }],
])("%s: %s", async (code, _, document) => {
  const registry = createMemoryRegistry();
  const root = registry.addManifest("a", document, { mediaType: "application/vnd.oci.image.manifest.v1+json" });
  await expect(readGraph(registry.repository("a"), root)).rejects.toMatchObject({ code });
});

test("a manifest larger than any is not even asked for", async () => {
  const registry = createMemoryRegistry();
  const root = { ...addImage(registry, "a"), size: 5 * 1024 * 1024 };
  await expect(readGraph(registry.repository("a"), root)).rejects.toMatchObject({ code: "RESPONSE_TOO_LARGE" });
});

test("a child that is missing is an error of the graph", async () => {
  const registry = createMemoryRegistry();
  const root = addIndex(registry, "a", [addImage(registry, "b")]);
  await expect(readGraph(registry.repository("a"), root)).rejects.toMatchObject({ code: "BLOB_UNKNOWN" });
});

describe("V7: an artifact that many elements name is read once", () => {
  test("in a registry", async () => {
    const fake = await startFakeRegistry();
    const root = addImage(fake, "a");
    const registry = openRegistry(fake.host);
    const read = createReadGraph(UNLIMITED);
    const graph = await read(registry.repository("a"), root);
    expect(await read(registry.repository("a"), root)).toBe(graph);
    expect(graph.nodes).toHaveLength(3);
  });

  test("in an archive", async () => {
    const archive = await openCtf(ctf("v2-by-value"));
    const name = "component-descriptors/example.org/shop";
    const root = await archive.repository(name).resolve("1.2.0");
    const read = createReadGraph(UNLIMITED);
    const graph = await read(archive.repository(name), root);
    expect(await read(archive.repository(name), root)).toBe(graph);
    expect(graph.nodes.length).toBeGreaterThan(3);
  });
});
