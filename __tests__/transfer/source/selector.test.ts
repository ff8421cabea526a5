import { describe, expect, test } from "@jest/globals";
import { type Element, parseComponentDescriptor } from "../../../src/ocm/descriptor/component-descriptor.ts";
import { isSelected, parseSelectors, unmatchedSelectors } from "../../../src/transfer/source/selector.ts";
import { descriptorDocument, resource } from "../../../testing/content/content.ts";
import { createMemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { surveyed } from "../../../testing/product/surveyed.ts";

const access = { type: "ociArtifact", imageReference: "far.test/app:1" };

/** As they come out of a descriptor. */
const elements: readonly Element[] = parseComponentDescriptor(
  JSON.stringify(
    descriptorDocument({
      resources: [
        resource("frontend", access, {
          version: "1.4.0",
          extraIdentity: { architecture: "amd64" },
          labels: [
            { name: "acme.org/stage", value: "prod" },
            { name: "critical", value: true },
          ],
        }),
        resource("backend", access, { version: "2.0.0", labels: [{ name: "limits", value: { cpu: 2, a: ["x"] } }] }),
        resource("chart", access, {
          type: "helmChart",
          labels: [
            { name: "none" },
            { name: "count", value: 3 },
            { name: "twice", value: "one" },
            { name: "twice", value: "two" },
            { name: "empty", value: "" },
          ],
        }),
      ],
      sources: [{ name: "code", version: "1.0.0", type: "git", access: { type: "gitHub" }, labels: "none" }],
    }),
  ),
  "here",
).elements;

function selected(include: readonly string[], exclude: readonly string[] = []): string[] {
  const selectors = {
    include: parseSelectors(include, "input include"),
    exclude: parseSelectors(exclude, "input exclude"),
  };
  return elements.filter((element) => isSelected(element, "acme.org/shop", selectors)).map(({ name }) => name);
}

test("without a line, everything is selected", () => {
  expect(selected([])).toEqual(["frontend", "backend", "chart", "code"]);
});

test.each<[string, readonly string[]]>([
  ["name=frontend", ["frontend"]],
  ["name=*end", ["frontend", "backend"]],
  ["name=?ode", ["code"]],
  ["name=Frontend", []],
  [" name = frontend ", ["frontend"]],
  ["type=helmChart", ["chart"]],
  ["type=oci*", ["frontend", "backend"]],
  ["version=1.*", ["frontend", "chart", "code"]],
  ["component=acme.org/*", ["frontend", "backend", "chart", "code"]],
  ["component=other.org/*", []],
  ["label.acme.org/stage=prod", ["frontend"]],
  ["label.acme.org/stage=*", ["frontend"]],
  ["label.critical=true", ["frontend"]],
  ["label.count=3", ["chart"]],
  ["label.none=null", ["chart"]],
  ["label.empty=*", ["chart"]],
  ["label.twice=two", ["chart"]],
  ['label.limits={"a":["x"]?"cpu":2}', ["backend"]],
  ["label.toString=*", []],
  ["identity.architecture=amd64", ["frontend"]],
  ["identity.architecture=*", ["frontend"]],
  ["identity.name=chart", ["chart"]],
  ["identity.version=2.0.0", ["backend"]],
  ["identity.constructor=*", []],
  ["type=ociImage,version=1.*", ["frontend"]],
  ["type=ociImage, name=chart", []],
])("%s", (line, names) => {
  expect(selected([line])).toEqual(names);
});

describe("several lines", () => {
  test("one of them is enough", () => {
    expect(selected(["name=chart", "type=git"])).toEqual(["chart", "code"]);
  });

  test("what is excluded is out, whatever includes it", () => {
    expect(selected(["type=ociImage"], ["name=backend"])).toEqual(["frontend"]);
    expect(selected([], ["type=ociImage", "name=code"])).toEqual(["chart"]);
    expect(selected(["name=chart"], ["name=*"])).toEqual([]);
  });
});

test.each([
  ["frontend", '"frontend" is not a condition', "key=value"],
  ["name=a,,type=b", '"" is not a condition', "for a comma in a value, write ?"],
  ["image=a", '"image=a" asks for something that elements do not have', "label.NAME"],
  ["label.=a", '"label.=a" asks for something that elements do not have', "identity.KEY"],
  ["name=", '"name=" has no value', "Write name=*"],
])("%s is refused with its line and the remedy", (line, message, remedy) => {
  expect(() => parseSelectors(["name=fine", line], "input include")).toThrow(
    expect.objectContaining({
      code: "INPUT_INVALID",
      where: "input include, line 2",
      message: `input include, line 2: ${message}`,
      remedy: expect.stringContaining(remedy),
    }),
  );
});

test("a line that selects nothing is told of, whichever list it is in", async () => {
  const registry = createMemoryRegistry();
  const { version } = await surveyed(registry, { resources: [resource("frontend", { type: "gitHub" })] });
  const select = (include: string[], exclude: string[] = []) =>
    unmatchedSelectors([version.descriptor], {
      include: parseSelectors(include, "include"),
      exclude: parseSelectors(exclude, "exclude"),
    });
  expect(select(["name=front*"], ["component=acme.org/shop"])).toEqual([]);
  expect(select(["name=front*", "name=front"], ["type=nothing"])).toMatchObject([
    { code: "SELECTOR_UNMATCHED", message: 'Nothing is selected by "name=front", "type=nothing".' },
  ]);
});
