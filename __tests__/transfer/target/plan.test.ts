import { describe, expect, test } from "@jest/globals";
import type { Descriptor } from "../../../src/oci/descriptor.ts";
import { buildDesired, type DesiredVersion, type TagPlacement } from "../../../src/transfer/target/desired.ts";
import { keyOf } from "../../../src/transfer/target/inspect.ts";
import { makePlan, type Plan, type PlanOptions } from "../../../src/transfer/target/plan.ts";
import { addImage, type ComponentOptions, resource } from "../../../testing/content/content.ts";
import { createMemoryRegistry, type MemoryRegistry } from "../../../testing/content/memory-registry.ts";
import { surveyed } from "../../../testing/product/surveyed.ts";

const nothing: PlanOptions = {
  existing: "skip",
  comparables: [],
  present: new Set(),
  tags: new Map(),
  asTargetRepository: () => undefined,
};

async function arranged(
  registry: MemoryRegistry,
  component: ComponentOptions,
  form: "localBlob" | "ociArtifact" = "localBlob",
) {
  const target = { origin: "target.test", path: "moved" };
  return buildDesired(await surveyed(registry, component), { form, target, furtherSignatures: [] });
}

/** A component version with one image of this layer. */
function withImage(registry: MemoryRegistry, name: string, layer = "layer"): Promise<DesiredVersion> {
  addImage(registry, `images/${name}`, { tag: "1", layers: [layer] });
  const access = { type: "ociArtifact", imageReference: `far.test/images/${name}:1` };
  return arranged(registry, { name: `acme.org/${name}`, resources: [resource(name, access)] });
}

const kindsOf = ({ steps }: Plan) => steps.map(({ kind }) => kind);

/** Every step after those that it needs. */
function expectOrdered({ steps }: Plan, present: ReadonlySet<string> = new Set()): void {
  const done = new Set(present);
  for (const { needs, placement } of steps) {
    for (const key of needs) expect(done).toContain(key);
    done.add(keyOf(placement));
  }
  expect(done.size).toBe(steps.length);
}

test("onto an empty target: content is copied, what describes it is written", async () => {
  const plan = makePlan([await withImage(createMemoryRegistry(), "app")], nothing);
  expect(kindsOf(plan)).toEqual(["copy", "copy", "copy", "write", "write", "write", "write"]);
  expect(plan.steps[2]).toMatchObject({ from: "images/app", reason: "is not at the target" });
  expectOrdered(plan);
});

test("what is at the target is skipped, and nobody waits for it", async () => {
  const desired = await withImage(createMemoryRegistry(), "app");
  const present = new Set(desired.placements.map(keyOf));
  const plan = makePlan([desired], { ...nothing, present });
  expect(new Set(kindsOf(plan))).toEqual(new Set(["skip"]));
  expect(plan.steps.every(({ needs }) => needs.length === 0)).toBe(true);
});

test("a blob that two component versions share is copied once, and mounted after that", async () => {
  const registry = createMemoryRegistry();
  const [one, two] = [await withImage(registry, "one", "shared"), await withImage(registry, "two", "shared")];
  const plan = makePlan([one, two], nothing);
  // Config and layer are the same, so that the manifest is, which registries do not mount.
  expect(plan.steps.filter(({ kind }) => kind === "copy")).toHaveLength(4);
  expect(plan.steps.filter(({ kind }) => kind === "mount")).toMatchObject([
    {
      from: one.repository,
      reason: "is in another repository of the target",
      needs: [expect.stringContaining(`${one.repository}@`)],
    },
    { from: one.repository },
  ]);
  expectOrdered(plan);
});

test("of several that have a blob, the first is mounted from", async () => {
  const registry = createMemoryRegistry();
  const all = [await withImage(registry, "one"), await withImage(registry, "two"), await withImage(registry, "three")];
  const { steps } = makePlan(all, nothing);
  expect(new Set(steps.filter(({ kind }) => kind === "mount").map(({ from }) => from))).toEqual(
    new Set([all[0]?.repository]),
  );
});

test("one component version twice is planned once", async () => {
  const desired = await withImage(createMemoryRegistry(), "app");
  expect(makePlan([desired, desired], nothing).steps).toEqual(makePlan([desired], nothing).steps);
});

test("a blob that another repository of the transfer has already is mounted from there", async () => {
  const registry = createMemoryRegistry();
  const [one, two] = [await withImage(registry, "one", "shared"), await withImage(registry, "two", "shared")];
  const present = new Set(two.placements.map(keyOf));
  const plan = makePlan([one, two], { ...nothing, present });
  expect(plan.steps.slice(0, 2)).toMatchObject([
    { kind: "mount", from: two.repository },
    { kind: "mount", from: two.repository },
  ]);
});

test("where source and target are one registry, blobs are mounted from the source", async () => {
  const desired = await withImage(createMemoryRegistry(), "app");
  const plan = makePlan([desired], {
    ...nothing,
    asTargetRepository: (from) => ("name" in from ? from.name : undefined),
  });
  expect(kindsOf(plan)).toEqual(["mount", "mount", "copy", "write", "write", "write", "write"]);
  expect(plan.steps[0]).toMatchObject({ from: "images/app", reason: "the source is the same registry", needs: [] });
});

describe("tags", () => {
  const digest = (sign: string): Descriptor => ({ mediaType: "m", digest: `sha256:${sign.repeat(64)}`, size: 1 });
  const [one, two] = [digest("1"), digest("2")];
  const tag = (target: Descriptor): TagPlacement => ({
    target,
    repository: "images/app",
    tag: "1",
  });

  async function planned(artifactTags: readonly TagPlacement[], options: Partial<PlanOptions> = {}) {
    const desired = await arranged(createMemoryRegistry(), {});
    return makePlan([{ ...desired, artifactTags }], { ...nothing, ...options });
  }

  test("of artifacts first, then of component versions: what refers to none, what refers to those, and so on", async () => {
    const registry = createMemoryRegistry();
    const references = { a: [], b: [], c: ["a", "b"], d: ["c", "a"], e: ["elsewhere"] };
    const all = await Promise.all(
      Object.entries(references).map(([name, to]) =>
        arranged(registry, { name: `acme.org/${name}`, references: to.map((other) => `acme.org/${other}:1.0.0`) }),
      ),
    );
    const [first, ...others] = all as [DesiredVersion, ...DesiredVersion[]];
    const { tags } = makePlan([{ ...first, artifactTags: [tag(one)] }, ...others], nothing);
    expect(tags.map((group) => group.map(({ repository }) => repository.replace(/.*\//, "")))).toEqual([
      ["app"],
      ["a", "b", "e"],
      ["c"],
      ["d"],
    ]);
  });

  test.each<[string, TagPlacement[], Partial<PlanOptions>, object[]]>([
    ["new", [tag(one)], {}, [{ kind: "tag", target: one, before: undefined }]],
    ["there already", [tag(one)], { tags: new Map([["images/app:1", one]]) }, [{ kind: "skip", before: one }]],
    ["the same twice", [tag(one), tag(one)], {}, [{ kind: "tag", target: one }]],
    [
      "overwritten at the target",
      [tag(one)],
      { tags: new Map([["images/app:1", two]]), existing: "overwrite" },
      [{ kind: "tag", target: one, before: two }],
    ],
  ])("the tag of an artifact: %s", async (_, artifactTags, options, expected) => {
    const [first] = (await planned(artifactTags, options)).tags;
    expect(first).toMatchObject(expected);
    expect(first).toHaveLength(expected.length);
  });

  const taken = { tags: new Map([["images/app:1", two]]) };
  test.each<[string, TagPlacement[], Partial<PlanOptions>, string]>([
    ["by another artifact of the transfer", [tag(one), tag(two)], {}, "two artifacts of this transfer"],
    ["at the target", [tag(one)], taken, "another artifact has the name"],
    ["at the target, with existing: fail", [tag(one)], { ...taken, existing: "fail" }, "another artifact has the name"],
  ])("a tag that is taken %s is refused", async (_, artifactTags, options, message) => {
    await expect(planned(artifactTags, options)).rejects.toMatchObject({
      code: "ARTIFACT_NAME_TAKEN",
      where: "images/app:1",
      message: expect.stringContaining(message),
    });
  });

  test("the tag of a component version moves under every policy: whether it may was asked before", async () => {
    const key = "moved/component-descriptors/acme.org/shop:1.0.0";
    for (const existing of ["skip", "overwrite", "fail"] as const) {
      const plan = await planned([], { existing, tags: new Map([[key, two]]) });
      expect(plan.tags.at(-1)).toMatchObject([{ kind: "tag", tag: "1.0.0", before: two }]);
    }
  });
});
