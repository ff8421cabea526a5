import { afterEach, describe, expect, test } from "@jest/globals";
import { type Descriptor, OCI_INDEX } from "../../../src/oci/descriptor.ts";
import { referrersTag } from "../../../src/stores/registry/referrers.ts";
import { readGraph } from "../../../src/transfer/source/graph.ts";
import { createReadReferrers, type ReferrerGraph } from "../../../src/transfer/source/referrers.ts";
import { addImage, addIndex, addReferrer, SBOM, SIGNATURE } from "../../../testing/content/content.ts";
import { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { asked, type Fault } from "../../../testing/fakes/registry-faults.ts";
import { openRegistry } from "../../../testing/product/open-registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

const refused = (status: number, when: Fault["when"]): Fault => ({ when, act: { kind: "respond", status } });

/** An image for two platforms; the index is signed, one platform has an SBOM, and that a signature of its own. */
async function scene(options: FakeRegistryOptions = {}) {
  const fake = await startFakeRegistry(options);
  const platforms = ["1", "2"].map((config) => addImage(fake, "a", { config: `{${config}}` }));
  const root = addIndex(fake, "a", platforms, { tag: "1" });
  const [platform = root] = platforms;
  const signature = addReferrer(fake, "a", root, SIGNATURE);
  const sbom = addReferrer(fake, "a", platform, SBOM);
  const signed = addReferrer(fake, "a", sbom, SIGNATURE);
  return { fake, root, platform, signature, sbom, signed };
}

async function read(fake: FakeRegistry, root: Descriptor): Promise<ReferrerGraph> {
  const from = openRegistry(fake.host).repository("a");
  return createReadReferrers()(await readGraph(from, root));
}

const described = ({ found }: ReferrerGraph) =>
  found.map(({ subject, graph, tag, type }) => [subject.digest, graph.root.digest, tag ?? type]);

/** The list that a client keeps where the registry has none. */
function list(fake: FakeRegistry, subject: Descriptor, manifests: readonly object[]): void {
  fake.addManifest(
    "a",
    { schemaVersion: 2, mediaType: OCI_INDEX, manifests },
    { tag: referrersTag(subject.digest as never) },
  );
}

const questions = ({ requests }: FakeRegistry) =>
  requests.filter(({ kind, reference }) => ["referrers", "tags"].includes(kind) || reference.includes("-")).length;

test("by the API: of every manifest, and of what hangs on them", async () => {
  const { fake, root, platform, signature, sbom, signed } = await scene({ referrers: true });
  const referrers = await read(fake, root);
  expect(described(referrers).sort()).toEqual(
    [
      [root.digest, signature.digest, SIGNATURE],
      [platform.digest, sbom.digest, SBOM],
      [sbom.digest, signed.digest, SIGNATURE],
    ].sort(),
  );
  expect(referrers.unread).toEqual([]);
  expect(referrers.found.at(-1)?.subject.digest).toBe(sbom.digest);
  // One for each manifest, and the list of tags.
  expect(questions(fake)).toBe(3 + 3 + 1);
});

test("by tags, where there is no API: each referrer without what the artifact has", async () => {
  const { fake, root, platform, signature, sbom, signed } = await scene();
  list(fake, root, [signature]);
  list(fake, platform, [sbom]);
  list(fake, sbom, [signed]);
  const { found, unread } = await read(fake, root);
  expect(found.map(({ graph }) => graph.root.digest).sort()).toEqual(
    [signature.digest, sbom.digest, signed.digest].sort(),
  );
  expect(unread).toEqual([]);
  for (const { graph } of found) {
    expect(graph.nodes.map(({ descriptor }) => descriptor.digest)).not.toContain(root.digest);
    expect(graph.nodes.at(-1)?.descriptor.digest).toBe(graph.root.digest);
  }
  // One says that there is no API, one lists the tags, and the three that there are are read.
  expect(questions(fake)).toBe(2 + 3);
});

test("nothing hangs on an image: two questions, however many manifests it has", async () => {
  const { fake, root } = await scene();
  expect(await read(fake, root)).toEqual({ found: [], unread: [] });
  expect(questions(fake)).toBe(2);
});

test.each([".sig", ".att", ".sbom"])("cosign's tag %s, beside the API", async (suffix) => {
  const { fake, root, platform } = await scene({ referrers: true });
  const tag = `${referrersTag(platform.digest as never)}${suffix}`;
  const tagged = addImage(fake, "a", { layers: ["payload"], tag });
  const { found } = await read(fake, root);
  expect(described({ found, unread: [] })).toContainEqual([platform.digest, tagged.digest, tag]);
  expect(found).toHaveLength(4);
});

test("one artifact under two of cosign's tags is there once, and has both", async () => {
  const { fake, root, platform } = await scene();
  const tags = [root, platform].map(({ digest }) => `${referrersTag(digest as never)}.sbom`);
  for (const tag of tags) addImage(fake, "a", { layers: ["sbom"], tag });
  const { found } = await read(fake, root);
  expect(new Set(found.map(({ tag }) => tag))).toEqual(new Set(tags));
  expect(found.map(({ graph }) => graph.nodes.length > 0)).toEqual([true, false]);
});

test("a list may not pass off other manifests", async () => {
  const { fake, root, platform, signature, sbom } = await scene();
  const other = addImage(fake, "a", { layers: ["other"] });
  list(fake, root, [signature, sbom, other, platform]);
  expect(described(await read(fake, root))).toEqual([[root.digest, signature.digest, SIGNATURE]]);
});

describe("what cannot be read is told, and fails nothing", () => {
  test("a manifest that was lost", async () => {
    const { fake, root, signature } = await scene();
    list(fake, root, [signature, { ...signature, digest: `sha256:${"0".repeat(64)}` }]);
    const { found, unread } = await read(fake, root);
    expect(found).toHaveLength(1);
    expect(unread).toEqual([expect.stringContaining("0000")]);
  });

  test("one of a type that is no manifest any more", async () => {
    const { fake, root, signature } = await scene();
    list(fake, root, [{ ...signature, mediaType: "application/vnd.oci.artifact.manifest.v1+json" }]);
    expect(await read(fake, root)).toEqual({
      found: [],
      unread: [expect.stringContaining("application/vnd.oci.artifact.manifest.v1+json")],
    });
  });

  test("an index that is none", async () => {
    const { fake, root } = await scene();
    const tag = referrersTag(root.digest as never);
    fake.addManifest("a", Buffer.from('{"manifests":{}}'), { mediaType: OCI_INDEX, tag });
    expect((await read(fake, root)).unread).toHaveLength(1);
  });

  test.each([401, 403, 503])("the answer %d to the question", async (status) => {
    const { fake, root } = await scene({ faults: [refused(status, asked({ kind: "referrers" }))] });
    const { found, unread } = await read(fake, root);
    expect(found).toEqual([]);
    expect(unread).toEqual(expect.arrayContaining([expect.stringContaining(String(status))]));
  });
});

test("where tags may not be listed, each is asked for by its name", async () => {
  const { fake, root, signature } = await scene({ faults: [refused(403, asked({ kind: "tags" }))] });
  list(fake, root, [signature]);
  const tag = `${referrersTag(root.digest as never)}.sig`;
  addImage(fake, "a", { layers: ["payload"], tag });
  const { found, unread } = await read(fake, root);
  expect(found.map((each) => each.tag ?? each.type).sort()).toEqual([SIGNATURE, tag].sort());
  expect(unread).toEqual([]);
});

test("a connection that is cut is an error: nobody knows what the registry would say", async () => {
  const { fake, root } = await scene({ faults: [{ when: asked({ kind: "referrers" }), act: { kind: "reset" } }] });
  await expect(read(fake, root)).rejects.toMatchObject({ phase: expect.anything() });
});
