import { setImmediate as turn } from "node:timers/promises";
import { describe, expect, test } from "@jest/globals";
import { TransferError, throwAll } from "../../../src/errors/transfer-error.ts";
import { gather } from "../../../src/transfer/source/gather.ts";
import { addComponentVersion, addImage, type ComponentOptions, resource } from "../../../testing/content/content.ts";
import { createMemoryRegistry, type MemoryRegistry } from "../../../testing/content/memory-registry.ts";

const options = (registry: MemoryRegistry, recursive = true) => ({
  recursive,
  copyResources: true,
  copySources: true,
  registryAt: () => registry,
});

const repositoryOf = (registry: MemoryRegistry, path = "") => ({ registry, path, display: `${registry.name}/${path}` });

/** Component versions by what they refer to: `{ a: ["b"], b: [] }`. */
function components(registry: MemoryRegistry, references: Readonly<Record<string, readonly string[]>>): void {
  for (const [name, to] of Object.entries(references)) {
    addComponentVersion(registry, {
      name: `acme.org/${name}`,
      references: to.map((other) => `acme.org/${other}:1.0.0`),
    });
  }
}

async function namesOf(registry: MemoryRegistry, wanted: readonly string[], recursive = true): Promise<string[]> {
  const from = repositoryOf(registry);
  const all = wanted.map((name) => ({ from, component: `acme.org/${name}`, version: "1.0.0" }));
  const { versions, errors } = await gather(all, options(registry, recursive));
  throwAll(errors);
  return versions.map(({ version }) => version.descriptor.name.replace("acme.org/", ""));
}

test.each<[string, Record<string, string[]>, string[], string[]]>([
  ["a chain: children first", { a: ["b"], b: ["c"], c: [] }, ["a"], ["c", "b", "a"]],
  ["a diamond: each once", { a: ["b", "c"], b: ["d"], c: ["d"], d: [] }, ["a"], ["d", "b", "c", "a"]],
  ["the same wanted twice", { a: [] }, ["a", "a"], ["a"]],
  ["a child wanted before its parent", { a: ["b"], b: [] }, ["b", "a"], ["b", "a"]],
  ["a parent wanted before its child", { a: ["b"], b: [] }, ["a", "b"], ["b", "a"]],
])("%s", async (_, references, wanted, expected) => {
  const registry = createMemoryRegistry();
  components(registry, references);
  expect(await namesOf(registry, wanted)).toEqual(expected);
  expect(new Set(registry.asked).size).toBe(registry.asked.length);
});

test.each<[string, Record<string, string[]>, string]>([
  ["two that refer to each other", { a: ["b"], b: ["a"] }, "acme.org/a:1.0.0 refers to acme.org/b:1.0.0, which leads"],
  ["one that refers to itself", { a: ["a"] }, "acme.org/a:1.0.0 refers to itself"],
  [
    "a circle behind another",
    { a: ["b"], b: ["c"], c: ["d"], d: ["b"] },
    "acme.org/b:1.0.0 refers to acme.org/d:1.0.0",
  ],
])("a circle is refused: %s", async (_, references, message) => {
  const registry = createMemoryRegistry();
  components(registry, references);
  await expect(namesOf(registry, ["a"])).rejects.toMatchObject({
    code: "REFERENCE_CYCLE",
    message: expect.stringContaining(message),
  });
  expect(await namesOf(registry, ["a"], false)).toEqual(["a"]);
});

describe("V8: a run has an end, and says so once", () => {
  const tooMany = (errors: readonly unknown[]) =>
    errors.filter((error) => (error as TransferError).code === "COMPONENT_VERSIONS_TOO_MANY");

  test("in component versions", async () => {
    const registry = createMemoryRegistry();
    components(registry, { a: Array.from({ length: 10_050 }, (_, index) => `b${index}`) });
    const wanted = [{ from: repositoryOf(registry), component: "acme.org/a", version: "1.0.0" }];
    const { errors } = await gather(wanted, options(registry));
    expect(tooMany(errors)).toHaveLength(1);
    expect(new Set(registry.asked).size).toBeLessThan(10_010);
  });

  test("in bytes of descriptors", async () => {
    const registry = createMemoryRegistry();
    const wanted = Array.from({ length: 40 }, (_, index) => {
      const more = { labels: [{ name: "acme.org/text", value: "x".repeat(3_500_000) }] };
      addComponentVersion(registry, { version: `1.0.${index}`, more });
      return { from: repositoryOf(registry), component: "acme.org/shop", version: `1.0.${index}` };
    });
    const { versions, errors } = await gather(wanted, options(registry));
    expect(tooMany(errors)).toHaveLength(1);
    expect(errors).toHaveLength(1);
    expect(versions).toHaveLength(38);
  });

  test("in manifests and blobs of artifacts, though it is one manifest that a descriptor names again and again", async () => {
    const registry = createMemoryRegistry();
    const layers = Array.from({ length: 15_000 }, (_, index) => `layer ${index}`);
    const image = addImage(registry, "component-descriptors/acme.org/shop", { layers });
    const access = { type: "localBlob", localReference: image.digest, mediaType: image.mediaType };
    const resources = Array.from({ length: 100 }, (_, index) => resource(`image-${index}`, access));
    addComponentVersion(registry, { resources, natives: [image] });
    const wanted = [{ from: repositoryOf(registry), component: "acme.org/shop", version: "1.0.0" }];
    const { versions, errors } = await gather(wanted, options(registry));
    expect(tooMany(errors)).toHaveLength(1);
    expect(errors).toHaveLength(1);
    const contents = versions.flatMap(({ items }) => items.map((item) => item.kind === "artifact" && item.graph.nodes));
    expect(contents.flat().length).toBeLessThan(1_000_000);
  });
});

test("without recursion references are not followed", async () => {
  const registry = createMemoryRegistry();
  components(registry, { a: ["b"] });
  expect(await namesOf(registry, ["a"], false)).toEqual(["a"]);
});

test("two references to one component in two versions are two component versions", async () => {
  const registry = createMemoryRegistry();
  addComponentVersion(registry, { name: "acme.org/b", version: "1.0.0" });
  addComponentVersion(registry, { name: "acme.org/b", version: "2.0.0" });
  addComponentVersion(registry, { name: "acme.org/a", references: ["acme.org/b:1.0.0", "acme.org/b:2.0.0"] });
  expect(await namesOf(registry, ["a"])).toEqual(["b", "b", "a"]);
});

test("a chain of 3000 references does not overflow the stack", async () => {
  const registry = createMemoryRegistry();
  const length = 3000;
  components(
    registry,
    Object.fromEntries(Array.from({ length }, (_, at) => [`c${at}`, at + 1 < length ? [`c${at + 1}`] : []])),
  );
  const names = await namesOf(registry, ["c0"]);
  expect(names).toHaveLength(length);
  expect([names[0], names.at(-1)]).toEqual([`c${length - 1}`, "c0"]);
});

test("a reference that leads nowhere is an error that names it", async () => {
  const registry = createMemoryRegistry();
  components(registry, { a: ["b"] });
  await expect(namesOf(registry, ["a"])).rejects.toMatchObject({
    code: "COMPONENT_VERSION_UNKNOWN",
    where: "memory.test///acme.org/b:1.0.0",
  });
});

test("every failure is told, in the order of the input", async () => {
  const registry = createMemoryRegistry();
  components(registry, { a: ["c"], b: [] });
  const refuse = (name: string, why: string) =>
    registry.refuse(`component-descriptors/acme.org/${name}`, new TransferError("DENIED", why));
  refuse("b", "first");
  refuse("c", "second");
  const unhandled: unknown[] = [];
  const listener = (error: unknown) => unhandled.push(error);
  process.on("unhandledRejection", listener);
  try {
    await expect(namesOf(registry, ["a", "b"])).rejects.toMatchObject({
      errors: [{ message: "first" }, { message: "second" }],
    });
    // The event comes as soon as the microtasks are done.
    await turn();
  } finally {
    process.off("unhandledRejection", listener);
  }
  expect(unhandled).toEqual([]);
});

test("an artifact that is missing fails the whole", async () => {
  const registry = createMemoryRegistry();
  const access = { type: "ociArtifact", imageReference: "far.test/app:1" };
  addComponentVersion(registry, { name: "acme.org/a", resources: [resource("app", access)] });
  await expect(namesOf(registry, ["a"])).rejects.toMatchObject({ code: "MANIFEST_UNKNOWN" });
});

test("artifacts are found for every component version", async () => {
  const registry = createMemoryRegistry();
  const image = addImage(registry, "app", { tag: "1" });
  const access = { type: "ociArtifact", imageReference: "far.test/app:1" };
  addComponentVersion(registry, { name: "acme.org/b", resources: [resource("app", access)] });
  addComponentVersion(registry, { name: "acme.org/a", references: ["acme.org/b:1.0.0"] });
  const wanted = [{ from: repositoryOf(registry), component: "acme.org/a", version: "1.0.0" }];
  const { versions } = await gather(wanted, options(registry));
  expect(versions[0]?.items).toMatchObject([{ kind: "artifact", graph: { root: image } }]);
});

test.each<[string, ComponentOptions, boolean]>([
  ["the same, with another access", { resources: [resource("x", { type: "gitHub" })] }, true],
  ["another one under its name", { resources: [resource("y", { type: "wget" })] }, false],
])("a component version in two places: %s", async (_, other, isSame) => {
  const registry = createMemoryRegistry();
  addComponentVersion(registry, { path: "one", resources: [resource("x", { type: "wget" })] });
  addComponentVersion(registry, { path: "two", ...other });
  const wanted = ["one", "two"].map((path) => ({
    from: repositoryOf(registry, path),
    component: "acme.org/shop",
    version: "1.0.0",
  }));
  const { versions, errors } = await gather(wanted, options(registry));
  expect(versions).toHaveLength(1);
  const different = {
    code: "COMPONENT_DIGEST_DIFFERS",
    message: expect.stringMatching(/ memory\.test\/one \(sha256:.*\) and memory\.test\/two \(sha256:/),
  };
  expect(errors).toMatchObject(isSame ? [] : [different]);
});

test("what the user named is told from what it refers to", async () => {
  const registry = createMemoryRegistry();
  components(registry, { a: ["b"], b: ["c"], c: [] });
  const from = repositoryOf(registry);
  const wanted = ["a", "c"].map((name) => ({ from, component: `acme.org/${name}`, version: "1.0.0" }));
  const { named } = await gather(wanted, options(registry));
  expect(named.map(({ descriptor }) => descriptor.name)).toEqual(["acme.org/c", "acme.org/a"]);
});

test("a component version that is not there is told with the one that refers to it", async () => {
  const registry = createMemoryRegistry();
  components(registry, { a: ["lost"] });
  const { errors } = await gather(
    [{ from: repositoryOf(registry), component: "acme.org/a", version: "1.0.0" }],
    options(registry),
  );
  expect(errors).toEqual([
    expect.objectContaining({
      code: "COMPONENT_VERSION_UNKNOWN",
      message: expect.stringMatching(/acme\.org\/lost:1\.0\.0, to which acme\.org\/a:1\.0\.0 refers$/),
      remedy: expect.stringContaining("resolvers"),
    }),
  ]);
});
