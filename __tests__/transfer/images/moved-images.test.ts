import { expect, test } from "@jest/globals";
import type { AccessForm } from "../../../src/ocm/access/access-form.ts";
import {
  deployedImages,
  movedImages,
  neutralReference,
  referenceBelow,
} from "../../../src/transfer/images/moved-images.ts";
import { buildDesired } from "../../../src/transfer/target/desired.ts";
import { addImage, addIndex, resource } from "../../../testing/content/content.ts";
import { createMemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { surveyed } from "../../../testing/product/surveyed.ts";

const HOME = "component-descriptors/acme.org/shop";

async function transferred(form: AccessForm, options: { from?: string; path?: string } = {}) {
  const { from = "home.test", path = "moved" } = options;
  const registry = createMemoryRegistry(from);
  const single = addImage(registry, "app", { tag: "2" });
  const many = addIndex(registry, "many", [addImage(registry, "many", { layers: ["amd64"] })], { tag: "3" });
  const native = addImage(registry, HOME, { layers: ["native"] });
  const text = registry.addBlob(HOME, "text", "text/plain");
  const local = (more: object) => ({
    type: "localBlob",
    localReference: native.digest,
    mediaType: native.mediaType,
    ...more,
  });
  const version = await surveyed(registry, {
    natives: [native],
    layers: [text],
    resources: [
      resource("single", { type: "ociArtifact", imageReference: "https://far.test/app:2" }),
      resource("many", { type: "relativeOciReference", reference: "many:3" }),
      resource("native", local({ referenceName: "app:5" }), { version: "1.0.0+b" }),
      resource("nameless", local({ referenceName: "No Name" }), { version: "1.0.0+b" }),
      resource("text", { type: "localBlob", localReference: text.digest, mediaType: text.mediaType }),
      resource("code", { type: "gitHub" }),
    ],
    sources: [
      { name: "source", version: "1", type: "x", access: { type: "ociArtifact", imageReference: "far.test/app:2" } },
    ],
  });
  const target = { origin: "http://localhost:9999", path };
  const desired = buildDesired(version, { form, target, furtherSignatures: [] });
  return { images: deployedImages(movedImages([desired], { targetPath: path, names: "any" })), single, many, native };
}

test("local blobs: every image of the resources, by digest in the component's repository", async () => {
  const { images, single, many, native } = await transferred("localBlob");
  const common = { component: "acme.org/shop", version: "1.0.0", kind: "resource", repository: HOME, isTagged: false };
  const reference = (host: string, repository: string, tag?: string, digest?: string) => ({
    host,
    repository,
    tag,
    digest,
    scheme: host === "far.test" ? "https" : undefined,
    text: `${host}/${repository}${tag === undefined ? "" : `:${tag}`}${digest === undefined ? "" : `@${digest}`}`,
  });
  expect(images).toEqual([
    { ...common, name: "many", before: reference("home.test", "many", "3"), tag: "3", digest: many.digest },
    {
      ...common,
      name: "nameless",
      before: reference("home.test", HOME, undefined, native.digest),
      tag: "1.0.0.build-b",
      digest: native.digest,
    },
    {
      ...common,
      name: "native",
      before: reference("home.test", HOME, undefined, native.digest),
      tag: "5",
      digest: native.digest,
    },
    { ...common, name: "single", before: reference("far.test", "app", "2"), tag: "2", digest: single.digest },
  ]);
});

test.each<[AccessForm, string]>([
  ["relativeOciReference", "moved"],
  ["ociArtifact", "moved"],
  ["ociArtifact", ""],
])("%s below %j: in repositories of their own, with their tags", async (form, path) => {
  const { images, single } = await transferred(form, { path });
  const found = images.find(({ name }) => name === "single");
  expect(found).toMatchObject({ repository: "app", tag: "2", isTagged: true, digest: single.digest });
});

test("what was local to an archive had no name", async () => {
  const { images } = await transferred("localBlob", { from: "/archives/shop" });
  expect(images.map(({ name, before }) => [name, before?.host])).toEqual([
    ["many", undefined],
    ["nameless", undefined],
    ["native", undefined],
    ["single", "far.test"],
  ]);
});

test("the new name is free of host and path until a consumer adds theirs", async () => {
  const { images, many } = await transferred("localBlob");
  const [image] = images;
  if (image === undefined) throw new Error("there is no image");
  expect(neutralReference(image)).toBe(`${HOME}@${many.digest}`);
  expect(referenceBelow("registry.corp/ocm", image)).toBe(`registry.corp/ocm/${HOME}@${many.digest}`);
});
