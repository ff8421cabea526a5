import { afterEach, describe, expect, test } from "@jest/globals";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import type { ReadableStore } from "../../src/oci/store.ts";
import type { OciBlobAccess } from "../../src/ocm/access/access.ts";
import { pingStores, probeBlobs } from "../../src/preflight/preflight.ts";
import { locateOciBlob } from "../../src/stores/elsewhere/oci-blob.ts";
import { gather, type VersionRequest } from "../../src/transfer/source/gather.ts";
import { addComponentVersion, addImage, resource } from "../../testing/content/content.ts";
import { createMemoryRegistry } from "../../testing/content/memory-registry.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { openRegistry } from "../../testing/product/open-registry.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const reference = (name: string) => ({ type: "ociArtifact", imageReference: `far.test/images/${name}:1` });

/** Two images of a registry, the largest blob of them in the first. */
async function scene() {
  const source = await startFakeRegistry();
  addImage(source, "images/one", { tag: "1", layers: ["the longest layer of all"], config: '{"a":1}' });
  addImage(source, "images/two", { tag: "1", layers: ["another layer"], config: "{}" });
  addComponentVersion(source, { resources: [resource("one", reference("one")), resource("two", reference("two"))] });
  const registry = openRegistry(source.host);
  return { source, registry };
}

const wantedOf = (registry: ReadableStore): VersionRequest => ({
  from: { registry, path: "", display: registry.name },
  component: "acme.org/shop",
  version: "1.0.0",
});

/** Reads what these stores hold; absolute references lead to each one's own registry. */
async function gatherAll(stores: readonly ReadableStore[]) {
  const all = await Promise.all(
    stores.map((store) =>
      gather([wantedOf(store)], { recursive: true, copyResources: true, copySources: true, registryAt: () => store }),
    ),
  );
  return { versions: all.flatMap(({ versions }) => versions) };
}

const probesOf = ({ requests }: FakeRegistry) =>
  requests.filter(({ kind, headers }) => kind === "blob" && headers.range !== undefined);

describe("a ping", () => {
  test("asks each registry once, and no archive", async () => {
    const source = await startFakeRegistry();
    const registry = openRegistry(source.host);
    expect(await pingStores([registry, createMemoryRegistry("archive.tgz"), registry])).toEqual(new Map());
    expect(source.requests.map(({ kind }) => kind)).toEqual(["base"]);
  });

  test("reports every store that fails, in order", async () => {
    const [one, other, well] = [await startFakeRegistry(), await startFakeRegistry(), await startFakeRegistry()];
    one.inject({ when: () => true, act: { kind: "respond", status: 500 } });
    other.inject({ when: () => true, act: { kind: "respond", status: 404 } });
    const [first, second, third] = [openRegistry(other.host), openRegistry(well.host), openRegistry(one.host)];
    const failed = await pingStores([first, second, third]);
    expect([...failed.keys()]).toEqual([first, third]);
    expect([...failed.values()]).toMatchObject([{ code: "NOT_A_REGISTRY" }, { code: "REGISTRY_UNAVAILABLE" }]);
  });
});

describe("a probe of blobs", () => {
  test("requests one byte of the largest blob", async () => {
    const { source, registry } = await scene();
    expect(await probeBlobs(await gatherAll([registry]))).toEqual([]);
    expect(probesOf(source).map(({ repository, headers }) => [repository, headers.range])).toEqual([
      ["images/one", "bytes=0-0"],
    ]);
  });

  test("reports every registry that refuses", async () => {
    const { source, registry } = await scene();
    const gathered = await gatherAll([registry]);
    source.inject({ when: ({ kind }) => kind === "blob", act: { kind: "respond", status: 403 } });
    expect(await probeBlobs(gathered)).toMatchObject([{ code: "DENIED" }]);
  });

  test("covers the blobs of each registry, local ones too, and none of archives", async () => {
    const { source, registry } = await scene();
    const other = await startFakeRegistry();
    const blob = other.addBlob("component-descriptors/acme.org/shop", "a local blob", "text/plain") as Descriptor;
    const local = { type: "localBlob", localReference: blob.digest, mediaType: "text/plain" };
    addComponentVersion(other, { resources: [resource("one", local)], layers: [blob] });
    const archive = createMemoryRegistry("archive.tgz");
    addImage(archive, "images/one", { tag: "1" });
    addComponentVersion(archive, { resources: [resource("one", reference("one"))] });
    expect(await probeBlobs(await gatherAll([registry, openRegistry(other.host), archive]))).toEqual([]);
    expect([source, other].map((each) => probesOf(each).length)).toEqual([1, 1]);
  });

  test("covers a blob of another registry, however small those of the component are", async () => {
    const { source, registry } = await scene();
    const other = await startFakeRegistry();
    const blob = other.addBlob("files", "longer than anything that the first registry has", "text/plain");
    const access = { type: "ociBlob", ref: `${other.host}/files`, ...blob };
    addComponentVersion(source, { resources: [resource("one", reference("one")), resource("file", access)] });
    const elsewhere = openRegistry(other.host);
    const gathered = await gather([wantedOf(registry)], {
      recursive: false,
      copyResources: true,
      copySources: false,
      registryAt: () => registry,
      accessMethods: {
        locate: async (located, about) => locateOciBlob(located as OciBlobAccess, about, () => elsewhere),
      },
    });
    expect(await probeBlobs(gathered)).toEqual([]);
    expect([source, other].map((each) => probesOf(each).map(({ repository }) => repository))).toEqual([
      ["images/one"],
      ["files"],
    ]);
  });
});
