import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { OCI_MANIFEST } from "../../src/oci/descriptor.ts";
import {
  addComponentVersion,
  addImage,
  artifactDigest,
  type ComponentOptions,
  resource,
} from "../../testing/content/content.ts";
import { bytesBelow, reachableBytes, startPlace } from "../../testing/content/places.ts";
import { digestOfBytes, pinnedReference, publicKeyPem, signed } from "../../testing/content/signed.ts";
import { tar } from "../../testing/content/tar-bytes.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { type CommandResult, runCommand } from "../../testing/product/run-command.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const HOME = "ocm/component-descriptors/acme.org/shop";
const NOTE = "a note that was signed";
const EVIL = "the bytes of somebody else";
const ARTIFACT_SET = "application/vnd.oci.image.manifest.v1+tar";
/** An archive of two artifacts, either of which could be the main one. */
const AMBIGUOUS = tar({
  name: "index.json",
  content: JSON.stringify({
    schemaVersion: 2,
    manifests: ["a", "b"].map((hex) => ({ mediaType: OCI_MANIFEST, digest: `sha256:${hex.repeat(64)}`, size: 2 })),
  }),
});

const local = (localReference: string, mediaType = "text/plain") => ({ type: "localBlob", localReference, mediaType });
const codesOf = ({ errors }: CommandResult) => errors.map((error) => error.split(":")[0]);
const findingsOf = ({ findings }: CommandResult) => findings.map(({ code, message }) => `${code} ${message}`);

function inputsFor(registry: FakeRegistry): Record<string, string> {
  const key = join(temporaryFolder(), "key.pem");
  writeFileSync(key, publicKeyPem);
  return { "component-versions": `${registry.origin}/ocm//acme.org/shop:1.0.0`, signatures: `acme=${key}` };
}

/** A signed shop with a note; `digest` is what it says of it. */
async function startShop(digest: object | undefined, mediaType?: string) {
  const registry = await startFakeRegistry();
  const note = registry.addBlob(HOME, mediaType === ARTIFACT_SET ? AMBIGUOUS : NOTE, mediaType);
  const more = digest === undefined ? {} : { digest };
  const resources = [resource("note", local(note.digest, mediaType), more)];
  addComponentVersion(registry, signed({ path: "ocm", resources, layers: [note] }));
  return { registry, inputs: inputsFor(registry) };
}

const good = digestOfBytes(NOTE);
const excluded = { hashAlgorithm: "NO-DIGEST", normalisationAlgorithm: "EXCLUDE-FROM-SIGNATURE", value: "NO-DIGEST" };

describe("content that nothing pins", () => {
  test.each([
    ["has no digest", undefined],
    ["has no digest", { hashAlgorithm: "", normalisationAlgorithm: "", value: "" }],
    ["is excluded from signatures", excluded],
  ])("%s: it is copied, and named where signatures are asked for", async (why, digest) => {
    const { inputs } = await startShop(digest);
    const target = join(temporaryFolder(), "archive");
    const result = await runCommand("transfer", { ...inputs, target });
    expect(result.errors).toEqual([]);
    expect(findingsOf(result)).toEqual([
      `CONTENT_UNCHECKED Not compared with any digest: note of acme.org/shop:1.0.0 (${why}).`,
    ]);
    expect(bytesBelow(target).includes(NOTE)).toBe(true);
    const unsigned = await runCommand("transfer", { ...inputs, signatures: "", target: `${target}2` });
    expect(unsigned).toEqual({ errors: [], findings: [] });
  });

  test("sources and what stays by reference are named, too", async () => {
    const registry = await startFakeRegistry();
    const image = addImage(registry, "images/shop", { tag: "1" });
    const access = { type: "ociArtifact", imageReference: `${registry.origin}/images/shop:1` };
    const pin = artifactDigest(image);
    const source = registry.addBlob(HOME, "code");
    const component: ComponentOptions = {
      path: "ocm",
      layers: [source],
      resources: [resource("image", access, pin), resource("bucket", { type: "s3", bucket: "b" }, pin)],
      sources: [resource("code", local(source.digest))],
    };
    addComponentVersion(registry, signed(component));
    const target = join(temporaryFolder(), "archive");
    const result = await runCommand("transfer", { ...inputsFor(registry), "copy-resources": "false", target });
    expect(result.errors).toEqual([]);
    const [, message] = findingsOf(result);
    expect(message).toMatch(
      /^CONTENT_UNCHECKED .*: image of acme\.org\/shop:1\.0\.0 \(resources are left by reference\)/,
    );
    expect(message).toMatch(/bucket of acme\.org\/shop:1\.0\.0 \(object in S3 at b stays a reference\)/);
    expect(message).toMatch(/code of acme\.org\/shop:1\.0\.0 \(is a source, which no signature pins\)\.$/);
  });
});

test("a pinned resource whose access was exchanged for nothing is named", async () => {
  const registry = await startFakeRegistry();
  const note = registry.addBlob(HOME, NOTE);
  const shop = signed({ path: "ocm", resources: [resource("note", local(note.digest), { digest: good })] });
  addComponentVersion(registry, { ...shop, resources: [resource("note", { type: "none/v1" }, { digest: good })] });
  const { errors, findings } = await runCommand("verify", inputsFor(registry));
  expect(errors).toEqual([]);
  expect(findings).toMatchObject([
    { code: "CONTENT_UNCHECKED", message: expect.stringContaining("note of acme.org/shop") },
  ]);
});

test("referrers of an image go along, and are named", async () => {
  const registry = await startFakeRegistry();
  const image = addImage(registry, "images/shop", { tag: "1" });
  addImage(registry, "images/shop", { tag: `${image.digest.replace(":", "-")}.sig`, layers: ["a signature"] });
  const access = { type: "ociArtifact", imageReference: `${registry.origin}/images/shop:1` };
  addComponentVersion(registry, signed({ path: "ocm", resources: [resource("image", access, artifactDigest(image))] }));
  const [target, inputs] = [await startFakeRegistry(), inputsFor(registry)];
  const moved = `${target.origin}/moved`;
  const given = {
    ...inputs,
    access: "ociArtifact",
    target: moved,
    "consumer-repository": moved,
    "trust-names": "true",
  };
  expect(findingsOf(await runCommand("transfer", given))).toEqual([
    "CONTENT_UNCHECKED Not compared with any digest: " +
      "referrers of image of acme.org/shop:1.0.0 (no component version pins them).",
  ]);
  expect(reachableBytes(target).includes("a signature")).toBe(true);
});

describe("a digest that nothing can be compared with", () => {
  test.each([
    ["an unknown hash algorithm", { ...good, hashAlgorithm: "MD5" }, undefined, "HASH_UNSUPPORTED"],
    [
      "an unknown normalisation",
      { ...good, normalisationAlgorithm: "gitDigest/v1" },
      undefined,
      "NORMALISATION_UNSUPPORTED",
    ],
    ["no value", { ...good, value: "" }, undefined, "DIGEST_MALFORMED"],
    ["blanks around its value", { ...good, value: ` ${good.value} ` }, undefined, "DIGEST_MALFORMED"],
    [
      "half of what says that there is none",
      { ...excluded, normalisationAlgorithm: "genericBlobDigest/v1" },
      undefined,
      "HASH_UNSUPPORTED",
    ],
    [
      "an artifact in an archive that cannot be read",
      { ...good, normalisationAlgorithm: "ociArtifactDigest/v1" },
      ARTIFACT_SET,
      "ARTIFACT_SET_MALFORMED",
    ],
  ])("%s: is an error with signatures, and a finding without", async (_, digest, mediaType, code) => {
    const { inputs } = await startShop(digest, mediaType);
    for (const command of ["verify", "download", "transfer"] as const) {
      const [output, target] = [join(temporaryFolder(), "output"), join(temporaryFolder(), "archive")];
      const places = { verify: {}, download: { output }, transfer: { target } }[command];
      expect(codesOf(await runCommand(command, { ...inputs, ...places }))).toEqual([code]);
      expect(existsSync(target) || existsSync(output)).toBe(false);
      const unsigned = await runCommand(command, { ...inputs, ...places, signatures: "" });
      expect(unsigned.errors).toEqual([]);
      expect(findingsOf(unsigned)).toContainEqual(
        expect.stringMatching(/^CONTENT_UNCHECKED Not compared with any digest: note of acme\.org\/shop:1\.0\.0 \(/),
      );
    }
  });
});

test("a digest in capitals is the same digest", async () => {
  const { inputs } = await startShop({ ...good, value: String(good.value).toUpperCase() });
  expect(await runCommand("verify", inputs)).toEqual({ errors: [], findings: [] });
});

/** A signed shop whose note is pinned by SHA-512, while its access leads to other bytes. */
async function startExchanged(registry: FakeRegistry, more: ComponentOptions = {}) {
  const [note, evil] = [registry.addBlob(HOME, NOTE), registry.addBlob(HOME, EVIL)];
  const digest = digestOfBytes(NOTE, "genericBlobDigest/v1", "SHA-512");
  const shop = signed({ path: "ocm", ...more, resources: [resource("note", local(note.digest), { digest })] });
  addComponentVersion(registry, {
    ...shop,
    layers: [evil],
    resources: [resource("note", local(evil.digest), { digest })],
  });
  return { note, evil, inputs: inputsFor(registry) };
}

test("a blob that only claims to be an archive of an artifact is pinned by its bytes all the same", async () => {
  const registry = await startFakeRegistry();
  const blob = registry.addBlob(HOME, "no archive at all", ARTIFACT_SET);
  const digest = digestOfBytes("no archive at all", "genericBlobDigest/v1", "SHA-512");
  const resources = [resource("note", local(blob.digest, ARTIFACT_SET), { digest })];
  addComponentVersion(registry, signed({ path: "ocm", resources, layers: [blob] }));
  expect(await runCommand("verify", inputsFor(registry))).toEqual({ errors: [], findings: [] });
});

describe("content that is pinned by another algorithm than that it is stored by", () => {
  test("is never sent whole where it is another", async () => {
    const [registry, target] = [await startFakeRegistry(), await startFakeRegistry()];
    const { evil, inputs } = await startExchanged(registry);
    const result = await runCommand("transfer", { ...inputs, target: `${target.origin}/moved` });
    expect(codesOf(result)).toEqual(["ARTIFACT_DIGEST_DIFFERS"]);
    expect(target.repositories().filter((name) => target.blob(name, evil.digest) !== undefined)).toEqual([]);
  });

  test("is read from the source where the target has a blob of that name", async () => {
    // The source is the slower one: nothing but the comparison keeps the manifests back.
    const [registry, target] = [await startFakeRegistry({ latency: 100 }), await startFakeRegistry()];
    const { evil, inputs } = await startExchanged(registry);
    target.addBlob("moved/component-descriptors/acme.org/shop", EVIL);
    const result = await runCommand("transfer", { ...inputs, target: `${target.origin}/moved` });
    expect(codesOf(result)).toEqual(["ARTIFACT_DIGEST_DIFFERS"]);
    const read = registry.requests.filter(
      ({ method, reference, headers }) => method === "GET" && reference === evil.digest && headers.range === undefined,
    );
    expect(read).toHaveLength(1);
    expect(reachableBytes(target).includes(EVIL)).toBe(false);
  });

  test("is read where source and target are one registry, and the blob is mounted", async () => {
    const registry = await startFakeRegistry();
    const { inputs } = await startExchanged(registry);
    const result = await runCommand("transfer", { ...inputs, target: `${registry.origin}/moved` });
    expect(codesOf(result)).toEqual(["ARTIFACT_DIGEST_DIFFERS"]);
    expect(registry.tags("moved/component-descriptors/acme.org/shop")).toEqual({});
    expect(reachableBytes(registry).includes(EVIL)).toBe(false);
  });

  test("is compared for each resource, though two have the same blob", async () => {
    const registry = await startFakeRegistry();
    const evil = registry.addBlob(HOME, EVIL);
    const [right, wrong] = [EVIL, NOTE].map((text) => ({
      digest: digestOfBytes(text, "genericBlobDigest/v1", "SHA-512"),
    }));
    const resources = [resource("right", local(evil.digest), right), resource("wrong", local(evil.digest), wrong)];
    addComponentVersion(registry, signed({ path: "ocm", resources, layers: [evil] }));
    for (const [command, place] of [
      ["verify", {}],
      ["transfer", { target: join(temporaryFolder(), "archive") }],
    ] as const) {
      const { errors } = await runCommand(command, { ...inputsFor(registry), ...place });
      expect(errors).toEqual([expect.stringMatching(/^ARTIFACT_DIGEST_DIFFERS: resource wrong:1\.0\.0 /)]);
    }
  });
});

test("two resources of one identity are compared each with its own digest", async () => {
  const registry = await startFakeRegistry();
  const [note, evil] = [registry.addBlob(HOME, NOTE), registry.addBlob(HOME, EVIL)];
  const twins = [0, 1].map(() => resource("note", local(note.digest), { digest: good }));
  const shop = signed({ path: "ocm", resources: twins });
  const resources = shop.resources?.map((twin, at) => ({ ...twin, access: local((at === 0 ? note : evil).digest) }));
  addComponentVersion(registry, { ...shop, resources: resources ?? [], layers: [note, evil] });
  const target = join(temporaryFolder(), "archive");
  expect(codesOf(await runCommand("transfer", { ...inputsFor(registry), target }))).toEqual([
    "ARTIFACT_DIGEST_DIFFERS",
  ]);
  expect(existsSync(target)).toBe(false);
});

test("a copy that was changed at the target, and is left as it is, does not pass for verified", async () => {
  const [registry, target] = [await startFakeRegistry(), await startFakeRegistry()];
  const image = addImage(registry, "images/shop", { tag: "1" });
  const access = { type: "ociArtifact", imageReference: `${registry.origin}/images/shop:1` };
  const note = registry.addBlob(HOME, NOTE);
  const pin = artifactDigest(image);
  const resources = [resource("image", access, pin), resource("note", local(note.digest), { digest: good })];
  addComponentVersion(registry, signed({ path: "ocm", resources, layers: [note] }));
  // The target has the image by value, which is why it keeps its manifest; the note there is another one.
  const home = "moved/component-descriptors/acme.org/shop";
  const [kept, evil] = [addImage(target, home), target.addBlob(home, EVIL)];
  const changed = [local(kept.digest, kept.mediaType), local(evil.digest)];
  const there = signed({ path: "moved", resources });
  addComponentVersion(target, {
    ...there,
    resources: (there.resources ?? []).map((each, at) => ({ ...each, access: changed[at] })),
    layers: [evil],
    natives: [kept],
  });
  const inputs = { ...inputsFor(registry), "copy-resources": "false", target: `${target.origin}/moved` };
  expect(codesOf(await runCommand("transfer", inputs))).toEqual(["READ_BACK_DIFFERS"]);
});

describe("several component versions at once", () => {
  async function selectionOf(...versions: readonly ComponentOptions[]) {
    const place = await startPlace("folder");
    for (const version of versions) addComponentVersion(place, version);
    const key = join(temporaryFolder(), "key.pem");
    writeFileSync(key, publicKeyPem);
    const lines = versions.map(({ name = "acme.org/shop" }) => `${place.reference()}//${name}:1.0.0`);
    return { "component-versions": lines.join("\n"), signatures: `acme=${key}` };
  }
  const leaf: ComponentOptions = { name: "acme.org/leaf" };
  const root = signed({ more: { componentReferences: [pinnedReference("leaf", leaf)] } });

  test("verify where those that are signed pin the others", async () => {
    expect(await runCommand("verify", await selectionOf(root, leaf))).toEqual({ errors: [], findings: [] });
  });

  test("do not where one of them is neither signed nor pinned", async () => {
    const inputs = await selectionOf(root, leaf, { name: "acme.org/other" });
    expect(codesOf(await runCommand("verify", inputs))).toEqual(["SIGNATURE_UNKNOWN"]);
  });
});
