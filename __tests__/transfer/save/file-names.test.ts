import { describe, expect, test } from "@jest/globals";
import type { Element } from "../../../src/ocm/descriptor/component-descriptor.ts";
import { fileNameOf, fileNames, withExtension } from "../../../src/transfer/save/file-names.ts";

const element = (name: string, extraIdentity: Readonly<Record<string, string>> = {}): Element => ({
  kind: "resource",
  index: 0,
  name,
  version: "1.0.0",
  type: "blob",
  extraIdentity,
  labels: [],
  access: {},
  digest: undefined,
});

const namesOf = (resources: readonly Element[], reserved: readonly string[] = []) => [
  ...fileNames(resources, reserved).values(),
];

describe("names of files", () => {
  test.each<[string, readonly Element[], readonly string[]]>([
    ["the name and the extra identity", [element("web", { arch: "arm64", os: "linux" })], ["web-arm64-linux"]],
    ["one segment of a path", [element("../../a/b\\c")], ["_-..-a-b-c"]],
    ["different in any case", [element("Web"), element("web"), element("WEB")], ["Web", "web-2", "WEB-3"]],
    ["different where identities read alike", [element("a-b"), element("a", { x: "b" })], ["a-b", "a-b-2"]],
    ["different with an extension", [element("chart"), element("chart.tgz")], ["chart", "chart-2.tgz"]],
    ["different from the provenance of another", [element("c"), element("c.tgz.prov")], ["c", "c-2.tgz.prov"]],
    ["left alone where only their extensions differ", [element("a.yaml"), element("a.json")], ["a.yaml", "a.json"]],
    ["left alone where a dot begins no extension", [element("web"), element("web.config")], ["web", "web.config"]],
  ])("are %s", (_, resources, expected) => {
    expect(namesOf(resources)).toEqual(expected);
  });

  test("are different from reserved ones", () => {
    expect(namesOf([element("2"), element("web")], ["2"])).toEqual(["2-2", "web"]);
  });
});

test.each([
  ["readme", "text/plain", "readme.txt"],
  ["readme", "text/plain; charset=utf-8", "readme.txt"],
  ["readme.md", "text/plain", "readme.md"],
  ["sbom", "application/spdx+json", "sbom.json"],
  ["chart", "application/vnd.cncf.helm.chart.content.v1.tar+gzip", "chart.tgz"],
  ["layer", "application/vnd.docker.image.rootfs.diff.tar.gzip", "layer.tgz"],
  ["layer", "application/vnd.oci.image.layer.v1.tar", "layer.tar"],
  ["layer", "application/vnd.oci.image.layer.v1.tar+zstd", "layer.tar.zst"],
  ["blueprint", "application/vnd.gardener.landscaper.blueprint.v1+tar+gzip", "blueprint.tgz"],
  ["descriptor", "application/vnd.ocm.software.component-descriptor.v2+yaml+tar", "descriptor.tar"],
  ["tool", "application/octet-stream", "tool"],
  ["tool", "", "tool"],
  ["tool", "no type/../../x", "tool"],
  [".tgz", "application/x-tgz", ".tgz.tgz"],
])("the file %s of type %j is %s", (name, mediaType, expected) => {
  expect(fileNameOf(name, mediaType)).toBe(expected);
});

test("an extension is added once", () => {
  expect(["web", "web.tar", "web.TAR", "web.json"].map((name) => withExtension(name, ".tar"))).toEqual([
    "web.tar",
    "web.tar",
    "web.TAR",
    "web.json.tar",
  ]);
});
