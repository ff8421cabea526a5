import { afterEach, describe, expect, test } from "@jest/globals";
import { describeTags } from "../../../src/ocm/repository/known-tags.ts";
import { addComponentVersion } from "../../../testing/content/content.ts";
import { type PlaceKind, startPlace } from "../../../testing/content/places.ts";
import { runCommand } from "../../../testing/product/run-command.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

test.each([
  [["1.0.0", "1.10.0", "1.9.0"], "1.10.0, 1.9.0, 1.0.0"],
  [["1", "2", "3", "4", "5", "6", "7"], "7, 6, 5, 4, 3 and 2 more"],
])("the tags %j are described with the highest versions first", (tags, expected) => {
  expect(describeTags(tags)).toBe(expected);
});

describe("an unknown component version", () => {
  const kinds: readonly PlaceKind[] = ["registry", "folder", "tgz"];

  test.each(kinds)("of a %s is reported with the versions that exist", async (kind) => {
    const source = await startPlace(kind);
    for (const version of ["1.2.0", "1.10.0"]) addComponentVersion(source, { version });
    const line = `${source.reference()}//acme.org/shop`;
    const named = await runCommand("verify", { "component-versions": `${line}:1.3.0` });
    expect(named.errors).toEqual([
      expect.stringMatching(
        /^COMPONENT_VERSION_UNKNOWN: there is no .*:1\.3\.0; the repository has 1\.10\.0, 1\.2\.0$/,
      ),
    ]);
    const constrained = await runCommand("verify", { "component-versions": line, "semver-constraint": ">=2" });
    expect(constrained.errors).toEqual([
      expect.stringMatching(/^COMPONENT_VERSION_UNKNOWN: .*; the repository has 1\.10\.0, 1\.2\.0$/),
    ]);
  });

  test("of an unknown component is reported without versions", async () => {
    const source = await startPlace("registry");
    addComponentVersion(source, {});
    const { errors } = await runCommand("verify", {
      "component-versions": `${source.reference()}//acme.org/shopp:1.0.0`,
    });
    expect(errors).toEqual([expect.stringMatching(/^COMPONENT_VERSION_UNKNOWN: there is no component version [^;]+$/)]);
  });
});
