import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, test } from "@jest/globals";
import { sha256 } from "../../src/oci/digest.ts";
import { localBlob } from "../../testing/content/content.ts";
import { descriptorText, type MadeVersion, makeCtf } from "../../testing/content/ctf.ts";
import { bomb, longName, pax, raw, tar } from "../../testing/content/tar-bytes.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const ID = "example.org/shop:1.0.0";
/** MiB: what a run may hold. A run that needs more dies, which is no refusal. */
const HEAP = 200;

/** A run in a folder of its own, in which nothing but what is asked for may come into being. */
async function attack(source: string, more: Record<string, string> = {}): Promise<ActionResult> {
  const folder = temporaryFolder();
  const cwd = join(folder, "a", "workspace");
  const result = await runAction({
    cwd,
    env: { NODE_OPTIONS: `--max-old-space-size=${HEAP}` },
    inputs: { "component-versions": `${source}//${ID}`, target: join(cwd, "target"), recursive: "true", ...more },
  });
  const left = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => !name.startsWith("a/workspace/"),
  );
  expect(left.sort()).toEqual(["a", "a/workspace"]);
  expect(readdirSync(result.runnerTemp).filter((name) => !name.endsWith(".json"))).toEqual([]);
  return result;
}

async function expectRefused(source: string, code: string, more: Record<string, string> = {}): Promise<void> {
  const result = await attack(source, more);
  expect(result.annotations.map(({ title }) => title)).toEqual([code]);
  expect(result.code).toBe(1);
  expect(readdirSync(result.workspace)).toEqual([]);
}

const VALID = { name: "artifact-index.json", content: '{"schemaVersion":1,"artifacts":[]}' };
const DIGEST = "a".repeat(64);
const BLOB = `blobs/sha256.${DIGEST}`;

describe("S9: an archive", () => {
  test.each<readonly [string, string, Buffer]>([
    ["a file beside the target", "ARCHIVE_REFUSED", tar(VALID, { name: "../evil", content: "x" })],
    ["a file above it by a prefix", "ARCHIVE_REFUSED", tar(VALID, { name: "evil", prefix: "../..", content: "x" })],
    ["an absolute path", "ARCHIVE_REFUSED", tar(VALID, { name: "/tmp/evil", content: "x" })],
    [
      "a symbolic link, and a file behind it",
      "ARCHIVE_REFUSED",
      tar(VALID, { name: "blobs", flag: "2", link: ".." }, { name: BLOB, content: "x" }),
    ],
    [
      "a hard link to a file of the runner",
      "ARCHIVE_REFUSED",
      tar(VALID, { name: BLOB, flag: "1", link: "/etc/passwd" }),
    ],
    ["another name by pax", "ARCHIVE_REFUSED", tar(VALID, pax({ path: "../evil" }), { name: BLOB, content: "x" })],
    ["a link by pax", "ARCHIVE_REFUSED", tar(VALID, pax({ linkpath: "/etc/passwd" }), { name: BLOB, content: "x" })],
    ["a name for all by pax", "ARCHIVE_REFUSED", tar(pax({ path: "../evil" }, "g"), VALID)],
    [
      "a long name of GNU that leads out",
      "ARCHIVE_REFUSED",
      tar(VALID, longName(`${"a/".repeat(60)}../../../evil`), { name: "x", magic: "ustar  \0" }),
    ],
    ["its index twice", "ARCHIVE_REFUSED", tar(VALID, VALID)],
    ["a blob twice", "ARCHIVE_REFUSED", tar(VALID, { name: BLOB, content: "1" }, { name: `./${BLOB}`, content: "2" })],
    ["what does not belong into it", "ARCHIVE_REFUSED", tar(VALID, { name: ".git/config", content: "x" })],
    ["a device", "ARCHIVE_REFUSED", tar(VALID, { name: BLOB, flag: "3" })],
    [
      "its end too early",
      "ARCHIVE_BROKEN",
      Buffer.concat([raw(VALID), raw({ name: BLOB, content: "x".repeat(2000) }).subarray(0, 1024)]),
    ],
    ["no index", "CTF_MALFORMED", tar({ name: BLOB, content: "x" })],
  ])("with %s is refused", async (_, code, bytes) => {
    const path = join(temporaryFolder(), "source.tgz");
    writeFileSync(path, gzipSync(bytes));
    await expectRefused(path, code);
  });

  test("S10: that unpacks to far more than it is, is given up on the way", async () => {
    const path = join(temporaryFolder(), "bomb.tgz");
    const size = 3 * 1024;
    const zeros = Buffer.concat(Array(size).fill(bomb(1)));
    const header = raw({ name: BLOB, size: `${(size * 1024 * 1024).toString(8).padStart(11, "0")}\0` });
    writeFileSync(path, Buffer.concat([gzipSync(Buffer.concat([raw(VALID), header])), zeros]));
    await expectRefused(path, "ARCHIVE_TOO_LARGE");
  });
});

describe("an artifact index", () => {
  const artifact = { repository: "component-descriptors/example.org/shop", tag: "1.0.0", digest: `sha256:${DIGEST}` };
  test.each<readonly [string, string, string]>([
    ["a repository above all others", "CTF_MALFORMED", indexOf({ ...artifact, repository: "../../x" })],
    ["a tag with a path", "CTF_MALFORMED", indexOf({ ...artifact, tag: "../../x" })],
    ["a digest that is a path", "DIGEST_MALFORMED", indexOf({ ...artifact, digest: "sha256:../../../etc/passwd" })],
    [
      "a digest of an algorithm that is a path",
      "DIGEST_MALFORMED",
      indexOf({ ...artifact, digest: `../sha256:${DIGEST}` }),
    ],
    ["one tag for two", "CTF_MALFORMED", indexOf(artifact, { ...artifact, digest: `sha256:${"b".repeat(64)}` })],
    ["a blob that is not there", "COMPONENT_VERSION_UNKNOWN", indexOf(artifact)],
    [
      "__proto__ in the place of the list",
      "CTF_MALFORMED",
      `{"schemaVersion":1,"__proto__":{"artifacts":[${JSON.stringify(artifact)}]}}`,
    ],
    ["a nesting without end", "CTF_MALFORMED", `{"schemaVersion":1,"artifacts":${"[".repeat(100_000)}`],
  ])("with %s is refused", async (_, code, text) => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "artifact-index.json"), text);
    await expectRefused(folder, code);
  });

  function indexOf(...artifacts: readonly object[]): string {
    return JSON.stringify({ schemaVersion: 1, artifacts });
  }
});

/** Ten to the power of ten, in a few lines. */
const ALIASES = Array.from(
  { length: 10 },
  (_, at) => `l${at + 1}: &l${at + 1} [${Array(10).fill(`*l${at}`).join(",")}]`,
);
const BOMB = ["l0: &l0 x", ...ALIASES].join("\n");
const PLAIN = descriptorText({ id: ID });
const TAR = "application/vnd.ocm.software.component-descriptor.v2+yaml+tar";
const FILE = { name: "component-descriptor.yaml", content: PLAIN };

const version = (more: Partial<MadeVersion>): string => makeCtf([{ id: ID, ...more }]);
const layers = (...added: readonly object[]) => ({
  manifest: (manifest: { layers: object[] }) => ({ ...manifest, layers: [...manifest.layers, ...added] }),
});

describe("S21: a component descriptor", () => {
  test.each<readonly [string, string, Partial<MadeVersion>]>([
    ["an alias bomb", "DESCRIPTOR_MALFORMED", { descriptor: BOMB }],
    ["an alias bomb of merge keys", "DESCRIPTOR_MALFORMED", { descriptor: mergeBomb() }],
    ["an alias of itself", "DESCRIPTOR_MALFORMED", { descriptor: `a: &a [*a]\n` }],
    ["an alias of nothing", "DESCRIPTOR_MALFORMED", { descriptor: "component: *nothing\n" }],
    ["__proto__ in JSON", "DESCRIPTOR_MALFORMED", { descriptor: PLAIN.replace("{", '{"__proto__":{"polluted":1},') }],
    ["__proto__ in YAML", "DESCRIPTOR_MALFORMED", { descriptor: "__proto__:\n  polluted: 1\n" }],
    [
      "__proto__ by a merge key",
      "DESCRIPTOR_MALFORMED",
      { descriptor: 'x: &x {"__proto__": {a: 1}}\ncomponent: {<<: *x}\n' },
    ],
    [
      "a key twice",
      "DESCRIPTOR_MALFORMED",
      { descriptor: `meta: {schemaVersion: v2}\n${"component: {name: a.b/c}\n".repeat(2)}` },
    ],
    ["a nesting deeper than the stack in JSON", "DESCRIPTOR_MALFORMED", { descriptor: nested('{"a":', 20_000, "}") }],
    [
      "a nesting as deep as a descriptor is long in JSON",
      "DESCRIPTOR_MALFORMED",
      { descriptor: nested('{"a":', 6e5, "}") },
    ],
    ["a nesting deeper than the stack in YAML", "DESCRIPTOR_MALFORMED", { descriptor: nested("a: ", 20_000, "") }],
    [
      "a nesting as deep as a descriptor is long in YAML",
      "DESCRIPTOR_MALFORMED",
      { descriptor: nested("a: ", 1e6, "") },
    ],
    ["more than 4 MiB of JSON", "RESPONSE_TOO_LARGE", { descriptor: nested('{"a":', 5e6, "}") }],
    ["more than 4 MiB of YAML", "RESPONSE_TOO_LARGE", { descriptor: nested("a: ", 5e6, "") }],
    [
      "more aliases than the time allows",
      "DESCRIPTOR_MALFORMED",
      { descriptor: `a: &a x\nb:\n${"- *a\n".repeat(50_000)}` },
    ],
    ["two documents", "DESCRIPTOR_MALFORMED", { descriptor: `${PLAIN}\n---\n${PLAIN}` }],
    ["no text", "DESCRIPTOR_MALFORMED", { descriptor: Buffer.from([0xff, 0xfe, 0, 0x80]) }],
    ["nothing", "DESCRIPTOR_MALFORMED", { descriptor: "" }],
    ["another name", "DESCRIPTOR_MISPLACED", { descriptor: PLAIN.replace("example.org/shop", "example.org/other") }],
    ["another version", "DESCRIPTOR_MISPLACED", { descriptor: PLAIN.replace('"1.0.0"', '"1.0.1"') }],
    ["a path for a name", "DESCRIPTOR_MALFORMED", { descriptor: PLAIN.replace("example.org/shop", "../../evil") }],
    ["a path for a version", "DESCRIPTOR_MALFORMED", { descriptor: PLAIN.replace('"1.0.0"', '"../../evil"') }],
    ["a reference to a path", "DESCRIPTOR_MALFORMED", { references: ["../../evil:1.0.0"] }],
    ["a reference to a version that is a path", "DESCRIPTOR_MALFORMED", { references: ["example.org/cart:../../x"] }],
    [
      "resources that are no list",
      "DESCRIPTOR_MALFORMED",
      { descriptor: PLAIN.replace('"resources":[]', '"resources":{"length":1e9}') },
    ],
    [
      "a local blob that is a path",
      "DIGEST_MALFORMED",
      { resources: [localBlob("x", "sha256:../../../../etc/passwd")] },
    ],
    ["a local blob that nobody lists", "BLOB_UNKNOWN", { resources: [localBlob("x", `sha256:${DIGEST}`)] }],
    ["a relative reference that is a path", "REFERENCE_MALFORMED", { resources: [relative("../../../x:1")] }],
    ["a relative reference with a line break", "REFERENCE_MALFORMED", { resources: [relative("a:1\r\nx-evil: 1")] }],
    ["an image reference that is none", "REFERENCE_MALFORMED", { resources: [image("registry.example.org/a b:1")] }],
    ["a file on the runner itself", "ADDRESS_REFUSED", { resources: [file("http://127.0.0.1:1/secret")] }],
    ["a file in the network of the cloud", "ADDRESS_REFUSED", { resources: [file("http://169.254.169.254/latest")] }],
    [
      "an archive with two descriptors",
      "DESCRIPTOR_MALFORMED",
      { descriptor: tar(FILE, { ...FILE, name: "./component-descriptor.yaml" }), descriptorType: TAR },
    ],
    [
      "an archive with a link",
      "DESCRIPTOR_MALFORMED",
      { descriptor: tar({ ...FILE, content: "", flag: "2", link: "/etc/passwd" }), descriptorType: TAR },
    ],
  ])("with %s is refused", async (_, code, more) => {
    await expectRefused(version(more), code);
  });

  function mergeBomb(): string {
    const levels = Array.from(
      { length: 24 },
      (_, at) => `l${at + 1}: &l${at + 1} {a: {<<: *l${at}}, b: {<<: *l${at}}}`,
    );
    return ["l0: &l0 {x: y}", ...levels].join("\n");
  }

  function relative(reference: string) {
    return { ...localBlob("x", ""), access: { type: "relativeOciReference", reference } };
  }

  function nested(before: string, depth: number, after: string): string {
    return `${before}${"[".repeat(depth)}${"]".repeat(depth)}${after}`;
  }

  function file(url: string) {
    return { ...localBlob("x", ""), access: { type: "wget", url } };
  }

  function image(imageReference: string) {
    return { ...localBlob("x", ""), access: { type: "ociArtifact", imageReference } };
  }
});

describe("S8: a component manifest", () => {
  const layer = { mediaType: "text/plain", digest: `sha256:${DIGEST}`, size: 1 };
  test.each<readonly [string, string, Partial<MadeVersion>]>([
    ["both layers and manifests", "MANIFEST_MALFORMED", { manifest: (manifest) => ({ ...manifest, manifests: [] }) }],
    [
      "a type that is not its own",
      "MANIFEST_MALFORMED",
      { manifest: (manifest) => ({ ...manifest, mediaType: "application/vnd.oci.image.index.v1+json" }) },
    ],
    ["another schema", "MANIFEST_MALFORMED", { manifest: (manifest) => ({ ...manifest, schemaVersion: 1 }) }],
    ["no object", "MANIFEST_MALFORMED", { manifest: () => [1, 2, 3] }],
    [
      "layers that are no list",
      "MANIFEST_MALFORMED",
      { manifest: (manifest) => ({ ...manifest, layers: { 0: layer, length: 1 } }) },
    ],
    ["a layer's digest that is a path", "DIGEST_MALFORMED", layers({ ...layer, digest: "sha256:../../x" })],
    ["a layer's digest that is too short", "DIGEST_MALFORMED", layers({ ...layer, digest: "sha256:ab" })],
    ["a layer of negative size", "MANIFEST_MALFORMED", layers({ ...layer, size: -1 })],
    ["a layer of an absurd size", "MANIFEST_MALFORMED", layers({ ...layer, size: 1e300 })],
    [
      "a config of 100 GB",
      "RESPONSE_TOO_LARGE",
      { manifest: (manifest) => ({ ...manifest, config: { ...manifest.config, size: 1e11 } }) },
    ],
    [
      "a config of another component's kind",
      "NOT_A_COMPONENT_VERSION",
      { manifest: (manifest) => ({ ...manifest, config: { ...manifest.config, mediaType: "application/json" } }) },
    ],
    [
      "a config that is longer than it says",
      "SIZE_MISMATCH",
      { manifest: (manifest) => ({ ...manifest, config: { ...manifest.config, size: 10 } }) },
    ],
    [
      "a descriptor that is a path",
      "DIGEST_MALFORMED",
      {
        config: ({ componentDescriptorLayer: each }) => ({
          componentDescriptorLayer: { ...each, digest: "sha256:../../x" },
        }),
      },
    ],
    [
      "a descriptor of 100 GB",
      "RESPONSE_TOO_LARGE",
      {
        config: ({ componentDescriptorLayer: each }) => ({ componentDescriptorLayer: { ...each, size: 1e11 } }),
        manifest: ({ layers: _, ...manifest }) => ({ ...manifest, layers: [] }),
      },
    ],
    [
      "a descriptor that is an image",
      "NOT_A_COMPONENT_VERSION",
      {
        config: ({ componentDescriptorLayer: each }) => ({
          componentDescriptorLayer: { ...each, mediaType: "image/png" },
        }),
      },
    ],
  ])("with %s is refused", async (_, code, more) => {
    await expectRefused(version(more), code);
  });

  test("a blob with other content than its name says is refused before anything has that name", async () => {
    const source = version({ blobs: ["what was reviewed"] });
    const file = join(source, "blobs", sha256("what was reviewed").replace(":", "."));
    writeFileSync(file, "what was replaced");
    await expectRefused(source, "DIGEST_MISMATCH");
    writeFileSync(file, "what was replaced, longer");
    await expectRefused(source, "SIZE_MISMATCH");
  });
});

describe("an artifact set", () => {
  const TYPE = "application/vnd.oci.image.manifest.v1+tar+gzip";
  const set = (content: Buffer) => {
    const blob = gzipSync(content);
    const resources = [localBlob("image", sha256(blob), { mediaType: TYPE })];
    return version({ descriptor: descriptorText({ id: ID, resources }), blobs: [blob] });
  };

  test.each<readonly [string, Buffer]>([
    ["a file above it", tar({ name: "index.json", content: "{}" }, { name: "../../evil", content: "x" })],
    ["a link", tar({ name: "index.json", flag: "2", link: "/etc/passwd" })],
    ["its index twice", tar({ name: "index.json", content: "{}" }, { name: "./index.json", content: "[]" })],
  ])("with %s is refused", async (_, content) => {
    await expectRefused(set(content), "ARCHIVE_REFUSED");
  });
});

describe("more than there is of anything", () => {
  test("as many resources as a descriptor has room for", async () => {
    const resources = Array.from({ length: 10_000 }, (_, at) => localBlob(`resource-${at}`, sha256("one blob")));
    const result = await attack(version({ descriptor: descriptorText({ id: ID, resources }), blobs: ["one blob"] }));
    expect(result.annotations.map(({ title }) => title)).toEqual([]);
  });

  test("thousands of references to nothing are one error each, of which ten are shown", async () => {
    const references = Array.from({ length: 5_000 }, (_, at) => `example.org/part-${at}:1.0.0`);
    const result = await attack(version({ references }));
    expect(result.annotations.map(({ title }) => title)).toEqual(Array(10).fill("COMPONENT_VERSION_UNKNOWN"));
    expect(readdirSync(result.workspace)).toEqual([]);
  });

  test("references in a chain that is longer than a stack is deep", async () => {
    const name = (at: number) => (at === 0 ? ID : `example.org/part-${at}:1.0.0`);
    const length = 3000;
    const source = makeCtf(
      Array.from({ length }, (_, at) => ({ id: name(at), references: at + 1 === length ? [] : [name(at + 1)] })),
    );
    const result = await attack(source, { "dry-run": "true" });
    expect(result.annotations.map(({ title }) => title)).toEqual([]);
    expect(result.report["component-versions"]).toHaveLength(length);
  });

  test("references in a circle are refused", async () => {
    const source = makeCtf([
      { id: ID, references: [ID, "example.org/cart:1.0.0"] },
      { id: "example.org/cart:1.0.0", references: [ID] },
    ]);
    const result = await attack(source);
    expect(new Set(result.annotations.map(({ title }) => title))).toEqual(new Set(["REFERENCE_CYCLE"]));
    expect(result.code).toBe(1);
  });
});

test("names of resources that are paths become file names below the output", async () => {
  const names = [
    "../../evil",
    "..",
    "/etc/passwd",
    "a/../../b",
    "C:\\evil",
    ".hidden",
    "a\u0000b",
    "\u202egnp.exe",
    "x".repeat(5000),
    "-rf",
    "con",
    "\n::error::",
  ];
  const resources = names.map((name) => localBlob(name, sha256("content")));
  const source = version({ descriptor: descriptorText({ id: ID, resources }), blobs: ["content"] });
  const result = await attack(source, { command: "download", target: "", output: "output" });
  expect(result.annotations).toEqual([]);
  const files = readdirSync(join(result.workspace, "output"), { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile(),
  );
  expect(files).toHaveLength(names.length);
  for (const { parentPath, name } of files) {
    expect(parentPath).toBe(join(result.workspace, "output", "example.org", "shop", "1.0.0"));
    expect(name).toMatch(/^[A-Za-z0-9_+-][A-Za-z0-9._+-]{0,140}$/);
  }
  expect(readdirSync(result.workspace)).toEqual(["output"]);
});
