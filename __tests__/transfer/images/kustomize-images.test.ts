import { expect, test } from "@jest/globals";
import { parse } from "yaml";
import { sha256 } from "../../../src/oci/digest.ts";
import { kustomizeImages } from "../../../src/transfer/images/kustomize-images.ts";
import { moved } from "../moved.ts";

const SHOP = "registry.corp/ocm/component-descriptors/acme.org/shop";
const images = (...given: Parameters<typeof kustomizeImages>[0]) =>
  parse(kustomizeImages(given, "registry.corp/ocm")).images;

test("a component that renames each image", () => {
  const text = kustomizeImages([moved("b", "far.test/b:2"), moved("a", "far.test:5000/a")], "registry.corp/ocm");
  expect(parse(text)).toEqual({
    apiVersion: "kustomize.config.k8s.io/v1alpha1",
    kind: "Component",
    images: [
      { name: "far.test/b", newName: SHOP, digest: sha256("b") },
      { name: "far.test:5000/a", newName: SHOP, digest: sha256("a") },
    ],
  });
});

test.each([
  ["nginx:1", ["docker.io/library/nginx", "docker.io/nginx", "library/nginx", "nginx"]],
  ["acme/app:1", ["acme/app", "docker.io/acme/app"]],
  ["index.docker.io/acme/app:1", ["acme/app", "docker.io/acme/app", "index.docker.io/acme/app"]],
  ["far.test/library/app:1", ["far.test/library/app"]],
])("%s in every spelling that deployments use", (before, names) => {
  expect(images(moved("a", before)).map(({ name }: { name: string }) => name)).toEqual(names);
});

test("several of one repository are told apart by tag and digest", () => {
  const digest = sha256("x");
  expect(
    images(moved("a", "far.test/app:1"), moved("b", "far.test/app"), moved("c", `far.test/app@${digest}`)),
  ).toEqual(
    [
      { name: "far.test/app:1", newName: SHOP, digest: sha256("a") },
      { name: `far.test/app@${sha256("a")}`, newName: SHOP, digest: sha256("a") },
      { name: "far.test/app:latest", newName: SHOP, digest: sha256("b") },
      { name: `far.test/app@${sha256("b")}`, newName: SHOP, digest: sha256("b") },
      { name: `far.test/app@${digest}`, newName: SHOP, digest: sha256("c") },
    ].sort((one, other) => (one.name < other.name ? -1 : 1)),
  );
});

test("one image in two components leads to the first of its copies", () => {
  const cart = moved("a", "far.test/app:1", { component: "acme.org/cart" });
  expect(images(cart, moved("a", "far.test/app:1"))).toEqual([
    { name: "far.test/app", newName: SHOP.replace("shop", "cart"), digest: sha256("a") },
  ]);
});

test("a tag that became two images is left out, and said so", () => {
  const given = [moved("a", "far.test/app:1"), moved("b", "far.test/app:1"), moved("c", "far.test/app:2")];
  const text = kustomizeImages(given, "registry.corp/ocm");
  expect(text).toContain("# Left out, since it became several images: far.test/app:1\n");
  const names = parse(text).images.map(({ name }: { name: string }) => name);
  expect(names).toContain("far.test/app:2");
  expect(names).not.toContain("far.test/app:1");
  expect(names).not.toContain("far.test/app");
});

test("what had no name is not there", () => {
  expect(images(moved("a", undefined))).toEqual([]);
});
