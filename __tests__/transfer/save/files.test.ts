import { lstatSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { createLimiter } from "../../../src/bounds/limiter.ts";
import { parsePin } from "../../../src/ocm/signing/pin.ts";
import { saveBlobs } from "../../../src/transfer/save/files.ts";
import { type Comparable, createComparison } from "../../../src/transfer/verify/comparison.ts";
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

describe("content that exists already", () => {
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
    "that breaks off in part %d is read again, and nothing of the first time is left",
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

  test("does not replace a folder with other files", async () => {
    const registry = createMemoryRegistry();
    const { path, options } = place();
    mkdirSync(path, { recursive: true });
    writeFileSync(join(path, "own"), "");
    const saving = saveBlobs(registry.repository("a"), [registry.addBlob("a", "content")], path, options);
    await expect(saving).rejects.toMatchObject({ code: "OUTPUT_UNWRITABLE", where: "input output" });
    expect(readdirSync(path)).toEqual(["own"]);
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
