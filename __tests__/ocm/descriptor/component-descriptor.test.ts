import { describe, expect, test } from "@jest/globals";
import { describeElement, parseComponentDescriptor } from "../../../src/ocm/descriptor/component-descriptor.ts";
import { descriptorDocument, resource } from "../../../testing/content/content.ts";
import { readFixture } from "../../../testing/content/fixture-version.ts";

const access = { type: "ociArtifact", imageReference: "ghcr.io/acme/x:1" };
const document = descriptorDocument({
  resources: [
    resource("image", access, {
      extraIdentity: { architecture: "arm64" },
      labels: [{ name: "acme.org/stage", value: ["prod"] }, { name: "bare" }, { value: "nameless" }, "none"],
      digest: { hashAlgorithm: "SHA-256", normalisationAlgorithm: "ociArtifactDigest/v1", value: "00" },
    }),
  ],
  sources: [{ name: "code", type: "git", access: { type: "gitHub" } }],
  references: ["acme.org/cart:2.0.0"],
  signatures: [{ name: "acme" }, { digest: {} }],
  more: { unknown: [1] },
});

test("all required fields are parsed, and the complete document is preserved", () => {
  expect(parseComponentDescriptor(JSON.stringify(document), "here")).toEqual({
    name: "acme.org/shop",
    version: "1.0.0",
    elements: [
      {
        kind: "resource",
        index: 0,
        name: "image",
        version: "1.0.0",
        type: "ociImage",
        extraIdentity: { architecture: "arm64" },
        labels: [
          { name: "acme.org/stage", value: ["prod"] },
          { name: "bare", value: null },
        ],
        access,
        digest: { hashAlgorithm: "SHA-256", normalisationAlgorithm: "ociArtifactDigest/v1", value: "00" },
      },
      {
        kind: "source",
        index: 0,
        name: "code",
        version: "",
        type: "git",
        extraIdentity: {},
        labels: [],
        access: { type: "gitHub" },
        digest: undefined,
      },
    ],
    references: [{ name: "cart", componentName: "acme.org/cart", version: "2.0.0" }],
    signatures: ["acme"],
    tree: document,
  });
});

test("fields of a wrong type are ignored", () => {
  const digests = [
    { hashAlgorithm: "SHA-256", normalisationAlgorithm: "x" },
    { normalisationAlgorithm: "x", value: "0" },
    { hashAlgorithm: "SHA-256", value: "0" },
    "0",
  ];
  const resources = digests.map((digest, index) => ({
    name: `r${index}`,
    access,
    version: 1,
    type: 2,
    extraIdentity: { a: "b", n: 5 },
    digest,
  }));
  for (const element of parseComponentDescriptor(JSON.stringify(descriptorDocument({ resources })), "x").elements) {
    expect(element).toMatchObject({ version: "", type: "", extraIdentity: { a: "b" }, digest: undefined });
    expect(element.extraIdentity).not.toHaveProperty("n");
  }
});

test("YAML and JSON of one document have the same result", () => {
  const yaml =
    "meta:\n  schemaVersion: v2\ncomponent:\n  name: acme.org/shop\n  version: 1.0.0\n  provider: acme\n" +
    "  resources: null\n  sources:\n  componentReferences: []\n  labels: [{name: a, value: y}]\n";
  const json =
    '{"meta":{"schemaVersion":"v2"},"component":{"name":"acme.org/shop","version":"1.0.0","provider":"acme",' +
    '"resources":null,"sources":null,"componentReferences":[],"labels":[{"name":"a","value":true}]}}';
  expect(parseComponentDescriptor(yaml, "x")).toEqual(parseComponentDescriptor(`  \n${json}`, "x"));
});

test.each([
  "{meta: {schemaVersion: v2}, component: {name: acme.org/shop, version: 1.0.0}}",
  `\uFEFF${JSON.stringify(document)}`,
  `${JSON.stringify(document)} # a comment`,
])("YAML that starts like JSON is parsed: %j", (text) => {
  expect(parseComponentDescriptor(text, "x").name).toBe("acme.org/shop");
});

test.each(["v1-by-reference", "v1-by-value", "v2-by-value"] as const)("%s is read", async (folder) => {
  const { descriptor } = await readFixture(folder);
  expect(descriptor.elements.map(describeElement)).toEqual([
    "resource frontend:1.4.0",
    "resource chart:3.1.0",
    "resource readme:1.2.0",
  ]);
  expect(descriptor.references.map(({ componentName }) => componentName).sort()).toEqual([
    "example.org/cart",
    "example.org/payments",
  ]);
  expect(descriptor.signatures).toEqual(["acme"]);
});

test("an element without a version is described without one", () => {
  const { elements } = parseComponentDescriptor(JSON.stringify(document), "here");
  expect(elements.map(describeElement)).toEqual(["resource image:1.0.0", "source code"]);
});

describe("an invalid component descriptor is refused with its location and a remedy", () => {
  const meta = { schemaVersion: "v2" };
  const component = { name: "acme.org/shop", version: "1" };
  test.each<[string, unknown]>([
    ["neither valid JSON nor valid YAML", '{"meta":'],
    ["neither valid JSON nor valid YAML", "a: b: c"],
    ["neither valid JSON nor valid YAML", '{"__proto__":1}'],
    ["neither valid JSON nor valid YAML", "[".repeat(100_000)],
    ["neither valid JSON nor valid YAML", "---\nmeta: 1\n---\nmeta: 2"],
    ["is not an object", "[]"],
    ["is not an object", ""],
    ["meta.schemaVersion", { component }],
    ["meta.schemaVersion", { meta: { schemaVersion: "v1" }, component }],
    ['no "component"', { meta }],
    ["no component name", { meta, component: { version: "1" } }],
    ["no component name", { meta, component: { name: "../shop", version: "1" } }],
    ["no component name", { meta, component: { name: `acme.org/${"x".repeat(255)}`, version: "1" } }],
    ["no semantic version", { meta, component: { name: "acme.org/shop", version: 1 } }],
    ["no semantic version", { meta, component: { name: "acme.org/shop", version: "latest" } }],
    ["resources", { meta, component: { ...component, resources: {} } }],
    ["resources", { meta, component: { ...component, resources: [1] } }],
    ["name of resource 0", { meta, component: { ...component, resources: [{ access }] } }],
    ["name of source 1", { meta, component: { ...component, sources: [{ name: "x", access }, { name: "" }] } }],
    ["access of resource x", { meta, component: { ...component, resources: [{ name: "x" }] } }],
    ["component of reference 0", { meta, component: { ...component, componentReferences: [{ name: "x" }] } }],
    [
      "version of reference 0",
      { meta, component: { ...component, componentReferences: [{ name: "x", componentName: "y" }] } },
    ],
    [
      "refers to ../../x:1, which is not a valid component version",
      {
        meta,
        component: { ...component, componentReferences: [{ name: "x", componentName: "../../x", version: "1" }] },
      },
    ],
    [
      "refers to acme.org/x:1/../2, which",
      {
        meta,
        component: {
          ...component,
          componentReferences: [{ name: "x", componentName: "acme.org/x", version: "1/../2" }],
        },
      },
    ],
    ["signatures", { meta, component, signatures: {} }],
  ])("%s: %j", (why, given) => {
    const text = typeof given === "string" ? given : JSON.stringify(given);
    expect(() => parseComponentDescriptor(text, "ghcr.io//acme.org/shop:1")).toThrow(
      expect.objectContaining({
        code: "DESCRIPTOR_MALFORMED",
        where: "ghcr.io//acme.org/shop:1",
        message: expect.stringContaining(why),
        remedy: expect.stringMatching(/./),
      }),
    );
  });

  test("the schema that only v1 supports is refused by its name", () => {
    const text = "apiVersion: ocm.software/v3alpha1\nkind: ComponentVersion\n";
    expect(() => parseComponentDescriptor(text, "x")).toThrow(
      expect.objectContaining({
        code: "DESCRIPTOR_VERSION_UNSUPPORTED",
        message: expect.stringContaining("ocm.software/v3alpha1"),
      }),
    );
  });
});
