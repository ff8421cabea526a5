import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { parseArtifactReference, parseImageReference } from "../../../src/oci/reference.ts";
import type { AccessForm } from "../../../src/ocm/access/access-form.ts";
import { kustomizeImages } from "../../../src/transfer/images/kustomize-images.ts";
import { deployedImages, movedImages, referenceBelow } from "../../../src/transfer/images/moved-images.ts";
import { referenceMap } from "../../../src/transfer/images/reference-map.ts";
import { buildDesired } from "../../../src/transfer/target/desired.ts";
import { addImage, resource } from "../../../testing/content/content.ts";
import { createMemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { surveyed } from "../../../testing/product/surveyed.ts";

const HOME = "component-descriptors/acme.org/shop";

test.each<[AccessForm, (digest: string) => string]>([
  ["localBlob", (digest) => `target.test/moved/${HOME}@${digest}`],
  ["relativeOciReference", (digest) => `target.test/moved/app:2@${digest}`],
  ["ociArtifact", (digest) => `target.test/moved/app:2@${digest}`],
])("%s: old references lead to new ones, as deployments write them", async (form, expected) => {
  const registry = createMemoryRegistry("home.test");
  const image = addImage(registry, "app", { tag: "2" });
  const native = addImage(registry, HOME, { layers: ["native"] });
  const text = registry.addBlob(HOME, "text", "text/plain");
  const local = ({ digest, mediaType }: typeof native, more = {}) => ({
    type: "localBlob",
    localReference: digest,
    mediaType,
    ...more,
  });
  const version = await surveyed(registry, {
    natives: [native],
    layers: [text],
    resources: [
      resource("absolute", { type: "ociArtifact", imageReference: "https://far.test/app:2" }),
      resource("relative", { type: "relativeOciReference", reference: "app:2" }),
      resource("native", local(native, { referenceName: "app:2" })),
      resource("text", local(text)),
      resource("code", { type: "gitHub" }),
    ],
  });
  const desired = buildDesired(version, {
    form,
    target: { origin: "http://target.test", path: "moved" },
    furtherSignatures: [],
  });
  const moved = movedImages([desired], { targetPath: "moved", names: "any" });
  const images = referenceMap(moved, { prefix: "target.test/moved", names: "any" });
  expect(images).toEqual({
    "far.test/app:2": expected(image.digest),
    "home.test/app:2": expected(image.digest),
    // It keeps its access, and lies at another host for all that.
    [`home.test/${HOME}@${native.digest}`]: expected(native.digest),
  });
});

test("what stays where it is needs no other name", async () => {
  const registry = createMemoryRegistry("home.test");
  const image = addImage(registry, HOME);
  const access = { type: "localBlob", localReference: image.digest, mediaType: image.mediaType };
  const version = await surveyed(registry, { natives: [image], resources: [resource("app", access)] });
  const desired = buildDesired(version, {
    form: "localBlob",
    target: { origin: "home.test", path: "" },
    furtherSignatures: [],
  });
  const moved = movedImages([desired], { targetPath: "", names: "any" });
  expect(referenceMap(moved, { prefix: "home.test", names: "any" })).toEqual({});
});

/** The names of an image after a transfer, in the output and in the files. */
async function renamed(reference: string, { form = "localBlob" as AccessForm, from = "home.test" } = {}) {
  const registry = createMemoryRegistry(from);
  const [, relative] = /^relative:(.*)$/.exec(reference) ?? [];
  const { repository, tag = "latest" } =
    relative === undefined ? parseImageReference(reference, "here") : parseArtifactReference(relative, "here");
  addImage(registry, repository, { tag });
  const access =
    relative === undefined
      ? { type: "ociArtifact", imageReference: reference }
      : { type: "relativeOciReference", reference: relative };
  const resources = [resource("image", access)];
  const version = await surveyed(registry, { resources });
  const target = { origin: "target.test", path: "moved" };
  const desired = buildDesired(version, { form, target, furtherSignatures: [] });
  const prefix = "target.test/moved";
  const moved = movedImages([desired], { targetPath: "moved", names: "any" });
  const deployed = deployedImages(moved);
  return {
    output: referenceMap(moved, { prefix, names: "any" }),
    references: new Set(deployed.map((image) => referenceBelow(prefix, image))),
    kustomize: (parse(kustomizeImages(deployed, prefix)) as { images: Record<string, string>[] }).images,
  };
}

describe("the output and the files have the same new name for every old one", () => {
  test.each<[string, string]>([
    ["nginx", "nginx"],
    ["nginx:1.27", "nginx:1.27"],
    ["grafana/grafana:12", "grafana/grafana:12"],
    ["docker.io/nginx:1", "docker.io/nginx:1"],
    ["index.docker.io/library/nginx:1", "index.docker.io/library/nginx:1"],
    ["oci://far.test/app:1", "far.test/app:1"],
    ["http://localhost/app:1", "localhost/app:1"],
    ["localhost:5000/app:1", "localhost:5000/app:1"],
    ["[::1]:5000/app:1", "[::1]:5000/app:1"],
    ["FAR.test/app:1", "FAR.test/app:1"],
    ["far.test/app", "far.test/app"],
    ["relative:app:1", "home.test/app:1"],
  ])("%s", async (reference, old) => {
    for (const form of ["localBlob", "ociArtifact", "relativeOciReference"] as const) {
      const { output, references, kustomize } = await renamed(reference, { form });
      expect(Object.keys(output)).toEqual([old]);
      const [renewed = ""] = Object.values(output);
      expect(references).toEqual(new Set([renewed.replace(/:[^:/@]+@/, "@")]));
      expect(kustomize.length).toBeGreaterThan(0);
      expect(new Set(kustomize.map(({ newName, digest }) => `${newName}@${digest}`))).toEqual(references);
    }
  });

  test("a registry without a dot in its name", async () => {
    const { output, references, kustomize } = await renamed("relative:app:1", { from: "registry" });
    expect(Object.keys(output)).toEqual(["registry/app:1"]);
    expect(new Set(kustomize.map(({ newName, digest }) => `${newName}@${digest}`))).toEqual(references);
    expect(kustomize.map(({ name }) => name)).toEqual(["registry/app"]);
  });

  test.each(["/archives/shop", "shop.tgz"])("the archive %s is no host that images are pulled from", async (from) => {
    const { output, references, kustomize } = await renamed("relative:app:1", { from });
    expect(output).toEqual({ "app:1": [...references][0] });
    expect(references.size).toBe(1);
    expect(kustomize).toEqual([]);
  });
});
