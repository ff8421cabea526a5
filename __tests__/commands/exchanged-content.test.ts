import { existsSync, readdirSync, writeFileSync } from "node:fs";
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
import { bytesBelow, reachableBytes } from "../../testing/content/places.ts";
import { blobDigest, digestOfBytes, publicKeyPem, signed, withNestedDigests } from "../../testing/content/signed.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { type CommandResult, runCommand } from "../../testing/product/run-command.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { withParts } from "../../testing/real/parts.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const HOME = "ocm/component-descriptors/acme.org/shop";
const MARKER = "the bytes of somebody else";
const NOTE = "a note that was signed";

/** The signed component version with another access of its first resource: no part of an access is signed. */
function withAccess(options: ComponentOptions, access: object, more: ComponentOptions = {}): ComponentOptions {
  const [first, ...others] = options.resources ?? [];
  return { ...options, ...more, resources: [{ ...first, access }, ...others] };
}

const local = (localReference: string, mediaType = "text/plain") => ({ type: "localBlob", localReference, mediaType });

/** Fills the registry with a signed component version that was changed where no signature looks. */
const EXCHANGES: Readonly<Record<string, (registry: FakeRegistry) => void>> = {
  "a blob pinned by SHA-256, by a local reference of another algorithm"(registry) {
    const good = registry.addBlob(HOME, NOTE);
    const evil = registry.addBlob(HOME, MARKER, "text/plain", "sha512");
    const shop = signed({ path: "ocm", resources: [resource("note", local(good.digest), blobDigest(good))] });
    addComponentVersion(registry, withAccess(shop, local(evil.digest), { layers: [evil as never] }));
  },
  "a blob pinned by SHA-256, by a list of chunks"(registry) {
    const good = registry.addBlob(HOME, NOTE);
    const chunks = [MARKER, " and more"].map((text) => registry.addBlob(HOME, text));
    const shop = signed({ path: "ocm", resources: [resource("note", local(good.digest), blobDigest(good))] });
    const list = local(chunks.map(({ digest }) => digest).join(","));
    addComponentVersion(registry, withAccess(shop, list, { layers: chunks }));
  },
  "an image, by a local blob"(registry) {
    const image = addImage(registry, HOME);
    const evil = registry.addBlob(HOME, MARKER);
    const access = local(image.digest, OCI_MANIFEST);
    const shop = signed({ path: "ocm", resources: [resource("image", access, artifactDigest(image))] });
    addComponentVersion(registry, withAccess(shop, local(evil.digest), { layers: [evil] }));
  },
  "an image, by a blob of a registry"(registry) {
    const image = addImage(registry, HOME);
    const { digest, size } = registry.addBlob("evil/blobs", MARKER);
    const access = local(image.digest, OCI_MANIFEST);
    const shop = signed({ path: "ocm", resources: [resource("image", access, artifactDigest(image))] });
    const ociBlob = { type: "ociBlob", ref: `${registry.origin}/evil/blobs`, digest, size };
    addComponentVersion(registry, withAccess(shop, ociBlob));
  },
  "an image, by a reference with a digest of another algorithm"(registry) {
    const image = addImage(registry, "images/good", { tag: "1" });
    const layers = [registry.addBlob("images/good", MARKER, "application/vnd.oci.image.layer.v1.tar")];
    const config = registry.addBlob("images/good", "{}", "application/vnd.oci.image.config.v1+json");
    const document = { schemaVersion: 2, mediaType: OCI_MANIFEST, config, layers };
    const evil = registry.addManifest("images/good", document, { algorithm: "sha512" });
    const name = `${registry.origin}/images/good`;
    const access = { type: "ociArtifact", imageReference: `${name}:1` };
    const shop = signed({ path: "ocm", resources: [resource("image", access, artifactDigest(image))] });
    addComponentVersion(registry, withAccess(shop, { ...access, imageReference: `${name}:1@${evil.digest}` }));
  },
  "a blob, in a component version signed with SHA-512"(registry) {
    const [good, evil] = [registry.addBlob(HOME, NOTE), registry.addBlob(HOME, MARKER)];
    const digest = digestOfBytes(NOTE, "genericBlobDigest/v1", "SHA-512");
    const resources = [resource("note", local(good.digest), { digest })];
    const shop = signed({ path: "ocm", resources }, { hashAlgorithm: "SHA-512" });
    addComponentVersion(registry, withAccess(shop, local(evil.digest), { layers: [evil] }));
  },
  "a blob below a root that was signed in mode top"(registry) {
    const cartHome = "ocm/component-descriptors/acme.org/cart";
    const [good, evil] = [registry.addBlob(cartHome, NOTE), registry.addBlob(cartHome, MARKER)];
    const cart = { name: "acme.org/cart", path: "ocm", resources: [resource("note", local(good.digest))] };
    const root = { path: "ocm", references: ["acme.org/cart:1.0.0"] };
    addComponentVersion(registry, signed(withNestedDigests(root, cart, { note: digestOfBytes(NOTE) })));
    addComponentVersion(registry, withAccess(cart, local(evil.digest), { layers: [evil] }));
  },
};

function inputsFor(registry: FakeRegistry): Record<string, string> {
  const key = join(temporaryFolder(), "key.pem");
  writeFileSync(key, publicKeyPem);
  return {
    "component-versions": `${registry.origin}/ocm//acme.org/shop:1.0.0`,
    recursive: "true",
    signatures: `acme=${key}`,
  };
}

const codesOf = ({ errors }: CommandResult) => errors.map((error) => error.split(":")[0]);

describe.each(Object.entries(EXCHANGES))("S7, V1: content exchanged behind an intact signature: %s", (_, exchange) => {
  test("is an error of verify", async () => {
    const registry = await startFakeRegistry();
    exchange(registry);
    expect(codesOf(await runCommand("verify", inputsFor(registry)))).toEqual(["ARTIFACT_DIGEST_DIFFERS"]);
  });

  test("is not downloaded", async () => {
    const registry = await startFakeRegistry();
    exchange(registry);
    const output = temporaryFolder();
    const result = await runCommand("download", { ...inputsFor(registry), output });
    expect(codesOf(result)).toEqual(["ARTIFACT_DIGEST_DIFFERS"]);
    expect(readdirSync(output)).toEqual([]);
  });

  test("reaches no registry", async () => {
    const [registry, target] = [await startFakeRegistry(), await startFakeRegistry()];
    exchange(registry);
    const result = await runCommand("transfer", { ...inputsFor(registry), target: `${target.origin}/moved` });
    expect(codesOf(result)).toEqual(["ARTIFACT_DIGEST_DIFFERS"]);
    expect(target.repositories().flatMap((name) => Object.keys(target.tags(name)))).toEqual([]);
    expect(reachableBytes(target).includes(MARKER)).toBe(false);
  });

  test.each(["archive", "archive.tgz"])("reaches no %s", async (name) => {
    const registry = await startFakeRegistry();
    exchange(registry);
    const target = join(temporaryFolder(), name);
    const result = await runCommand("transfer", { ...inputsFor(registry), target });
    expect(codesOf(result)).toEqual(["ARTIFACT_DIGEST_DIFFERS"]);
    expect(existsSync(target)).toBe(false);
  });

  test("is an error without signatures, too", async () => {
    const registry = await startFakeRegistry();
    exchange(registry);
    const target = join(temporaryFolder(), "archive");
    const result = await runCommand("transfer", { ...inputsFor(registry), signatures: "", target });
    expect(codesOf(result)).toEqual(["ARTIFACT_DIGEST_DIFFERS"]);
    expect(bytesBelow(target).includes(MARKER)).toBe(false);
  });
});

withParts(["docker-registry", "distribution"], "a real registry", () => {
  test.each(["docker-registry", "distribution"] as const)(
    "%s gets no blob whose digest by another algorithm differs",
    async (kind) => {
      const [registry, target] = [await startFakeRegistry(), await startRegistry({ kind })];
      EXCHANGES["a blob, in a component version signed with SHA-512"]?.(registry);
      const result = await runCommand("transfer", { ...inputsFor(registry), target: `${target.origin}/moved` });
      expect(codesOf(result)).toEqual(["ARTIFACT_DIGEST_DIFFERS"]);
      expect(bytesBelow(target.storage).includes(MARKER)).toBe(false);
    },
  );
});

describe("a tag that leads elsewhere than its pin", () => {
  /** `images/shop:1` is another image than the one that was signed, which is there still. */
  async function movedTag() {
    const registry = await startFakeRegistry();
    const good = addImage(registry, "images/shop", { layers: [NOTE] });
    const evil = addImage(registry, "images/shop", { tag: "1", layers: [MARKER] });
    const access = { type: "ociArtifact", imageReference: `${registry.origin}/images/shop:1` };
    addComponentVersion(
      registry,
      signed({ path: "ocm", resources: [resource("image", access, artifactDigest(good))] }),
    );
    return { registry, good, evil };
  }

  test("is an error of verify", async () => {
    const { registry, good, evil } = await movedTag();
    const { errors } = await runCommand("verify", inputsFor(registry));
    expect(errors).toEqual([expect.stringMatching(/^TAG_MOVED: .*images\/shop:1/)]);
    expect(errors[0]).toContain(good.digest);
    expect(errors[0]).toContain(evil.digest);
  });

  test("is left aside by a transfer, which takes what was signed and says so", async () => {
    const { registry, good, evil } = await movedTag();
    const target = join(temporaryFolder(), "archive");
    const given = { ...inputsFor(registry), target, "trust-names": "true" };
    const { errors, findings } = await runCommand("transfer", given);
    expect(errors).toEqual([]);
    expect(findings).toMatchObject([{ code: "TAG_MOVED", message: expect.stringContaining("images/shop:1") }]);
    expect(findings[0]?.message).toContain(good.digest);
    expect(findings[0]?.message).toContain(evil.digest);
    expect(bytesBelow(target).includes(NOTE)).toBe(true);
    expect(bytesBelow(target).includes(MARKER)).toBe(false);
  });

  test("is left aside by a download, too", async () => {
    const { registry } = await movedTag();
    const output = temporaryFolder();
    const { errors, findings } = await runCommand("download", { ...inputsFor(registry), output });
    expect(errors).toEqual([]);
    expect(findings.map(({ code }) => code)).toEqual(["TAG_MOVED"]);
    expect(bytesBelow(output).includes(NOTE)).toBe(true);
    expect(bytesBelow(output).includes(MARKER)).toBe(false);
  });
});
