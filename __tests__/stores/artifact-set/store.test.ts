import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gunzipSync, gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "@jest/globals";
import { bytesOf } from "../../../src/oci/content.ts";
import {
  type Descriptor,
  DOCKER_MANIFEST,
  DOCKER_MANIFEST_LIST,
  OCI_INDEX,
  OCI_MANIFEST,
} from "../../../src/oci/descriptor.ts";
import { sha256 } from "../../../src/oci/digest.ts";
import type { ReadableRepository } from "../../../src/oci/store.ts";
import { componentRepositoryName } from "../../../src/ocm/repository/component-version.ts";
import { isArtifactSet } from "../../../src/ocm/repository/media-types.ts";
import { type ArtifactSet, openArtifactSet } from "../../../src/stores/artifact-set/store.ts";
import { writeArtifactSet } from "../../../src/stores/artifact-set/write.ts";
import { openCtf } from "../../../src/stores/ctf/store.ts";
import { readGraph } from "../../../src/transfer/source/graph.ts";
import { addImage, addIndex } from "../../../testing/content/content.ts";
import { readFixture } from "../../../testing/content/fixture-version.ts";
import { createMemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { type RawEntry, tar } from "../../../testing/content/tar-bytes.ts";
import { ctf, temporaryFolder } from "../../../testing/real/fixtures.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

const SET = "application/vnd.oci.image.manifest.v1+tar+gzip";

test.each([
  [SET, true],
  ["application/vnd.oci.image.index.v1+tar+gzip", true],
  ["application/vnd.oci.image.manifest.v1+tar", true],
  ["application/vnd.docker.distribution.manifest.v2+tar+gzip", true],
  ["application/vnd.docker.distribution.manifest.list.v2+tar", true],
  ["application/vnd.ocm.software.oci.layout.v1+tar", true],
  ["application/vnd.ocm.software.oci.layout.v1+tar+gzip", true],
  [OCI_MANIFEST, false],
  ["application/vnd.oci.image.layer.v1.tar+gzip", false],
  ["application/x-tar", false],
])("%s is an artifact set: %s", (mediaType, expected) => {
  expect(isArtifactSet(mediaType)).toBe(expected);
});

/** The artifact sets of a component version that v1 wrote, by media type. */
async function sets(id: Parameters<typeof readFixture>[1]) {
  const { repository, layers } = await readFixture("v1-by-value", id);
  return { repository, layers: [...layers.values()].filter(({ mediaType }) => isArtifactSet(mediaType)) };
}

/** Root first, and then everything below it. */
async function artifactOf({ root, repository }: ArtifactSet): Promise<[Descriptor, ...Descriptor[]]> {
  const { nodes } = await readGraph(repository, root);
  return [root, ...nodes.map(({ descriptor }) => descriptor).filter(({ digest }) => digest !== root.digest)];
}

describe("what v1 of the OCM CLI packed", () => {
  test.each([
    ["example.org/shop:1.2.0", ["sha256:9cd5902f", "sha256:c8dfaa3d"], [OCI_MANIFEST, OCI_MANIFEST]],
    ["example.org/cart:2.0.0", ["sha256:49ace22a"], [OCI_INDEX]],
    ["example.org/payments:0.3.0", ["sha256:47365ee0", "sha256:c9f1dff5"], [DOCKER_MANIFEST_LIST, DOCKER_MANIFEST]],
  ] as const)("%s", async (id, digests, mediaTypes) => {
    const spool = temporaryFolder();
    const { repository, layers } = await sets(id);
    const opened = await Promise.all(layers.map((layer) => openArtifactSet(repository, layer, { spool })));
    opened.sort((a, b) => (a.root.digest < b.root.digest ? -1 : 1));
    expect(opened.map(({ root }) => root.digest.slice(0, 15))).toEqual(digests);
    expect(opened.map(({ root }) => root.mediaType)).toEqual(mediaTypes);
    for (const set of opened) {
      const artifact = await artifactOf(set);
      expect(artifact.length).toBeGreaterThan(2);
      for (const each of artifact) await bytesOf(await set.repository.fetch(each));
      expect(await set.repository.resolve(set.root.digest)).toEqual(set.root);
      const tag = set.root.annotations?.["org.opencontainers.image.ref.name"] ?? "";
      expect(await set.repository.resolve(tag)).toEqual(set.root);
      await set.close();
    }
    expect(readdirSync(spool)).toEqual([]);
  });

  test.each(["example.org/shop:1.2.0", "example.org/cart:2.0.0", "example.org/payments:0.3.0"] as const)(
    "%s is packed so again, byte by byte before compression",
    async (id) => {
      const folder = temporaryFolder();
      const { repository, layers } = await sets(id);
      for (const layer of layers) {
        const set = await openArtifactSet(repository, layer, { spool: folder });
        const tag = String(set.root.annotations?.["org.opencontainers.image.ref.name"]);
        const written = await writeArtifactSet(set.repository, await artifactOf(set), { folder, tag });
        const bytes = await bytesOf(written.read());
        expect(written.descriptor).toEqual({ mediaType: layer.mediaType, digest: sha256(bytes), size: bytes.length });
        const original = await bytesOf(await repository.fetch(layer));
        expect(gunzipSync(bytes).equals(gunzipSync(original))).toBe(true);
        await written.remove();
        await set.close();
      }
      expect(readdirSync(folder)).toEqual([]);
    },
  );
});

test("an index of images, written and read again, whatever the order", async () => {
  const folder = temporaryFolder();
  const registry = createMemoryRegistry();
  const images = [addImage(registry, "a", { layers: ["one"] }), addImage(registry, "a", { layers: ["two"] })];
  const root = addIndex(registry, "a", images);
  const from = registry.repository("a");
  const { nodes } = await readGraph(from, root);
  const below = nodes.map(({ descriptor }) => descriptor).filter(({ digest }) => digest !== root.digest);
  const written = await writeArtifactSet(from, [root, ...below], { folder });
  const again = await writeArtifactSet(from, [root, ...below.reverse()], { folder });
  expect(again.descriptor).toEqual(written.descriptor);
  const bytes = await bytesOf(written.read());
  const holder = holding(bytes, written.descriptor.mediaType);
  const set = await openArtifactSet(holder.repository, holder.blob, { spool: folder });
  expect({ ...set.root, annotations: undefined }).toEqual({ ...root, annotations: undefined });
  expect((await readGraph(set.repository, set.root)).nodes).toHaveLength(nodes.length);
  await Promise.all([written.remove(), again.remove(), set.close()]);
  expect(readdirSync(folder)).toEqual([]);
});

test("content that fails on its way leaves no file", async () => {
  const folder = temporaryFolder();
  const registry = createMemoryRegistry();
  const root = addImage(registry, "a");
  const failure = new Error("the network is down");
  const from: ReadableRepository = {
    ...registry.repository("a"),
    fetch: async () => {
      const failing: Readable = new Readable({ read: () => failing.destroy(failure) });
      return failing;
    },
  };
  await expect(writeArtifactSet(from, [root], { folder })).rejects.toBe(failure);
  expect(readdirSync(folder)).toEqual([]);
});

function holding(bytes: Buffer, mediaType = SET) {
  const registry = createMemoryRegistry();
  const blob = registry.addBlob("holder", bytes, mediaType);
  return { repository: registry.repository("holder"), blob };
}

const config = JSON.stringify({});
const layer = "layer";
const of = (content: string, mediaType: string): Descriptor => ({
  mediaType,
  digest: sha256(content),
  size: content.length,
});
const image = JSON.stringify({
  schemaVersion: 2,
  config: of(config, "application/vnd.oci.image.config.v1+json"),
  layers: [of(layer, "text/plain")],
});
const flat = [image, config, layer].map((content) => ({ name: `blobs/${sha256(content).replace(":", ".")}`, content }));
const nested = [image, config, layer].map((content) => ({
  name: `blobs/${sha256(content).replace(":", "/")}`,
  content,
}));
const main = of(image, OCI_MANIFEST);
const index = (manifests: readonly object[], annotations?: object) =>
  JSON.stringify({ schemaVersion: 2, manifests, annotations });

describe("layouts", () => {
  const layout = { name: "oci-layout", content: "{}" };
  test.each<[string, RawEntry[]]>([
    ["v1's", [{ name: "index.json", content: index([main]) }, layout, { name: "blobs", flag: "5" }, ...flat]],
    ["v1's of old", [{ name: "artifact-descriptor.json", content: index([main]) }, ...flat]],
    [
      "OCI's",
      [...nested, { name: "blobs/sha256/", flag: "5" }, layout, { name: "index.json", content: index([main]) }],
    ],
  ])("%s, packed and plain", async (_, entries) => {
    for (const bytes of [gzipSync(tar(...entries)), tar(...entries)]) {
      const spool = temporaryFolder();
      const { repository, blob } = holding(bytes);
      const set = await openArtifactSet(repository, blob, { spool });
      expect(set.root).toEqual(main);
      expect((await readGraph(set.repository, set.root)).nodes).toHaveLength(3);
      const content = await bytesOf(await set.repository.fetch(of(layer, "text/plain")));
      expect(content.toString()).toBe(layer);
      expect(await set.repository.exists(of("absent", "text/plain"))).toBe(false);
      await expect(set.repository.fetch(of("absent", "text/plain"))).rejects.toMatchObject({ code: "BLOB_UNKNOWN" });
      await expect(set.repository.resolve("9.9.9")).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
      await set.close();
      expect(readdirSync(spool)).toEqual([]);
    }
  });

  test("the main one is the one that holds all others, where none is named", async () => {
    const outer = JSON.stringify({ schemaVersion: 2, manifests: [main] });
    const root = of(outer, OCI_INDEX);
    const entries = [
      ...nested,
      { name: `blobs/${root.digest.replace(":", "/")}`, content: outer },
      { name: "index.json", content: index([main, root]) },
    ];
    const { repository, blob } = holding(tar(...entries), "application/vnd.ocm.software.oci.layout.v1+tar");
    const set = await openArtifactSet(repository, blob, { spool: temporaryFolder() });
    expect(set.root).toEqual(root);
    await set.close();
  });
});

describe("what is refused", () => {
  const named = (content: string): RawEntry[] => [{ name: "index.json", content }, ...flat];
  const other = JSON.stringify({ schemaVersion: 2, layers: [] });
  const two = [main, of(other, OCI_MANIFEST)];
  test.each<[string, string, RawEntry[]]>([
    ["ARTIFACT_SET_MALFORMED", "no index.json", flat],
    ["ARTIFACT_SET_MALFORMED", "not unambiguous JSON", named("{")],
    ["ARTIFACT_SET_MALFORMED", "not an index", named("[]")],
    ["ARTIFACT_SET_MALFORMED", "not an index", named('{"manifests":{}}')],
    ["ARTIFACT_SET_MALFORMED", "which artifact", named(index([]))],
    ["ARTIFACT_SET_MALFORMED", "which artifact", named(index(two))],
    ["ARTIFACT_SET_MALFORMED", "does not list", named(index([main], { "software.ocm/main": sha256("x") }))],
    ["ARTIFACT_SET_MALFORMED", "does not list", named(index([main], { "software.ocm/main": 1 }))],
    ["ARTIFACT_SET_MALFORMED", "not a manifest", named(index([{ ...main, mediaType: "text/plain" }]))],
    ["ARTIFACT_SET_MALFORMED", "lacks its main", named(index([of(other, OCI_MANIFEST)]))],
    ["ARTIFACT_SET_MALFORMED", "lacks its main", named(index([{ ...main, size: main.size + 1 }]))],
    ["MANIFEST_MALFORMED", "media type or size", named(index([{ digest: main.digest }]))],
    ["DIGEST_MALFORMED", "is no digest", named(index([{ ...main, digest: "sha256:../../x" }]))],
    ["ARCHIVE_REFUSED", "does not belong into an archive", [...named(index([main])), { name: "run.sh", content: "x" }]],
    ["ARCHIVE_REFUSED", "symbolic link", [...named(index([main])), { name: "blobs/x", flag: "2", link: "/" }]],
    ["ARTIFACT_SET_MALFORMED", "bytes", named(" ".repeat(5 * 1024 * 1024))],
  ])("%s: %s", async (code, why, entries) => {
    const spool = temporaryFolder();
    const { repository, blob } = holding(gzipSync(tar(...entries)));
    await expect(openArtifactSet(repository, blob, { spool })).rejects.toMatchObject({
      code,
      message: expect.stringContaining(why),
    });
    expect(readdirSync(spool)).toEqual([]);
  });

  test("a layer that is another one than the manifest says", async () => {
    const spool = temporaryFolder();
    const { repository, blob } = holding(gzipSync(tar(...named(index([main])))));
    const path = join(ctf("v1-by-value"), "artifact-index.json");
    const changed = { ...repository, fetch: async () => Readable.from([readFileSync(path)]) };
    await expect(openArtifactSet(changed, blob, { spool })).rejects.toMatchObject({ code: "ARCHIVE_BROKEN" });
    const shorter = { ...blob, size: blob.size - 1 };
    await expect(openArtifactSet(repository, shorter, { spool })).rejects.toMatchObject({ code: "SIZE_MISMATCH" });
    expect(readdirSync(spool)).toEqual([]);
  });

  test("an artifact set in an archive that is read from a file", async () => {
    const archive = await openCtf(ctf("v1-by-reference.tgz"), { spool: temporaryFolder() });
    const repository = archive.repository(componentRepositoryName("", "example.org/shop"));
    const root = await repository.resolve("1.2.0");
    await expect(openArtifactSet(repository, root, { spool: temporaryFolder() })).rejects.toMatchObject({
      code: "ARCHIVE_BROKEN",
    });
    await archive.close();
  });
});
