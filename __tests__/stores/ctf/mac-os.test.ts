import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "@jest/globals";
import { isMacOsMetadata } from "../../../src/archive/mac-os.ts";
import { bytesOf } from "../../../src/oci/content.ts";
import { sha256 } from "../../../src/oci/digest.ts";
import { readComponentVersion } from "../../../src/ocm/repository/component-version.ts";
import { openArtifactSet } from "../../../src/stores/artifact-set/store.ts";
import { type Ctf, openCtf } from "../../../src/stores/ctf/store.ts";
import { openCtfTarget } from "../../../src/stores/ctf/writable-store.ts";
import { addImage } from "../../../testing/content/content.ts";
import { createMemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { pax, type RawEntry, raw, tar } from "../../../testing/content/tar-bytes.ts";
import { copyOfCtf, temporaryFolder } from "../../../testing/real/fixtures.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

/** The beginning of an AppleDouble file (RFC 1740, appendix A). */
const APPLE_DOUBLE = Buffer.concat([Buffer.from("0005160700020000", "hex"), Buffer.alloc(155)]);
const XATTR = pax({
  "LIBARCHIVE.xattr.com.apple.provenance": "AQIAo9jt",
  "SCHILY.xattr.com.apple.provenance": "\x01\x02",
});

/** Names and contents of the files of a CTF folder. */
function filesOf(folder: string): [string, Buffer][] {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  return names
    .filter((name) => statSync(join(folder, name)).isFile())
    .map((name) => [name, readFileSync(join(folder, name))]);
}

const companion = (name: string) => name.replace(/[^/]+$/, (base) => `._${base}`);

/** As bsdtar packs a folder on macOS: a companion before each file, each with extended attributes of its own. */
function bsdtar(folder: string, prefix: string): Buffer {
  const entry = (name: string, content: Buffer | string, more: RawEntry = {}) => [
    XATTR,
    raw({ name: `${prefix}${name}`, content, ...more }),
  ];
  return tar(
    ...(prefix === "" ? [] : [...entry("._.", APPLE_DOUBLE), raw({ name: prefix, flag: "5" })]),
    ...entry("._blobs", APPLE_DOUBLE),
    ...entry("blobs/", "", { flag: "5" }),
    ...entry(".DS_Store", "Bud1"),
    ...entry("blobs/.DS_Store", "Bud1"),
    ...filesOf(folder).flatMap(([name, content]) => [...entry(companion(name), APPLE_DOUBLE), ...entry(name, content)]),
  );
}

/** As from a zip of the Finder that was repacked: the companions in a folder of their own. */
function finder(folder: string): Buffer {
  const files = filesOf(folder);
  return tar(
    ...files.map(([name, content]) => ({ name, content })),
    { name: "__MACOSX/", flag: "5" },
    { name: "__MACOSX/blobs/", flag: "5" },
    ...files.map(([name]) => ({ name: `__MACOSX/${companion(name)}`, content: APPLE_DOUBLE })),
  );
}

const FORMS: Readonly<Record<string, (path: string, folder: string) => void>> = {
  "a tar archive": (path, folder) => writeFileSync(path, bsdtar(folder, "")),
  "a tar archive with ./": (path, folder) => writeFileSync(path, bsdtar(folder, "./")),
  "a tgz archive": (path, folder) => writeFileSync(path, gzipSync(bsdtar(folder, ""))),
  "a tgz archive with ./": (path, folder) => writeFileSync(path, gzipSync(bsdtar(folder, "./"))),
  "a repacked zip": (path, folder) => writeFileSync(path, finder(folder)),
  "a folder": (path, folder) => {
    mkdirSync(join(path, "blobs"), { recursive: true });
    for (const [name, content] of filesOf(folder)) {
      writeFileSync(join(path, name), content);
      writeFileSync(join(path, companion(name)), APPLE_DOUBLE);
    }
    for (const name of [".DS_Store", "blobs/.DS_Store"]) writeFileSync(join(path, name), "Bud1");
  },
};

/** Name of the target by the form of the source: the name decides the form of a target. */
const nameOf = (form: string) => (form === "a folder" ? "shop" : form.startsWith("a tgz") ? "shop.tgz" : "shop.tar");

const readShop = (registry: Ctf) =>
  readComponentVersion({ registry, path: "", display: "archive" }, "example.org/shop", "1.2.0");

describe.each(Object.entries(FORMS))("%s that was packed on macOS", (form, write) => {
  test.each(["v1-by-value", "v2-by-value"] as const)("is read like the original: %s", async (fixture) => {
    const original = copyOfCtf(fixture);
    const path = join(temporaryFolder(), nameOf(form));
    write(path, original);
    const [archive, plain] = await Promise.all([openCtf(path, { spool: temporaryFolder() }), openCtf(original)]);
    const [found, expected] = await Promise.all([readShop(archive), readShop(plain)]);
    expect([found.root, found.layers]).toEqual([expected.root, expected.layers]);
    for (const layer of found.layers.values()) {
      expect(sha256(await bytesOf(await found.repository.fetch(layer)))).toBe(layer.digest);
    }
    await archive.close();
  });

  test("can be extended, and a new archive has content alone", async () => {
    const path = join(temporaryFolder(), nameOf(form));
    write(path, copyOfCtf("v2-by-value"));
    const target = await openCtfTarget(path);
    const blob = { mediaType: "text/plain", digest: sha256("more"), size: 4 } as const;
    await target.repository("a/b").push(blob, Buffer.from("more"));
    await target.commit();
    const archive = await openCtf(path, { spool: temporaryFolder() });
    expect((await readShop(archive)).descriptor.version).toBe("1.2.0");
    expect(String(await bytesOf(await archive.repository("a/b").fetch(blob)))).toBe("more");
    await archive.close();
    if (form === "a folder") return;
    const names = execFileSync("tar", ["-tf", path], { encoding: "utf8" }).trim().split("\n");
    expect(names).toContain("artifact-index.json");
    expect(names.filter((name) => isMacOsMetadata(name.replace(/^\.\//, "")))).toEqual([]);
  });
});

test("a folder that only the Finder wrote to is an empty target", async () => {
  const path = temporaryFolder();
  for (const name of [".DS_Store", "._.DS_Store"]) writeFileSync(join(path, name), "Bud1");
  const target = await openCtfTarget(path);
  await target.commit();
  expect(readdirSync(path)).toContain("artifact-index.json");
});

test("an artifact set that was packed on macOS is unpacked", async () => {
  const registry = createMemoryRegistry();
  const image = addImage(registry, "a", { layers: ["layer"] });
  const content = async ({ digest, size }: { digest: typeof image.digest; size: number }) =>
    bytesOf(await registry.repository("a").fetch({ mediaType: "", digest, size }));
  const manifest = await content(image);
  const { config, layers } = JSON.parse(String(manifest));
  const blobs = [image, config, ...layers];
  const index = { schemaVersion: 2, manifests: [image] };
  const files = await Promise.all(
    blobs.map(async (each) => ({ name: `./blobs/${each.digest.replace(":", ".")}`, content: await content(each) })),
  );
  const packed = registry.addBlob(
    "a",
    tar(
      { name: "./._index.json", content: APPLE_DOUBLE },
      { name: "./index.json", content: JSON.stringify(index) },
      ...files.flatMap((file) => [XATTR, { name: companion(file.name), content: APPLE_DOUBLE }, file]),
    ),
    "application/vnd.oci.image.manifest.v1+tar",
  );
  const set = await openArtifactSet(registry.repository("a"), packed, { spool: temporaryFolder() });
  expect(set.root.digest).toBe(image.digest);
  await set.close();
});

test.each([
  ["._x", true],
  ["a/._x", true],
  ["._a/x", true],
  [".DS_Store", true],
  ["__MACOSX", true],
  ["__MACOSX/a/b", true],
  ["a/__MACOSX", false],
  [".DS_Store2", false],
  [".x", false],
  ["a._x", false],
  ["artifact-index.json", false],
])("%s is of macOS: %s", (name, expected) => {
  expect(isMacOsMetadata(name)).toBe(expected);
});
