import { expect, test } from "@jest/globals";
import { parse } from "yaml";
import { sha256 } from "../../../src/oci/digest.ts";
import { parseYaml } from "../../../src/ocm/descriptor/yaml.ts";
import { helmValues } from "../../../src/transfer/images/helm-values.ts";
import { moved } from "../moved.ts";

const SHOP = "registry.corp/ocm/component-descriptors/acme.org/shop";

test("each image by the name of its resource, as charts take it", () => {
  const text = helmValues([moved("frontend", "far.test/app:1.4", { tag: "1.4" })], "registry.corp/ocm");
  const digest = sha256("frontend");
  expect(parse(text)).toEqual({
    images: { frontend: { repository: SHOP, tag: "1.4", digest, pinnedTag: `1.4@${digest}` } },
  });
  expect(text).toMatch(/^# Images/);
  expect(text).not.toContain("%YAML");
});

test.each(["1.0", "1e3", "0x1f", "010", "yes", "null", "1_000", "1:30", "2020-01-01", "~"])(
  "%j stays a string for readers of YAML 1.1 and 1.2, as tag and as name",
  (odd) => {
    const text = helmValues([moved(odd, undefined, { tag: odd })], "registry.corp/ocm");
    for (const read of [parse, parseYaml, (yaml: string) => parse(yaml, { version: "1.1" })]) {
      expect(read(text)).toMatchObject({ images: { [odd]: { tag: odd } } });
    }
  },
);

test("names that several have get as much in front of them as tells them apart", () => {
  const images = [
    moved("app", undefined),
    moved("app", undefined, { component: "acme.org/cart" }),
    moved("db", undefined),
    moved("db", undefined, { version: "2.0.0" }),
    moved("web", undefined, { content: "amd64" }),
    moved("web", undefined, { content: "arm64" }),
    moved("alone", undefined),
  ];
  expect(Object.keys(parse(helmValues(images, "registry.corp/ocm")).images)).toEqual([
    "acme.org/shop/app",
    "acme.org/cart/app",
    "acme.org/shop:1.0.0/db",
    "acme.org/shop:2.0.0/db",
    `acme.org/shop:1.0.0/web@${sha256("amd64")}`,
    `acme.org/shop:1.0.0/web@${sha256("arm64")}`,
    "alone",
  ]);
});

test("without images, the map is empty", () => {
  expect(parse(helmValues([], "registry.corp/ocm"))).toEqual({ images: {} });
});
