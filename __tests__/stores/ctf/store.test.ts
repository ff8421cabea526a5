import { appendFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "@jest/globals";
import { bytesOf } from "../../../src/oci/content.ts";
import { DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/descriptor.ts";
import { sha256 } from "../../../src/oci/digest.ts";
import { readComponentVersion } from "../../../src/ocm/repository/component-version.ts";
import { openCtf } from "../../../src/stores/ctf/store.ts";
import { tar } from "../../../testing/content/tar-bytes.ts";
import { copyOfCtf, ctf, temporaryFolder } from "../../../testing/real/fixtures.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

const SHOP = "component-descriptors/example.org/shop";

/** A CTF of one blob, with whatever stands in its index. */
function writeCtf(content: string, artifacts: unknown, more: object = { schemaVersion: 1 }): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "blobs"));
  writeFileSync(join(folder, "blobs", sha256(content).replace(":", ".")), content);
  writeFileSync(join(folder, "artifact-index.json"), JSON.stringify({ ...more, artifacts }));
  return folder;
}

test("tags and digests are resolved, in the repository that they are listed for", async () => {
  const repository = (await openCtf(ctf("v2-by-value"))).repository(SHOP);
  const root = await repository.resolve("1.2.0");
  expect(root.mediaType).toBe(OCI_INDEX);
  expect(await repository.resolve(root.digest)).toEqual(root);
  expect(await repository.exists(root)).toBe(true);
  const content = await bytesOf(await repository.fetch(root));
  expect([sha256(content), content.length]).toEqual([root.digest, root.size]);
  // The pool of blobs is shared: what a repository does not list, it does not have.
  const [blob] = JSON.parse(content.toString()).manifests as { digest: string }[];
  expect(await repository.resolve(String(blob?.digest))).toMatchObject({ digest: blob?.digest });
  const elsewhere = (await openCtf(ctf("v2-by-value"))).repository("component-descriptors/example.org/other");
  await expect(elsewhere.resolve(String(blob?.digest))).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
  await expect(elsewhere.resolve("1.2.0")).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
});

test("what is not there is said so", async () => {
  const repository = (await openCtf(ctf("v1-by-value"))).repository(SHOP);
  const absent = { mediaType: "text/plain", digest: sha256("absent"), size: 6 };
  expect(await repository.exists(absent)).toBe(false);
  await expect(repository.resolve("9.9.9")).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
  await expect(repository.resolve(absent.digest)).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
  await expect(repository.fetch(absent)).rejects.toMatchObject({ code: "BLOB_UNKNOWN" });
});

test("a tag whose blob is lost is no artifact", async () => {
  const folder = copyOfCtf("v1-by-value");
  const root = await (await openCtf(folder)).repository(SHOP).resolve("1.2.0");
  rmSync(join(folder, "blobs", root.digest.replace(":", ".")));
  await expect((await openCtf(folder)).repository(SHOP).resolve("1.2.0")).rejects.toMatchObject({
    code: "MANIFEST_UNKNOWN",
  });
});

test("content that was changed is not handed out as what it was", async () => {
  const folder = copyOfCtf("v1-by-value");
  const repository = (await openCtf(folder)).repository(SHOP);
  const root = await repository.resolve("1.2.0");
  appendFileSync(join(folder, "blobs", root.digest.replace(":", ".")), " ");
  await expect(repository.fetch(root).then(bytesOf)).rejects.toMatchObject({ code: "SIZE_MISMATCH" });
  const longer = { ...root, size: root.size + 1 };
  await expect(repository.fetch(longer).then(bytesOf)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
});

test.each([
  [OCI_INDEX, `{"mediaType":"${OCI_INDEX}"}`],
  [DOCKER_MANIFEST, `{"mediaType":"${DOCKER_MANIFEST}"}`],
  [OCI_MANIFEST, "{}"],
  [OCI_INDEX, '{"schemaVersion":2,"manifests":[]}'],
  [OCI_MANIFEST, "[]"],
  [OCI_MANIFEST, '{"mediaType":"text/plain"}'],
  [OCI_MANIFEST, "no JSON"],
])("an index without media types, as old CLIs wrote it: %s from %s", async (mediaType, content) => {
  const folder = writeCtf(content, [{ repository: "a", tag: "1", digest: sha256(content) }]);
  expect(await (await openCtf(folder)).repository("a").resolve("1")).toEqual({
    mediaType,
    digest: sha256(content),
    size: content.length,
  });
});

describe.each(["v1-by-reference", "v1-by-reference.tar", "v1-by-reference.tgz"] as const)("%s", (name) => {
  test("is read like every other form, and leaves nothing", async () => {
    const spool = temporaryFolder();
    const archive = await openCtf(ctf(name), { spool });
    expect(readdirSync(spool)).toHaveLength(name.endsWith(".tgz") ? 1 : 0);
    expect([...(await archive.listRepositories())].sort()).toEqual([
      "component-descriptors/example.org/cart",
      "component-descriptors/example.org/payments",
      SHOP,
    ]);
    const repository = archive.repository(SHOP);
    expect(await repository.listTags()).toEqual(["1.2.0"]);
    expect(await archive.repository("absent").listTags()).toEqual([]);
    const { descriptor } = await readComponentVersion(
      { registry: archive, path: "", display: name },
      "example.org/shop",
      "1.2.0",
    );
    expect(descriptor.version).toBe("1.2.0");
    await archive.close();
    expect(readdirSync(spool)).toEqual([]);
  });
});

test("names that objects have are names like all others", async () => {
  const entries = ["constructor", "tostring"].map((repository) => ({
    repository,
    tag: "__proto__",
    digest: sha256("{}"),
  }));
  const archive = await openCtf(writeCtf("{}", entries));
  expect(await archive.listRepositories()).toEqual(["constructor", "tostring"]);
  expect(await archive.repository("constructor").listTags()).toEqual(["__proto__"]);
  expect(await archive.repository("constructor").resolve("__proto__")).toMatchObject({ digest: sha256("{}") });
  await expect(archive.repository("valueof").resolve("__proto__")).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
});

test("an index of a hundred thousand artifacts", async () => {
  const entries = Array.from({ length: 100_000 }, (_, n) => ({
    repository: `r${n % 1000}`,
    tag: `t${n}`,
    digest: sha256("{}"),
  }));
  const archive = await openCtf(writeCtf("{}", entries));
  expect(await archive.listRepositories()).toHaveLength(1000);
  expect(await archive.repository("r7").listTags()).toHaveLength(100);
  expect(await archive.repository("r7").resolve("t99007")).toMatchObject({ digest: sha256("{}") });
});

test.each([null, undefined])("an index without artifacts, as Go writes it: %s", async (artifacts) => {
  expect(await (await openCtf(writeCtf("{}", artifacts))).listRepositories()).toEqual([]);
});

test("an archive that holds something else besides, or lacks its index, leaves nothing", async () => {
  const spool = temporaryFolder();
  const path = join(temporaryFolder(), "ctf");
  writeFileSync(path, gzipSync(tar({ name: "blobs/sha256.00", content: "x" })));
  await expect(openCtf(path, { spool })).rejects.toMatchObject({ code: "ARCHIVE_REFUSED" });
  writeFileSync(path, gzipSync(tar({ name: "blobs", flag: "5" })));
  await expect(openCtf(path, { spool })).rejects.toMatchObject({ code: "CTF_MALFORMED", where: path });
  expect(readdirSync(spool)).toEqual([]);
});

describe("what is no CTF", () => {
  test.each(["no archive", "PK\u0003\u0004"])("a file that is no archive: %s", async (content) => {
    const path = join(temporaryFolder(), "ctf.tgz");
    writeFileSync(path, content);
    await expect(openCtf(path)).rejects.toMatchObject({ code: "CTF_FORMAT_UNSUPPORTED", where: path });
  });

  test("a missing folder is reported as ARCHIVE_UNWRITABLE, and one without an index", async () => {
    const folder = temporaryFolder();
    for (const path of [folder, join(folder, "nowhere")]) {
      await expect(openCtf(path)).rejects.toMatchObject({
        code: "CTF_MALFORMED",
        where: path,
        message: expect.stringContaining("does not exist"),
      });
    }
  });

  const a = { repository: "a", tag: "1", digest: sha256("x"), mediaType: OCI_MANIFEST };
  test.each<[string, unknown, object]>([
    ["schemaVersion", [], { schemaVersion: 2 }],
    ["schemaVersion", [], { schemaVersion: "1" }],
    ["schemaVersion", [], {}],
    ["artifacts", {}, { schemaVersion: 1 }],
    ["has an invalid artifact", [null], { schemaVersion: 1 }],
    ["has an invalid artifact", ["a:1"], { schemaVersion: 1 }],
    ["without a repository", [{ digest: sha256("x") }], { schemaVersion: 1 }],
    ["which is not a valid name", [{ ...a, repository: "../../a" }], { schemaVersion: 1 }],
    ["which is not a valid name", [{ ...a, repository: "__proto__" }], { schemaVersion: 1 }],
    ["which is not a valid name", [{ ...a, repository: "" }], { schemaVersion: 1 }],
    ["the tag", [{ ...a, tag: "../1" }], { schemaVersion: 1 }],
    ["the tag", [{ ...a, tag: 1 }], { schemaVersion: 1 }],
    ["the media type", [{ ...a, mediaType: {} }], { schemaVersion: 1 }],
    ["two media types", [a, { ...a, tag: "2", mediaType: OCI_INDEX }], { schemaVersion: 1 }],
    ["a:1 twice", [a, { ...a, digest: sha256("y") }], { schemaVersion: 1 }],
  ])("an index that is wrong: %s", async (why, artifacts, more) => {
    const folder = writeCtf("x", artifacts, more);
    await expect(openCtf(folder)).rejects.toMatchObject({
      code: "CTF_MALFORMED",
      message: expect.stringContaining(why),
    });
  });

  test.each([
    "sha256:../../x",
    "sha256:../../../etc/passwd",
    "sha256:00",
    { sha256: "0" },
    [sha256("x")],
    null,
    "md5:d41d8cd98f00b204e9800998ecf8427e",
    undefined,
  ])("a digest that is none: %s", async (digest) => {
    const folder = writeCtf("x", [{ repository: "a", tag: "1", digest }]);
    await expect(openCtf(folder)).rejects.toMatchObject({ code: "DIGEST_MALFORMED" });
  });

  test("an index that is no JSON", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "artifact-index.json"), "{");
    await expect(openCtf(folder)).rejects.toMatchObject({ code: "CTF_MALFORMED" });
  });
});
