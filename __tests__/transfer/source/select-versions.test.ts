import { describe, expect, test } from "@jest/globals";
import { TransferError } from "../../../src/errors/transfer-error.ts";
import { parseConstraint } from "../../../src/ocm/version/version-constraint.ts";
import { selectVersions, type VersionSelection } from "../../../src/transfer/source/select-versions.ts";
import { addComponentVersion, addImage } from "../../../testing/content/content.ts";
import { createMemoryRegistry, type MemoryRegistry } from "../../../testing/content/memory-registry.ts";

const COMPONENT = "acme.org/shop";
const REPOSITORY = `component-descriptors/${COMPONENT}`;

async function select(registry: MemoryRegistry, constraint: string | undefined, more: Partial<VersionSelection> = {}) {
  const from = { registry, path: "", display: "memory" };
  const selection = { isLatestOnly: constraint === undefined, withAliases: false, ...more };
  const { requests, findings } = await selectVersions(
    { from, component: COMPONENT, version: undefined },
    { ...selection, constraint: constraint === undefined ? undefined : parseConstraint(constraint, "test") },
  );
  return {
    versions: requests.map(({ version }) => version),
    findings: findings.map(({ code, message }) => `${code}: ${message}`),
    requests,
  };
}

/** Component versions, each under these tags. */
function tagged(versions: Readonly<Record<string, readonly string[]>>): MemoryRegistry {
  const registry = createMemoryRegistry();
  for (const [version, tags] of Object.entries(versions)) addComponentVersion(registry, { version, tags });
  return registry;
}

const aliases = (list: string) =>
  `ALIASES_LEFT: Some tags of memory//${COMPONENT} are not versions, but aliases: ${list}.`;

describe("the version is that of the descriptor", () => {
  test.each<[string, Record<string, string[]>, string, string[], string[]]>([
    [
      "short tags",
      { "1.2.0": ["1", "1.2", "v1", "1.2.0", "latest"] },
      "*",
      ["1.2.0"],
      [aliases("1 of 1.2.0, 1.2 of 1.2.0, v1 of 1.2.0")],
    ],
    ["a tag with v", { "1.2.0": ["1.2.0", "v1.2.0"] }, "*", ["1.2.0"], [aliases("v1.2.0 of 1.2.0")]],
    ["a version with v", { "v1.2.0": ["v1.2.0", "1.2.0"] }, "*", ["v1.2.0"], [aliases("1.2.0 of v1.2.0")]],
    ["a tag of another version", { "1.2.0": ["1.2.0", "1.3.0"] }, "*", ["1.2.0"], [aliases("1.3.0 of 1.2.0")]],
    [
      "an alias without a tag of its own",
      { "1.2.7": ["1.2"], "1.1.0": ["1.1.0"] },
      "*",
      ["1.1.0", "1.2.7"],
      [aliases("1.2 of 1.2.7")],
    ],
    ["an alias that the constraint excludes", { "1.2.7": ["1", "1.2.7"] }, ">=1.2.0", ["1.2.7"], []],
    [
      "an alias that the constraint allows alone",
      { "2.0.0": ["1.5", "2.0.0"], "1.5.0": ["1.5.0"] },
      "^1",
      ["1.5.0"],
      [aliases("1.5 of 2.0.0")],
    ],
    ["metadata", { "0.0.1-2025+af79": ["0.0.1-2025.build-af79"] }, ">=0.0.1-0", ["0.0.1-2025+af79"], []],
    ["a prerelease with .build-", { "1.0.0-rc.build-1": ["1.0.0-rc.build-1"] }, ">=1.0.0-0", ["1.0.0-rc.build-1"], []],
    ["metadata with .build-", { "1.0.0+a.build-b": ["1.0.0.build-a.build-b"] }, "*", ["1.0.0+a.build-b"], []],
    ["both of them", { "1.0.0-x.build-1+a": ["1.0.0-x.build-1.build-a"] }, ">=1.0.0-0", ["1.0.0-x.build-1+a"], []],
    [
      "upper and lower case",
      { "1.0.0-T0": ["1.0.0-T0"], "1.0.0-t0": ["1.0.0-t0"] },
      ">=1.0.0-0",
      ["1.0.0-T0", "1.0.0-t0"],
      [],
    ],
    [
      "versions of one precedence",
      { "1.0.0+b": ["1.0.0.build-b"], "1.0.0+a": ["1.0.0.build-a"] },
      "*",
      ["1.0.0+a", "1.0.0+b"],
      [],
    ],
  ])("and not that of the tag: %s", async (_, versions, constraint, selected, findings) => {
    const registry = tagged(versions);
    const found = await select(registry, constraint);
    expect([found.versions, found.findings]).toEqual([selected, findings]);
    expect((await select(registry, constraint, { withAliases: true })).findings).toEqual([]);
  });

  test.each<[string, Record<string, string[]>, string]>([
    ["an alias with v", { "1.2.0": ["1.2.0", "v1.2"], "1.2.5": ["1.2.5"] }, "1.2.5"],
    ["a later version on an earlier one", { "1.2.0": ["1.2.0", "1.9.0"], "1.3.0": ["1.3.0"] }, "1.3.0"],
    ["a major version on a prerelease", { "2.0.0-rc.1": ["2.0.0-rc.1", "2"], "1.9.0": ["1.9.0"] }, "2.0.0-rc.1"],
    ["an alias alone", { "1.2.7": ["1.2"], "1.2.3": ["1.2.3"] }, "1.2.7"],
    ["an alias that is behind", { "1.2.7": ["1.2.7"], "1.2.3": ["1.2.3", "1.2", "1"] }, "1.2.7"],
    ["metadata after the last dot", { "1.2.0+a": ["1.2.0.build-a"], "1.2.0+b": ["1.2.0.build-b"] }, "1.2.0+b"],
    [
      "a release and its prerelease with .build-",
      { "1.0.0-rc.build-1": ["1.0.0-rc.build-1"], "1.0.0-rc": ["1.0.0-rc"] },
      "1.0.0-rc.build-1",
    ],
    ["dates as versions", { "20240101": ["20240101"], "20250101": ["20250101"] }, "20250101"],
  ])("for the latest one: %s", async (_, versions, latest) => {
    expect((await select(tagged(versions), undefined)).versions).toEqual([latest]);
  });

  test("is the latest that the constraint allows", async () => {
    const registry = tagged({ "1.2.0": ["1.2.0", "1.9.0"], "1.3.0": ["1.3.0"], "2.0.0": ["2.0.0", "1.8.0"] });
    expect((await select(registry, "^1", { isLatestOnly: true })).versions).toEqual(["1.3.0"]);
  });
});

test("the latest version of many costs a request for each tag down to its own", async () => {
  const versions = Array.from({ length: 50 }, (_, at) => `1.${at}.0`);
  const registry = tagged(Object.fromEntries(versions.map((version) => [version, [version]])));
  addComponentVersion(registry, { version: "1.49.0", tags: ["1.49.0", "1", "1.49"] });
  expect((await select(registry, undefined)).versions).toEqual(["1.49.0"]);
  const byTag = registry.asked.filter((asked) => !asked.includes("@"));
  expect(byTag.map((asked) => asked.slice(REPOSITORY.length + 1))).toEqual(["1", "1.49", "1.49.0"]);
});

describe("one version with two manifests", () => {
  const twins = (tags: readonly [string[], string[]]) => {
    const registry = createMemoryRegistry();
    for (const [at, names] of tags.entries()) {
      addComponentVersion(registry, {
        version: "1.2.0",
        tags: names,
        manifest: (each) => ({ ...each, annotations: { at } }),
      });
    }
    return registry;
  };

  test("is the one under its own tag, whatever aliases lead to", async () => {
    const registry = twins([["1.2"], ["1.2.0"]]);
    const { requests, findings } = await select(registry, "*");
    const own = await registry.repository(REPOSITORY).resolve("1.2.0");
    expect(requests.map(({ known }) => known?.root)).toEqual([own]);
    expect(findings).toEqual([aliases("1.2 of 1.2.0")]);
  });

  test("is both where only aliases lead to it, to be compared later", async () => {
    expect((await select(twins([["1.2"], ["v1"]]), "*")).versions).toEqual(["1.2.0", "1.2.0"]);
  });
});

describe("a tag that does not lead to a readable component version is left out", () => {
  const fills: readonly [string, (registry: MemoryRegistry) => void, string][] = [
    ["an image", (registry) => void addImage(registry, REPOSITORY, { tag: "2.0.0" }), "but not a component version"],
    [
      "an invalid descriptor",
      (registry) => void addComponentVersion(registry, { version: "2.0.0", descriptor: "{" }),
      "descriptor",
    ],
    [
      "another component",
      (registry) => void addComponentVersion(registry, { version: "2.0.0", descriptor: OTHER }),
      "acme.org/cart",
    ],
    [
      "an unknown schema",
      (registry) =>
        void addComponentVersion(registry, { version: "2.0.0", descriptor: '{"meta":{"schemaVersion":"v9"}}' }),
      "schemaVersion",
    ],
    [
      "an invalid manifest",
      (registry) => void registry.addManifest(REPOSITORY, { schemaVersion: 1 }, { tag: "2.0.0" }),
      "schemaVersion",
    ],
  ];
  const OTHER = JSON.stringify({
    meta: { schemaVersion: "v2" },
    component: {
      name: "acme.org/cart",
      version: "2.0.0",
      provider: "acme",
      resources: [],
      sources: [],
      componentReferences: [],
      repositoryContexts: [],
    },
  });

  test.each(fills)("and reported: %s", async (_, fill, words) => {
    for (const constraint of ["*", undefined]) {
      const registry = tagged({ "1.2.0": ["1.2.0"] });
      fill(registry);
      const { versions, findings } = await select(registry, constraint);
      expect(versions).toEqual(["1.2.0"]);
      expect(findings).toEqual([expect.stringContaining(words)]);
      expect(findings[0]).toContain("TAG_UNREADABLE");
      expect(findings[0]).toContain("2.0.0 (");
    }
  });

  test("and named in the error where nothing else is left", async () => {
    const registry = tagged({ "1.2.0": ["2.1.0"] });
    addImage(registry, REPOSITORY, { tag: "2.0.0" });
    await expect(select(registry, "^2")).rejects.toMatchObject({
      code: "COMPONENT_VERSION_UNKNOWN",
      message: expect.stringContaining("2.1.0 of 1.2.0, 2.0.0 (not readable)"),
      remedy: expect.stringContaining("It has 2 tags"),
    });
  });

  test("unless the registry refuses it", async () => {
    const registry = tagged({ "1.2.0": ["1.2.0"] });
    registry.refuse(REPOSITORY, new TransferError("DENIED", "no"));
    await expect(select(registry, "*")).rejects.toMatchObject({ code: "DENIED" });
  });

  test("unless its content was changed on the way", async () => {
    const registry = tagged({ "1.2.0": ["1.2.0"] });
    registry.refuse(REPOSITORY, new TransferError("DIGEST_MISMATCH", "changed"));
    await expect(select(registry, undefined)).rejects.toMatchObject({ code: "DIGEST_MISMATCH" });
  });
});
