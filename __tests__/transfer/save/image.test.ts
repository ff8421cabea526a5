import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { createLimiter } from "../../../src/bounds/limiter.ts";
import { type Descriptor, OCI_INDEX } from "../../../src/oci/descriptor.ts";
import { sha256 } from "../../../src/oci/digest.ts";
import { saveArchive, saveFolder } from "../../../src/transfer/save/image.ts";
import { layoutFiles } from "../../../src/transfer/save/image-files.ts";
import { type Graph, readGraph } from "../../../src/transfer/source/graph.ts";
import { addImage, addIndex } from "../../../testing/content/content.ts";
import { createMemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { temporaryFolder } from "../../../testing/real/fixtures.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

function place() {
  const folder = temporaryFolder();
  const options = {
    root: folder,
    partial: join(folder, ".partial"),
    left: new Map<string, string>(),
    attempts: 1,
    limiter: createLimiter(2),
    signal: new AbortController().signal,
  };
  return { folder, options, path: join(folder, "acme.org", "shop", "content") };
}

async function imageGraph() {
  const registry = createMemoryRegistry();
  const root = addIndex(registry, "a", [addImage(registry, "a", { layers: ["one", "two"] })]);
  const graph = await readGraph(registry.repository("a"), root);
  return { graph, root, size: graph.nodes.reduce((total, { descriptor }) => total + descriptor.size, 0) };
}

/** A source that has no content, or counts what is fetched. */
const offline = ({ from }: Graph) => ({ ...from, fetch: () => Promise.reject(new Error("fetched again")) });
const text = (path: string) => readFileSync(path, "utf8");

describe("an image layout", () => {
  test("is a folder with every blob under its digest, and the name of the image", async () => {
    const { graph, root } = await imageGraph();
    const { path, options } = place();
    await saveFolder(graph.from, layoutFiles(graph, "1.4.0"), path, options);
    expect(readdirSync(path).sort()).toEqual(["blobs", "index.json", "oci-layout"]);
    expect(JSON.parse(text(join(path, "oci-layout")))).toEqual({ imageLayoutVersion: "1.0.0" });
    const { mediaType, digest, size } = root;
    const annotations = { "org.opencontainers.image.ref.name": "1.4.0" };
    expect(JSON.parse(text(join(path, "index.json")))).toEqual({
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [{ mediaType, digest, size, annotations }],
    });
    const blobs = graph.nodes.map(({ descriptor }) => descriptor.digest.replace("sha256:", ""));
    expect(readdirSync(join(path, "blobs", "sha256")).sort()).toEqual(blobs.sort());
    expect(blobs.map((hex) => text(join(path, "blobs", "sha256", hex)))).toContain("one");
  });

  test("replaces one of an earlier run completely", async () => {
    const { graph } = await imageGraph();
    const { path, options } = place();
    mkdirSync(path, { recursive: true });
    for (const name of ["oci-layout", "old"]) writeFileSync(join(path, name), "");
    await saveFolder(graph.from, layoutFiles(graph, undefined), path, options);
    expect(existsSync(join(path, "old"))).toBe(false);
  });

  test("does not replace a folder with other files", async () => {
    const { graph } = await imageGraph();
    const { path, options } = place();
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "own"), "");
    const saving = saveFolder(graph.from, layoutFiles(graph, undefined), path, options);
    await expect(saving).rejects.toMatchObject({ code: "OUTPUT_UNWRITABLE", message: expect.stringContaining(path) });
    expect(readdirSync(path)).toEqual(["own"]);
  });

  test("is not fetched again", async () => {
    const { graph, size } = await imageGraph();
    const { path, options } = place();
    const files = layoutFiles(graph, undefined);
    expect(await saveFolder(graph.from, files, path, options)).toEqual({ copied: size, skipped: 0 });
    expect(await saveFolder(offline(graph), files, path, options)).toEqual({ copied: 0, skipped: size });
    expect(readdirSync(path).sort()).toEqual(["blobs", "index.json", "oci-layout"]);
  });

  test("takes blobs that an earlier run left, unless they were changed", async () => {
    const { graph } = await imageGraph();
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
    const files = layoutFiles(graph, undefined);
    expect(await saveFolder(from, files, path, { ...options, left })).toMatchObject({ skipped: 3 });
    expect(fetched).toContain(sha256("two"));
    expect(fetched).not.toContain(sha256("one"));
    expect(text(join(path, "blobs", "sha256", sha256("two").slice(7)))).toBe("two");
  });
});

describe("an archive of an image layout", () => {
  test("has the files of the layout, and the same bytes each time", async () => {
    const { graph, size } = await imageGraph();
    const { path, options } = place();
    const files = layoutFiles(graph, "1.4.0");
    expect(await saveArchive(graph.from, files, path, options)).toEqual({ copied: size, skipped: 0 });
    const listed = execFileSync("tar", ["-tf", path], { encoding: "utf8" }).trim().split("\n");
    const blobs = graph.nodes.map(({ descriptor: { digest } }) => `blobs/sha256/${digest.slice(7)}`);
    expect(listed).toEqual(["oci-layout", "index.json", ...blobs.sort()]);
    const other = place();
    await saveArchive(graph.from, files, other.path, other.options);
    expect(readFileSync(other.path).equals(readFileSync(path))).toBe(true);
  });

  test("that is complete is left as it is", async () => {
    const { graph, size } = await imageGraph();
    const { path, options } = place();
    const files = layoutFiles(graph, "1.4.0");
    await saveArchive(graph.from, files, path, options);
    const { ino } = statSync(path);
    expect(await saveArchive(offline(graph), files, path, options)).toEqual({ copied: 0, skipped: size });
    expect(statSync(path).ino).toBe(ino);
  });

  test("with another name or a further file is written again from its own blobs", async () => {
    const { graph, size } = await imageGraph();
    const { folder, path, options } = place();
    await saveArchive(graph.from, layoutFiles(graph, "1.4.0"), path, options);
    writeFileSync(join(folder, "further"), "");
    execFileSync("tar", ["-rf", path, "-C", folder, "further"]);
    const files = layoutFiles(graph, "1.5.0");
    expect(await saveArchive(offline(graph), files, path, options)).toEqual({ copied: 0, skipped: size });
    expect(execFileSync("tar", ["-xOf", path, "index.json"], { encoding: "utf8" })).toContain('"1.5.0"');
    expect(execFileSync("tar", ["-tf", path], { encoding: "utf8" })).not.toContain("further");
  });

  test("that was changed gets the changed blob again", async () => {
    const { graph, size } = await imageGraph();
    const { path, options } = place();
    const files = layoutFiles(graph, undefined);
    await saveArchive(graph.from, files, path, options);
    const bytes = readFileSync(path);
    writeFileSync(path, Buffer.from(bytes.toString("latin1").replace("two\0", "TWO\0"), "latin1"));
    expect(await saveArchive(graph.from, files, path, options)).toEqual({ copied: 3, skipped: size - 3 });
    expect(readFileSync(path).equals(bytes)).toBe(true);
  });

  test.each(["", "no archive", "x".repeat(2048)])("replaces a file that is not an archive: %#", async (content) => {
    const { graph, size } = await imageGraph();
    const { path, options, folder } = place();
    mkdirSync(join(folder, "acme.org", "shop"), { recursive: true });
    writeFileSync(path, content);
    expect(await saveArchive(graph.from, layoutFiles(graph, undefined), path, options)).toMatchObject({ copied: size });
  });
});
