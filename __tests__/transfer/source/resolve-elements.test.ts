import { describe, expect, test } from "@jest/globals";
import { TransferError, throwAll } from "../../../src/errors/transfer-error.ts";
import { DOCKER_MANIFEST } from "../../../src/oci/descriptor.ts";
import { sha256 } from "../../../src/oci/digest.ts";
import { readComponentVersion } from "../../../src/ocm/repository/component-version.ts";
import {
  type ResolvedElement,
  type ResolveOptions,
  resolveElements,
} from "../../../src/transfer/source/resolve-elements.ts";
import {
  addComponentVersion,
  addImage,
  addIndex,
  artifactDigest,
  type ComponentOptions,
  resource,
} from "../../../testing/content/content.ts";
import { createMemoryRegistry, type MemoryRegistry } from "../../../testing/content/memory-registry.ts";

const ARTIFACT_SET = "application/vnd.oci.image.manifest.v1+tar+gzip";
const HOME = "component-descriptors/acme.org/shop";

interface Scene {
  /** Where the component version lies, below `home`. */
  readonly home: MemoryRegistry;
  /** What `far.test` in an absolute reference leads to. */
  readonly far: MemoryRegistry;
}

function scene(): Scene {
  return { home: createMemoryRegistry("home.test"), far: createMemoryRegistry("far.test") };
}

async function survey({ home, far }: Scene, component: ComponentOptions, options: Partial<ResolveOptions> = {}) {
  addComponentVersion(home, component);
  const from = { registry: home, path: component.path ?? "", display: "home.test" };
  const version = await readComponentVersion(from, "acme.org/shop", "1.0.0");
  const registryAt: ResolveOptions["registryAt"] = ({ host }) => {
    if (host === "far.test") return far;
    if (host === "home.test") return home;
    throw new Error(`nobody knows ${host}`);
  };
  const surveyed = await resolveElements(version, { copyResources: true, copySources: true, registryAt, ...options });
  throwAll(surveyed.errors);
  return surveyed;
}

async function one(
  given: Scene,
  component: ComponentOptions,
  options: Partial<ResolveOptions> = {},
): Promise<ResolvedElement> {
  const { items } = await survey(given, component, options);
  expect(items).toHaveLength(1);
  return items[0] as ResolvedElement;
}

const absolute = (reference: string) => ({ type: "ociArtifact", imageReference: `far.test/${reference}` });
const relative = (reference: string) => ({ type: "relativeOciReference", reference });

describe("local blobs", () => {
  test("a layer of the component manifest", async () => {
    const given = scene();
    const blob = given.home.addBlob(HOME, "text", "text/plain");
    const access = { type: "localBlob", localReference: blob.digest, mediaType: "text/plain" };
    const item = await one(given, { resources: [resource("readme", access)], layers: [blob] });
    expect(item).toMatchObject({ kind: "blob", blobs: [blob] });
  });

  test("several layers, as v1 splits large blobs", async () => {
    const given = scene();
    const blobs = ["one", "two"].map((text) => given.home.addBlob(HOME, text));
    const localReference = blobs.map(({ digest }) => digest).join(", ");
    const access = { type: "localBlob", localReference, mediaType: "text/plain" };
    expect(await one(given, { resources: [resource("big", access)], layers: blobs })).toMatchObject({
      kind: "blob",
      blobs,
    });
  });

  /** A blob of this media type, pinned to other content. */
  function pinned(mediaType: string, normalisationAlgorithm: string): Promise<ResolvedElement> {
    const given = scene();
    const blob = given.home.addBlob(HOME, "text", "text/plain");
    const access = { type: "localBlob", localReference: blob.digest, mediaType };
    const digest = { hashAlgorithm: "SHA-256", normalisationAlgorithm, value: "0".repeat(64) };
    return one(given, { resources: [resource("readme", access, { digest })], layers: [blob] });
  }

  test.each(["genericBlobDigest/v1", "ociArtifactDigest/v1", "ociArtefactDigest/v1"])(
    "a blob that is pinned to other content by %s is refused",
    async (normalisationAlgorithm) => {
      await expect(pinned("text/plain", normalisationAlgorithm)).rejects.toMatchObject({
        code: "ARTIFACT_DIGEST_DIFFERS",
      });
    },
  );

  test("an archive that is pinned to a manifest is not compared before it is read", async () => {
    const item = await pinned(ARTIFACT_SET, "ociArtifactDigest/v1");
    expect(item).toMatchObject({ kind: "blob", verdict: { kind: "incomparable" } });
  });

  test("one that the component manifest does not list", async () => {
    const given = scene();
    const blob = given.home.addBlob(HOME, "text");
    const access = { type: "localBlob", localReference: blob.digest, mediaType: "text/plain" };
    await expect(one(given, { resources: [resource("x", access)] })).rejects.toMatchObject({ code: "BLOB_UNKNOWN" });
  });

  test("one whose reference is none", async () => {
    const access = { type: "localBlob", localReference: "../../x", mediaType: "text/plain" };
    await expect(one(scene(), { resources: [resource("x", access)] })).rejects.toMatchObject({
      code: "DIGEST_MALFORMED",
    });
  });

  test.each<[string | undefined, { repository: string; tag: string | undefined }]>([
    ["images/app:2", { repository: "images/app", tag: "2" }],
    [`images/app:2@${sha256("x")}`, { repository: "images/app", tag: "2" }],
    ["base/images/app:2", { repository: "images/app", tag: "2" }],
    ["base/x", { repository: "x", tag: undefined }],
    ["Not A Reference", { repository: "acme.org/shop/my-image", tag: undefined }],
    [undefined, { repository: "acme.org/shop/my-image", tag: undefined }],
  ])("a native manifest with the hint %s", async (referenceName, name) => {
    const given = scene();
    const image = addImage(given.home, `base/${HOME}`, { mediaType: DOCKER_MANIFEST });
    const access = { type: "localBlob", localReference: image.digest, mediaType: "whatever", referenceName };
    const resources = [resource("My_Image", access, artifactDigest(image))];
    const item = await one(given, { path: "base", resources, natives: [image] });
    expect(item).toMatchObject({ kind: "artifact", name, graph: { root: image } });
  });

  test("a native manifest that no index lists is known by its media type", async () => {
    const given = scene();
    const image = addImage(given.home, HOME);
    const access = { type: "localBlob", localReference: image.digest, mediaType: image.mediaType };
    expect(await one(given, { resources: [resource("x", access)] })).toMatchObject({
      kind: "artifact",
      graph: { root: image },
    });
  });

  test("they come along where resources are left by reference", async () => {
    const given = scene();
    const blob = given.home.addBlob(HOME, "text");
    const access = { type: "localBlob", localReference: blob.digest, mediaType: "text/plain" };
    const component = { resources: [resource("x", access)], layers: [blob] };
    expect(await one(given, component, { copyResources: false })).toMatchObject({ kind: "blob" });
  });
});

describe("absolute references", () => {
  test("an index by its tag, with everything below it", async () => {
    const given = scene();
    const index = addIndex(given.far, "images/app", [addImage(given.far, "images/app")], { tag: "2" });
    const item = await one(given, { resources: [resource("app", absolute("images/app:2"))] });
    expect(item).toMatchObject({
      kind: "artifact",
      name: { repository: "images/app", tag: "2" },
      graph: { root: index },
    });
    expect(item.kind === "artifact" && item.graph.nodes.length).toBe(4);
    // Without a digest there is nothing that could tell whether the same is at home.
    expect(given.home.asked).toEqual([`${HOME}:1.0.0`]);
  });

  test("the digest wins over the tag beside it", async () => {
    const given = scene();
    const image = addImage(given.far, "images/app", { tag: "1" });
    addImage(given.far, "images/app", { tag: "2", layers: ["other"] });
    const access = absolute(`images/app:2@${image.digest}`);
    expect(await one(given, { resources: [resource("app", access)] })).toMatchObject({
      name: { repository: "images/app", tag: "2" },
      graph: { root: image },
    });
  });

  test("a tag that was moved does not matter where what was signed is still there", async () => {
    const given = scene();
    const signed = addImage(given.far, "images/app");
    addImage(given.far, "images/app", { tag: "2", layers: ["other"] });
    const resources = [resource("app", absolute("images/app:2"), artifactDigest(signed))];
    expect(await one(given, { resources })).toMatchObject({ name: { tag: "2" }, graph: { root: signed } });
  });

  test("a tag that was moved is refused where what was signed is gone", async () => {
    const given = scene();
    const signed = addImage(createMemoryRegistry(), "images/app");
    addImage(given.far, "images/app", { tag: "2", layers: ["other"] });
    const resources = [resource("app", absolute("images/app:2"), artifactDigest(signed))];
    await expect(one(given, { resources })).rejects.toMatchObject({
      code: "ARTIFACT_DIGEST_DIFFERS",
      where: "resource app:1.0.0 of acme.org/shop:1.0.0",
    });
  });

  test("a reference by digest that contradicts the resource's own is refused", async () => {
    const given = scene();
    const [signed, other] = [addImage(given.far, "app"), addImage(given.far, "app", { layers: ["other"] })];
    const resources = [resource("app", absolute(`app@${signed.digest}`), artifactDigest(other))];
    await expect(one(given, { resources })).rejects.toMatchObject({ code: "ARTIFACT_DIGEST_DIFFERS" });
  });

  /** An image with a digest of these algorithms that is not its own. */
  function pinned(hashAlgorithm: string, normalisationAlgorithm: string): Promise<ResolvedElement> {
    const given = scene();
    addImage(given.far, "app", { tag: "1" });
    const digest = { hashAlgorithm, normalisationAlgorithm, value: "0".repeat(64) };
    return one(given, { resources: [resource("app", absolute("app:1"), { digest })] });
  }

  test.each([
    ["an old spelling of the algorithms", "sha256", "ociArtefactDigest/v1"],
    ["the digest that v2 writes for manifests too", "SHA-256", "genericBlobDigest/v1"],
  ])("a manifest is pinned by %s", async (_, hashAlgorithm, normalisationAlgorithm) => {
    await expect(pinned(hashAlgorithm, normalisationAlgorithm)).rejects.toMatchObject({
      code: "ARTIFACT_DIGEST_DIFFERS",
    });
  });

  test.each([
    ["a digest that is too short", "SHA-512", "ociArtifactDigest/v1"],
    ["a digest that is left out", "NO-DIGEST", "EXCLUDE-FROM-SIGNATURE"],
    ["an unknown algorithm", "SHA3", "ociArtifactDigest/v1"],
  ])("a manifest is not pinned by %s", async (_, hashAlgorithm, normalisationAlgorithm) => {
    expect(await pinned(hashAlgorithm, normalisationAlgorithm)).toMatchObject({ kind: "artifact" });
  });

  test("the component's own registry is asked first: the far name may be a port-forward of long ago", async () => {
    const given = scene();
    const image = addImage(given.home, "images/app");
    const resources = [
      resource("app", { type: "ociArtifact", imageReference: `localhost:9999/images/app:2@${image.digest}` }),
    ];
    const item = await one(given, { resources }, { registryAt: () => given.far });
    expect(item).toMatchObject({ kind: "artifact", name: { repository: "images/app", tag: "2" } });
    expect(item.kind === "artifact" && item.graph.from.name).toBe("images/app");
    expect(given.far.asked).toEqual([]);
  });

  test("at home it is looked for by what the descriptor pins, where the reference says no digest", async () => {
    const given = scene();
    const image = addImage(given.home, "images/app");
    const resources = [resource("app", absolute("images/app:2"), artifactDigest(image))];
    expect(await one(given, { resources })).toMatchObject({ name: { tag: "2" }, graph: { root: image } });
    expect(given.far.asked).toEqual([]);
  });

  test.each(["MANIFEST_UNKNOWN", "UNAUTHORIZED", "DENIED"] as const)(
    "%s at home leads to the far registry",
    async (code) => {
      const given = scene();
      const image = addImage(given.far, "images/app");
      given.home.refuse("images/app", new TransferError(code, "no"));
      const resources = [resource("app", absolute(`images/app@${image.digest}`))];
      expect(await one(given, { resources })).toMatchObject({ kind: "artifact" });
      expect(given.far.asked).toEqual([`images/app@${image.digest}`]);
    },
  );

  test("a registry at home that is out of order stops the transfer", async () => {
    const given = scene();
    const image = addImage(given.far, "images/app");
    given.home.refuse("images/app", new TransferError("REGISTRY_UNAVAILABLE", "no"));
    const resources = [resource("app", absolute(`images/app@${image.digest}`))];
    await expect(one(given, { resources })).rejects.toMatchObject({ code: "REGISTRY_UNAVAILABLE" });
  });

  test("one that nobody has is unknown", async () => {
    await expect(one(scene(), { resources: [resource("app", absolute("app:1"))] })).rejects.toMatchObject({
      code: "MANIFEST_UNKNOWN",
    });
  });

  test("one that is no reference", async () => {
    await expect(one(scene(), { resources: [resource("app", absolute("App:1"))] })).rejects.toMatchObject({
      code: "REFERENCE_MALFORMED",
    });
  });
});

describe("relative references", () => {
  test("below the component's own host", async () => {
    const given = scene();
    const image = addImage(given.home, "images/app", { tag: "2" });
    const item = await one(given, { resources: [resource("app", relative("images/app:2"))] });
    expect(item).toMatchObject({ name: { repository: "images/app", tag: "2" }, graph: { root: image } });
  });

  test("by digest, whatever the tag beside it says", async () => {
    const given = scene();
    const image = addImage(given.home, "images/app");
    addImage(given.home, "images/app", { tag: "2", layers: ["other"] });
    const resources = [resource("app", relative(`images/app:2@${image.digest}`))];
    expect(await one(given, { resources })).toMatchObject({ name: { tag: "2" }, graph: { root: image } });
  });

  test("by the digest that the descriptor pins, wherever the tag has gone since", async () => {
    const given = scene();
    const signed = addImage(given.home, "images/app");
    addImage(given.home, "images/app", { tag: "2", layers: ["other"] });
    const resources = [resource("app", relative("images/app:2"), artifactDigest(signed))];
    expect(await one(given, { resources })).toMatchObject({ name: { tag: "2" }, graph: { root: signed } });
  });

  test("left by reference they would point nowhere, so they are copied always", async () => {
    const given = scene();
    addImage(given.home, "images/app", { tag: "2" });
    const component = { resources: [resource("app", relative("images/app:2"))] };
    expect(await one(given, component, { copyResources: false })).toMatchObject({ kind: "artifact" });
  });

  test("under the path that the component version has moved to since", async () => {
    const given = scene();
    const image = addImage(given.home, "now/images/app", { tag: "2" });
    const item = await one(given, {
      path: "now",
      resources: [resource("app", relative("then/images/app:2"), artifactDigest(image))],
      repositoryContexts: [{ type: "OCIRegistry", baseUrl: "x", subPath: "then" }, { type: "OCIRegistry" }],
    });
    expect(item).toMatchObject({ name: { repository: "images/app", tag: "2" }, graph: { root: image } });
    expect(item.kind === "artifact" && item.graph.from.name).toBe("now/images/app");
  });

  test("one that no repository has is named with a remedy", async () => {
    const surveyed = one(scene(), { resources: [resource("app", relative("images/app:2"))] });
    await expect(surveyed).rejects.toMatchObject({
      code: "ARTIFACT_UNKNOWN",
      message: expect.stringContaining("home.test has no images/app:2"),
      remedy: expect.stringContaining("transfer the component version again"),
    });
  });

  test.each(["/images/app:1", "host:5000/images/app:1", "../app:1"])(
    "%s is no relative reference",
    async (reference) => {
      await expect(one(scene(), { resources: [resource("app", relative(reference))] })).rejects.toMatchObject({
        code: "REFERENCE_MALFORMED",
      });
    },
  );
});

test.each([
  ["its own path", "base", [], "base/images/app", "images/app"],
  ["a path that it once had", "", [{ subPath: "old/path" }], "old/path/images/app", "images/app"],
  ["its own path before an old one", "base", [{ subPath: "base/x" }], "base/x/app", "x/app"],
  ["no path that only begins alike", "base", [], "baseline/app", "baseline/app"],
  ["a path once only", "base", [], "base/base/app", "base/app"],
])("names do not pile up: %s", async (_, path, repositoryContexts, repository, expected) => {
  const given = scene();
  const image = addImage(given.far, repository, { tag: "1" });
  const resources = [resource("app", absolute(`${repository}:1`))];
  const item = await one(given, { path, repositoryContexts, resources });
  expect(item).toMatchObject({ name: { repository: expected, tag: "1" }, graph: { root: image } });
});

describe("what is kept by reference", () => {
  test("types that are not followed", async () => {
    const item = await one(scene(), { resources: [resource("code", { type: "gitHub/v1", commit: "c0ffee" })] });
    expect(item).toMatchObject({ kind: "byReference", reason: "commit on GitHub stays a reference" });
  });

  test.each([
    [true, true, ["artifact", "artifact"]],
    [true, false, ["artifact", "byReference"]],
    [false, true, ["byReference", "artifact"]],
    [false, false, ["byReference", "byReference"]],
  ])("copy-resources %s, copy-sources %s", async (copyResources, copySources, kinds) => {
    const given = scene();
    addImage(given.far, "app", { tag: "1" });
    const component = {
      resources: [resource("app", absolute("app:1"))],
      sources: [resource("app", absolute("app:1"))],
    };
    const { items } = await survey(given, component, { copyResources, copySources });
    expect(items.map(({ kind }) => kind)).toEqual(kinds);
    expect(items.map(({ element }) => element.kind)).toEqual(["resource", "source"]);
  });

  test("what is kept is not asked for", async () => {
    const given = scene();
    await survey(given, { resources: [resource("app", absolute("app:1"))] }, { copyResources: false });
    expect(given.far.asked).toEqual([]);
  });
});
