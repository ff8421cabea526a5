import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { createLimiter } from "../../../src/bounds/limiter.ts";
import { type Descriptor, OCI_INDEX } from "../../../src/oci/descriptor.ts";
import { sha256 } from "../../../src/oci/digest.ts";
import { parsePin } from "../../../src/ocm/signing/pin.ts";
import { readGraph } from "../../../src/transfer/source/graph.ts";
import { type Comparable, createComparison } from "../../../src/transfer/verify/comparison.ts";
import { saveArtifact, saveBlobs } from "../../../src/transfer/write/save.ts";
import { addImage, addIndex } from "../../../testing/content/content.ts";
import { createMemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { digestOfBytes } from "../../../testing/content/signed.ts";
import { startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { faults } from "../../../testing/fakes/registry-faults.ts";
import { openRegistry } from "../../../testing/product/open-registry.ts";
import { temporaryFolder } from "../../../testing/real/fixtures.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

function place(attempts = 1) {
  const folder = temporaryFolder();
  const partial = join(folder, ".partial");
  const options = {
    root: folder,
    partial,
    left: new Map<string, string>(),
    attempts,
    limiter: createLimiter(2),
    signal: new AbortController().signal,
  };
  return { folder, options, path: join(folder, "acme.org", "shop", "content") };
}

const text = (path: string) => readFileSync(path, "utf8");

describe("an artifact", () => {
  test("becomes an OCI image layout, every blob under its digest", async () => {
    const registry = createMemoryRegistry();
    const root = addIndex(registry, "a", [addImage(registry, "a", { layers: ["one", "two"] })]);
    const graph = await readGraph(registry.repository("a"), root);
    const { path, options } = place();
    await saveArtifact(graph, path, options);
    expect(readdirSync(path).sort()).toEqual(["blobs", "index.json", "oci-layout"]);
    expect(JSON.parse(text(join(path, "oci-layout")))).toEqual({ imageLayoutVersion: "1.0.0" });
    const { mediaType, digest, size } = root;
    expect(JSON.parse(text(join(path, "index.json")))).toEqual({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [{ mediaType, digest, size }],
    });
    const blobs = graph.nodes.map(({ descriptor }) => descriptor.digest.replace("sha256:", ""));
    expect(readdirSync(join(path, "blobs", "sha256")).sort()).toEqual(blobs.sort());
    expect(blobs.map((hex) => text(join(path, "blobs", "sha256", hex)))).toContain("one");
  });

  test("that lay there before is replaced whole", async () => {
    const registry = createMemoryRegistry();
    const graph = await readGraph(registry.repository("a"), addImage(registry, "a"));
    const { path, options } = place();
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "old"), "");
    await saveArtifact(graph, path, options);
    expect(existsSync(join(path, "old"))).toBe(false);
  });
});

describe("content that exists already", () => {
  /** A registry that has the manifest only, so that any other content has to come from files. */
  async function imageElsewhere() {
    const registry = createMemoryRegistry();
    const graph = await readGraph(registry.repository("a"), addImage(registry, "a", { layers: ["one", "two"] }));
    return { registry, graph };
  }

  test("in an image layout is not fetched again", async () => {
    const { graph } = await imageElsewhere();
    const { path, options } = place();
    const size = graph.nodes.reduce((total, { descriptor }) => total + descriptor.size, 0);
    expect(await saveArtifact(graph, path, options)).toEqual({ copied: size, skipped: 0 });
    const from = { ...graph.from, fetch: () => Promise.reject(new Error("fetched again")) };
    expect(await saveArtifact({ ...graph, from }, path, options)).toEqual({ copied: 0, skipped: size });
    expect(readdirSync(path).sort()).toEqual(["blobs", "index.json", "oci-layout"]);
  });

  test("that an earlier run left is not fetched again, unless it was changed", async () => {
    const { graph } = await imageElsewhere();
    const { folder, path, options } = place();
    const left = new Map(
      graph.nodes.map(({ descriptor: { digest } }) => [digest.slice(7), join(folder, digest.slice(7))]),
    );
    writeFileSync(left.get(sha256("one").slice(7)) ?? "", "one");
    writeFileSync(left.get(sha256("two").slice(7)) ?? "", "TWO");
    const fetched: string[] = [];
    const from = {
      ...graph.from,
      fetch: (target: Descriptor) => {
        fetched.push(target.digest);
        return graph.from.fetch(target);
      },
    };
    expect(await saveArtifact({ ...graph, from }, path, { ...options, left })).toMatchObject({ skipped: 3 });
    expect(fetched).toContain(sha256("two"));
    expect(fetched).not.toContain(sha256("one"));
    expect(text(join(path, "blobs", "sha256", sha256("two").slice(7)))).toBe("two");
  });

  test("in the file of a local blob is not fetched again, unless it was changed", async () => {
    const registry = createMemoryRegistry();
    const blobs = ["one, ", "two"].map((part) => registry.addBlob("a", part));
    const repository = registry.repository("a");
    const { path, options } = place();
    expect(await saveBlobs(repository, blobs, path, options)).toEqual({ copied: 8, skipped: 0 });
    expect(await saveBlobs(repository, blobs, path, options)).toEqual({ copied: 0, skipped: 8 });
    for (const changed of ["one, TWO", "one, two, three", "one"]) {
      writeFileSync(path, changed);
      expect(await saveBlobs(repository, blobs, path, options)).toEqual({ copied: 8, skipped: 0 });
      expect(text(path)).toBe("one, two");
    }
  });

  test("in a file is compared with what is pinned, too", async () => {
    const registry = createMemoryRegistry();
    const blobs = [registry.addBlob("a", "content")];
    const { path, options } = place();
    await saveBlobs(registry.repository("a"), blobs, path, options);
    const pins = [
      parsePin(digestOfBytes("other content", "genericBlobDigest/v1", "SHA-256") as never, "blob"),
    ] as unknown as Comparable["pins"];
    const comparison = createComparison({ blobs, pins, where: "resource blob" });
    const saving = saveBlobs(registry.repository("a"), blobs, path, options, comparison);
    await expect(saving).rejects.toMatchObject({ code: "ARTIFACT_DIGEST_DIFFERS" });
  });

  test("in the destination of a link is fetched, and the link replaced", async () => {
    const registry = createMemoryRegistry();
    const blobs = [registry.addBlob("a", "content")];
    const { folder, path, options } = place();
    mkdirSync(join(folder, "acme.org", "shop"), { recursive: true });
    writeFileSync(join(folder, "elsewhere"), "content");
    symlinkSync(join(folder, "elsewhere"), path);
    expect(await saveBlobs(registry.repository("a"), blobs, path, options)).toEqual({ copied: 7, skipped: 0 });
    expect(lstatSync(path).isFile()).toBe(true);
  });
});

describe("a local blob", () => {
  test("becomes a file, put together where it was split", async () => {
    const registry = createMemoryRegistry();
    const blobs = ["one, ", "two, ", "three"].map((part) => registry.addBlob("a", part));
    const { path, options } = place();
    await saveBlobs(registry.repository("a"), blobs, path, options);
    expect(text(path)).toBe("one, two, three");
  });

  test("of nothing is an empty file", async () => {
    const registry = createMemoryRegistry();
    const { path, options } = place();
    await saveBlobs(registry.repository("a"), [registry.addBlob("a", "")], path, options);
    expect(text(path)).toBe("");
  });

  test.each([0, 1])(
    "that breaks off in part %d is read anew, and nothing of the first time is left",
    async (broken) => {
      const registry = await startFakeRegistry();
      const blobs = ["one".repeat(2000), "two".repeat(2000)].map((part) => registry.addBlob("a", part));
      const digest = String(blobs[broken]?.digest);
      registry.inject(faults.truncatedBlob(digest, 100));
      const { path, options } = place(2);
      await saveBlobs(openRegistry(registry.host).repository("a"), blobs, path, options);
      expect(text(path)).toBe("one".repeat(2000) + "two".repeat(2000));
      expect(registry.requests.filter(({ reference }) => reference === digest)).toHaveLength(2);
    },
  );

  test("that is not what it should be is not there in the end, and what was there stays", async () => {
    const registry = await startFakeRegistry();
    const blob = registry.addBlob("a", "content");
    registry.inject(faults.lyingBlob(blob.digest));
    const { path, options, folder } = place(3);
    mkdirSync(join(folder, "acme.org", "shop"), { recursive: true });
    writeFileSync(path, "before");
    const saving = saveBlobs(openRegistry(registry.host).repository("a"), [blob], path, options);
    await expect(saving).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
    expect(text(path)).toBe("before");
  });

  test("that cannot be written is an error that says where", async () => {
    const registry = createMemoryRegistry();
    const blob = registry.addBlob("a", "content");
    const { path, options, folder } = place();
    writeFileSync(join(folder, "acme.org"), "a file where a folder should be");
    await expect(saveBlobs(registry.repository("a"), [blob], path, options)).rejects.toMatchObject({
      code: "OUTPUT_UNWRITABLE",
      where: "input output",
      message: expect.stringContaining(path),
    });
  });
});
