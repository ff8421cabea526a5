import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
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
import { type Ctf, openCtf } from "../../../src/stores/ctf/store.ts";
import { type CtfTarget, openCtfTarget } from "../../../src/stores/ctf/writable-store.ts";
import { readGraph } from "../../../src/transfer/source/graph.ts";
import { tar } from "../../../testing/content/tar-bytes.ts";
import { type CtfFixture, copyOfCtf, ctf, temporaryFolder } from "../../../testing/real/fixtures.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

const NAMES = ["target", "target.tar", "target.tgz", "target.tar.gz"] as const;

const blob = (content: string, mediaType = "text/plain"): Descriptor => ({
  mediaType,
  digest: sha256(content),
  size: Buffer.byteLength(content),
});

async function put(target: CtfTarget, repository: string, content: string, mediaType?: string): Promise<Descriptor> {
  const descriptor = blob(content, mediaType);
  await target.repository(repository).push(descriptor, Buffer.from(content));
  return descriptor;
}

function manifest(of: string): string {
  return JSON.stringify({
    schemaVersion: 2,
    mediaType: OCI_MANIFEST,
    config: blob(`config of ${of}`),
    layers: [blob(of)],
  });
}

const list = (mediaType: string, ...manifests: readonly Descriptor[]) =>
  JSON.stringify({ schemaVersion: 2, mediaType, manifests });

/** Everything under a tag of the source, blobs in the order that is asked for. */
async function copy(source: Ctf, target: CtfTarget, order: (all: Descriptor[]) => Descriptor[]): Promise<void> {
  for (const name of order([...(await source.listRepositories())] as never[]) as unknown as string[]) {
    const [from, to] = [source.repository(name), target.repository(name)];
    for (const tag of await from.listTags()) {
      const root = await from.resolve(tag);
      const { nodes } = await readGraph(from, root);
      for (const each of order(nodes.map(({ descriptor }) => descriptor))) {
        if (!(await to.exists(each))) await to.push(each, await from.fetch(each));
      }
      await to.tag(root, tag);
    }
  }
}

async function transfer(fixture: CtfFixture, path: string, order = (all: Descriptor[]) => all): Promise<void> {
  const spool = temporaryFolder();
  const source = await openCtf(ctf(fixture));
  const target = await openCtfTarget(path, { spool });
  await copy(source, target, order);
  await target.commit();
  await target.close();
  expect(readdirSync(spool)).toEqual([]);
}

const everything = (folder: string) => readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();

const indexOf = (folder: string) => JSON.parse(readFileSync(join(folder, "artifact-index.json"), "utf8")).artifacts;

describe.each(NAMES)("%s", (name) => {
  test("what is written can be read, and nothing else is left", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "new", name);
    await transfer("v2-by-value", path);
    const [written, original] = [await openCtf(path, { spool: folder }), await openCtf(ctf("v2-by-value"))];
    expect(await written.listRepositories()).toEqual([...(await original.listRepositories())].sort());
    for (const repository of await original.listRepositories()) {
      const [from, to] = [original.repository(repository), written.repository(repository)];
      expect(await to.listTags()).toEqual(await from.listTags());
      for (const tag of await from.listTags()) {
        const root = await from.resolve(tag);
        expect(await to.resolve(tag)).toEqual(root);
        const { nodes } = await readGraph(to, root);
        for (const { descriptor } of nodes) await bytesOf(await to.fetch(descriptor));
        expect(nodes.length).toBe((await readGraph(from, root)).nodes.length);
      }
    }
    await written.close();
    expect(readdirSync(folder)).toEqual(["new"]);
    expect(readdirSync(join(folder, "new"))).toEqual([name]);
    if (name === "target") expect(readdirSync(path).sort()).toEqual(["artifact-index.json", "blobs"]);
  });

  test("the same input gives the same bytes, in whatever order it comes", async () => {
    const [one, two] = [join(temporaryFolder(), name), join(temporaryFolder(), name)];
    await transfer("v2-by-value", one);
    await transfer("v2-by-value", two, (all) => [...all].reverse());
    const bytes = (path: string) =>
      statSync(path).isDirectory()
        ? everything(path).map((each) => [
            each,
            statSync(join(path, each)).isFile() && sha256(readFileSync(join(path, each))),
          ])
        : sha256(readFileSync(path));
    expect(bytes(two)).toEqual(bytes(one));
  });

  test("what is there already stays, and is not touched without need", async () => {
    const path = join(temporaryFolder(), name);
    await transfer("v1-by-reference", path);
    const target = await openCtfTarget(path, { spool: temporaryFolder() });
    const added = await put(target, "other/repository", manifest("x"), OCI_MANIFEST);
    await target.repository("other/repository").tag(added, "2.0.0");
    await target.commit();
    const archive = await openCtf(path, { spool: temporaryFolder() });
    expect(await archive.listRepositories()).toHaveLength(4);
    const shop = archive.repository("component-descriptors/example.org/shop");
    for (const { descriptor } of (await readGraph(shop, await shop.resolve("1.2.0"))).nodes) {
      expect(sha256(await bytesOf(await shop.fetch(descriptor)))).toBe(descriptor.digest);
    }
    expect(await archive.repository("other/repository").resolve("2.0.0")).toEqual(added);
    await archive.close();
    const written = name === "target" ? join(path, "artifact-index.json") : path;
    const before = statSync(written, { bigint: true });
    const again = await openCtfTarget(path, { spool: temporaryFolder() });
    expect(await again.repository("other/repository").exists(added)).toBe(true);
    await again.commit();
    const after = statSync(written, { bigint: true });
    expect([after.ino, after.mtimeNs]).toEqual([before.ino, before.mtimeNs]);
  });

  test("nothing is to be seen of what is not committed, and nothing left of what is closed without a commit", async () => {
    const folder = temporaryFolder();
    const [path, spool] = [join(folder, "new", name), join(folder, "spool")];
    const target = await openCtfTarget(path, { spool });
    const pushed = await put(target, "a", manifest("x"), OCI_MANIFEST);
    await target.repository("a").tag(pushed, "1");
    expect(await target.repository("a").resolve("1")).toEqual(pushed);
    expect(existsSync(join(path, "blobs"))).toBe(false);
    expect(name !== "target" && existsSync(path)).toBe(false);
    await target.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a run closed without a commit leaves what was there as it was", async () => {
    const folder = temporaryFolder();
    const path = join(folder, name);
    await transfer("v1-by-value", path);
    const before = everything(folder).map((each) => [each, statSync(join(folder, each), { bigint: true }).mtimeNs]);
    const spool = temporaryFolder();
    const target = await openCtfTarget(path, { spool });
    await put(target, "a", "x");
    await target.close();
    await target.close();
    expect(everything(folder).map(([...each]) => each.join(""))).toEqual(before.map(([each]) => each));
    expect(readdirSync(spool)).toEqual([]);
  });

  test("without a spool, an archive is made beside itself", async () => {
    const folder = temporaryFolder();
    const target = await openCtfTarget(join(folder, name));
    await put(target, "a", manifest("x"), OCI_MANIFEST);
    await target.commit();
    expect(readdirSync(folder)).toEqual([name]);
  });
});

describe("pushing", () => {
  test("what is not what it was said to be is not taken", async () => {
    const folder = temporaryFolder();
    const target = await openCtfTarget(join(folder, "ctf"));
    const repository = target.repository("a");
    const right = blob("right");
    await expect(repository.push(right, Buffer.from("wrong"))).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    await expect(repository.push(right, Buffer.from("righ"))).rejects.toMatchObject({ code: "SIZE_MISMATCH" });
    const failure = new Error("the network is down");
    const failing = new Readable({ read: () => failing.destroy(failure) });
    await expect(repository.push(right, failing)).rejects.toBe(failure);
    await expect(repository.push(right, Buffer.from("right"), AbortSignal.abort())).rejects.toMatchObject({
      name: "AbortError",
    });
    expect(await repository.exists(right)).toBe(false);
    expect(everything(folder).filter((name) => /\.partial\/./.test(name))).toEqual([]);
    await target.close();
  });

  test("many at once, the same among them", async () => {
    const path = join(temporaryFolder(), "ctf");
    const target = await openCtfTarget(path);
    await Promise.all(Array.from({ length: 20 }, (_, n) => put(target, "a", `blob ${n % 5}`)));
    await target.commit();
    expect(readdirSync(join(path, "blobs"))).toHaveLength(5);
  });

  test("blobs are for all repositories, manifests for their own", async () => {
    const target = await openCtfTarget(join(temporaryFolder(), "ctf"));
    const [layer, image] = [await put(target, "a", "x"), await put(target, "a", manifest("x"), OCI_MANIFEST)];
    const other = target.repository("b");
    expect([await other.exists(layer), await other.exists(image)]).toEqual([true, false]);
    expect([await other.mount(layer, "a"), await other.mount(blob("y"), "a")]).toEqual([true, false]);
    expect(await other.mount({ ...layer, size: 7 }, "a")).toBe(false);
    await expect(other.resolve(image.digest)).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
    await expect(other.tag(image, "1")).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
    expect((await bytesOf(await other.fetch(layer))).toString()).toBe("x");
    await target.close();
  });

  test("a blob that is broken where it lies is replaced", async () => {
    const path = copyOfCtf("v1-by-value");
    const name = readdirSync(join(path, "blobs"))[0] ?? "";
    const content = readFileSync(join(path, "blobs", name));
    const descriptor = { mediaType: "text/plain", digest: sha256(content), size: content.length };
    writeFileSync(join(path, "blobs", name), "broken");
    const target = await openCtfTarget(path);
    expect(await target.repository("a").exists(descriptor)).toBe(false);
    await target.repository("a").push(descriptor, content);
    await target.commit();
    expect(readFileSync(join(path, "blobs", name)).equals(content)).toBe(true);
  });

  test.each(["../a", "A", "", "a//b"])("a repository that no reader could find: %j", async (name) => {
    const target = await openCtfTarget(join(temporaryFolder(), "ctf"));
    expect(() => target.repository(name)).toThrow(expect.objectContaining({ code: "REFERENCE_MALFORMED" }));
  });

  test("a tag that is none", async () => {
    const target = await openCtfTarget(join(temporaryFolder(), "ctf"));
    const image = await put(target, "a", manifest("x"), OCI_MANIFEST);
    await expect(target.repository("a").tag(image, "1.0+x")).rejects.toMatchObject({ code: "REFERENCE_MALFORMED" });
    await target.close();
  });
});

describe("the index", () => {
  test("one entry for each tag, one for what has none; all with their media types, sorted", async () => {
    const path = join(temporaryFolder(), "ctf");
    const target = await openCtfTarget(path);
    const image = await put(target, "b", manifest("x"), DOCKER_MANIFEST);
    const many = await put(target, "b", list(DOCKER_MANIFEST_LIST, image), DOCKER_MANIFEST_LIST);
    await put(target, "b", "x");
    const root = await put(target, "a", list(OCI_INDEX), OCI_INDEX);
    for (const tag of ["2", "10"]) await target.repository("a").tag(root, tag);
    await target.repository("b").tag(many, "1");
    await target.commit();
    expect(readFileSync(join(path, "artifact-index.json"), "utf8")).toBe(
      JSON.stringify({
        schemaVersion: 1,
        artifacts: [
          { repository: "a", tag: "10", digest: root.digest, mediaType: OCI_INDEX },
          { repository: "a", tag: "2", digest: root.digest, mediaType: OCI_INDEX },
          { repository: "b", tag: "1", digest: many.digest, mediaType: DOCKER_MANIFEST_LIST },
          { repository: "b", digest: image.digest, mediaType: DOCKER_MANIFEST },
        ],
      }),
    );
  });

  test("what old CLIs left without a media type gets its own", async () => {
    const path = copyOfCtf("v2-by-value");
    const old = indexOf(path);
    const bare = old.map(({ mediaType: _, ...entry }: { mediaType: string }) => entry);
    writeFileSync(join(path, "artifact-index.json"), JSON.stringify({ schemaVersion: 1, artifacts: bare }));
    const target = await openCtfTarget(path);
    await put(target, "a", "x");
    await target.commit();
    const sorted = (entries: object[]) => entries.map((entry) => JSON.stringify(entry)).sort();
    expect(sorted(indexOf(path))).toEqual(sorted(old));
  });
});

describe("a tag that moves", () => {
  /** An index of two images under tag 1, and one of the second image and another that takes its place. */
  async function moved(
    then: (target: CtfTarget, old: Descriptor, images: Descriptor[]) => Promise<void> = async () => {},
  ) {
    const path = join(temporaryFolder(), "ctf.tar");
    const first = await openCtfTarget(path);
    const images = await Promise.all(["x", "y"].map((of) => put(first, "a", manifest(of), OCI_MANIFEST)));
    const unrelated = await put(first, "a", manifest("unrelated"), OCI_MANIFEST);
    const old = await put(first, "a", list(OCI_INDEX, ...images), OCI_INDEX);
    await first.repository("a").tag(old, "1");
    await first.commit();
    const target = await openCtfTarget(path);
    const image = await put(target, "a", manifest("z"), OCI_MANIFEST);
    const root = await put(target, "a", list(OCI_INDEX, ...images.slice(1), image), OCI_INDEX);
    await target.repository("a").tag(root, "1");
    await then(target, old, images);
    await target.commit();
    const repository = (await openCtf(path)).repository("a");
    const isListed = ({ digest }: Descriptor) =>
      repository.resolve(digest).then(
        () => true,
        () => false,
      );
    const all = [old, ...images, image, root, unrelated];
    return Promise.all(all.map(isListed));
  }

  test("takes along what nothing else refers to", async () => {
    expect(await moved()).toEqual([false, false, true, true, true, true]);
  });

  test("leaves what has another tag", async () => {
    const kept = await moved((target, old) => target.repository("a").tag(old, "2"));
    expect(kept).toEqual([true, true, true, true, true, true]);
  });

  test("leaves what another index refers to", async () => {
    const kept = await moved(async (target, old) => void (await put(target, "a", list(OCI_INDEX, old), OCI_INDEX)));
    expect(kept).toEqual([true, true, true, true, true, true]);
  });

  test("leaves what comes back", async () => {
    const kept = await moved((target, old) => target.repository("a").tag(old, "1"));
    expect(kept).toEqual([true, true, true, false, false, true]);
  });

  test("or goes away", async () => {
    const kept = await moved(async (target) => void (await target.repository("a").untag("1")));
    expect(kept).toEqual([false, false, false, false, false, true]);
  });
});

describe("what is left alone", () => {
  const open = (path: string) => openCtfTarget(path, { spool: temporaryFolder() });

  test.each(NAMES)("something of another kind at %s", async (name) => {
    const path = join(temporaryFolder(), name);
    if (name === "target") writeFileSync(path, "text");
    else mkdirSync(path);
    await expect(open(path)).rejects.toMatchObject({ code: "CTF_FORMAT_UNSUPPORTED", where: path });
  });

  test("a folder of something else", async () => {
    const path = temporaryFolder();
    writeFileSync(join(path, "README.md"), "text");
    await expect(open(path)).rejects.toMatchObject({
      code: "CTF_MALFORMED",
      message: expect.stringContaining("README.md"),
    });
    expect(readdirSync(path)).toEqual(["README.md"]);
  });

  test("a folder whose blobs lie elsewhere", async () => {
    const [path, elsewhere] = [temporaryFolder(), temporaryFolder()];
    symlinkSync(elsewhere, join(path, "blobs"));
    await expect(open(path)).rejects.toMatchObject({ code: "ARCHIVE_REFUSED" });
    expect(readdirSync(elsewhere)).toEqual([]);
  });

  test.each<[string, string, Buffer]>([
    ["target.tar", "CTF_FORMAT_UNSUPPORTED", Buffer.from("text")],
    ["target.tar", "ARCHIVE_REFUSED", tar({ name: "../x", content: "x" })],
    ["target.tgz", "ARCHIVE_REFUSED", gzipSync(tar({ name: "blobs", flag: "2", link: "/tmp" }))],
    ["target.tgz", "CTF_MALFORMED", gzipSync(tar())],
  ])("%s: %s", async (name, code, bytes) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, name), bytes);
    await expect(openCtfTarget(join(folder, name))).rejects.toMatchObject({ code });
    expect(readdirSync(folder)).toEqual([name]);
    expect(readFileSync(join(folder, name)).equals(bytes)).toBe(true);
  });

  test("a place that cannot be written", async () => {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, "text");
    const target = await openCtfTarget(join(file, "ctf.tar"), { spool: temporaryFolder() }).catch((error) => error);
    expect(target).toMatchObject({ code: "ARCHIVE_UNWRITABLE" });
  });
});
