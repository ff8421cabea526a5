import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { openCtf } from "../../src/stores/ctf/store.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { type Fault, faults, ociError } from "../../testing/fakes/registry-faults.ts";
import { componentDigests, resources } from "../../testing/fixtures/ocm/digests.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { ctf, temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const ALL = `ctf::${ctf("v1-by-value")}//example.org/shop:1.2.0`;
const DOCKER = "application/vnd.docker.distribution.manifest";

const dockerRefused: Fault = {
  when: ({ method, headers }) => method === "PUT" && (headers["content-type"] ?? "").startsWith(DOCKER),
  act: { kind: "respond", status: 400, body: ociError("MANIFEST_INVALID", "schema 2 is not for us") },
};

async function transfer(target: FakeRegistry, more: Record<string, string> = {}): Promise<ActionResult> {
  const inputs = { "component-versions": ALL, recursive: "true", target: `${target.origin}/x` };
  return runAction({ inputs: { ...inputs, ...more } });
}

const titlesOf = ({ annotations }: ActionResult) => annotations.map(({ level, title }) => `${level} ${title}`);
const tagsOf = (target: FakeRegistry) => target.repositories().flatMap((name) => Object.keys(target.tags(name)));

/** What the target holds, carried off to an archive: every digest on the way is checked. */
async function expectReadable(target: FakeRegistry): Promise<void> {
  const archive = join(temporaryFolder(), "back.tgz");
  const result = await runAction({
    inputs: {
      "component-versions": `${target.origin}/x//example.org/shop:1.2.0`,
      recursive: "true",
      target: archive,
    },
  });
  expect(titlesOf(result)).toEqual([]);
  const versions = JSON.parse(result.outputs["component-versions"] ?? "") as Record<string, string>[];
  expect(
    Object.fromEntries(versions.map(({ component, version, digest }) => [`${component}:${version}`, digest])),
  ).toEqual(Object.fromEntries(Object.entries(componentDigests).map(([id, digest]) => [id, `sha256:${digest}`])));
  const back = await openCtf(archive, { spool: temporaryFolder() });
  try {
    for (const { component, digest } of resources) {
      const repository = back.repository(`component-descriptors/${component.split(":")[0]}`);
      if (digest.length > 0) expect(await repository.exists({ mediaType: "", digest, size: 0 } as never)).toBe(true);
    }
  } finally {
    await back.close();
  }
}

/** The access of every resource at the target, by name. */
function accessesIn({ outputs }: ActionResult): Record<string, { type: string; mediaType?: string }> {
  const versions = JSON.parse(outputs["component-versions"] ?? "") as { resources: { name: string; after: never }[] }[];
  return Object.fromEntries(versions.flatMap((version) => version.resources.map(({ name, after }) => [name, after])));
}

describe("a target that takes no index around a component version", () => {
  test("is told of, in its words, and nothing is published", async () => {
    const target = await startFakeRegistry();
    target.inject(faults.indexRefused("no mixed indexes"));
    const result = await transfer(target);
    expect(titlesOf(result)).toEqual(["error INDEX_REFUSED"]);
    expect(result.annotations[0]?.message).toMatch(/no mixed indexes.*access-fallback/);
    expect(tagsOf(target)).toEqual([]);
  });

  test("gets artifact sets, as v1 writes them, where that is asked for", async () => {
    const target = await startFakeRegistry();
    target.inject(faults.indexRefused());
    const result = await transfer(target, { "access-fallback": "artifact-set" });
    expect(new Set(titlesOf(result))).toEqual(new Set(["warning ACCESS_FALLBACK"]));
    expect(accessesIn(result)).toMatchObject({
      frontend: { type: "localBlob", mediaType: "application/vnd.oci.image.manifest.v1+tar+gzip" },
      "legacy-multi": { type: "localBlob", mediaType: `${DOCKER}.list.v2+tar+gzip` },
    });
    await expectReadable(target);
    // What is refused is tried first in each run, and may copy a component descriptor that the refusal of the first run came before.
    const again = await transfer(target, { "access-fallback": "artifact-set" });
    const steps = JSON.parse(again.outputs.plan ?? "[]") as { kind: string }[];
    expect(steps.filter(({ kind }) => kind === "skip").length).toBe(10);
    expect(steps.filter(({ kind }) => ["copy", "mount", "write"].includes(kind))).toEqual([]);
  });
});

describe("a target that takes no Docker manifests", () => {
  test("is told of, in its words, and nothing is published", async () => {
    const target = await startFakeRegistry();
    target.inject(dockerRefused);
    const result = await transfer(target);
    expect(titlesOf(result)).toEqual(["error INDEX_REFUSED"]);
    expect(result.annotations[0]?.message).toContain("schema 2 is not for us");
    expect(tagsOf(target)).toEqual([]);
  });

  test("gets artifact sets of these alone", async () => {
    const target = await startFakeRegistry();
    target.inject(dockerRefused);
    const result = await transfer(target, { "access-fallback": "artifact-set" });
    expect(new Set(titlesOf(result))).toEqual(new Set(["warning ACCESS_FALLBACK"]));
    expect(accessesIn(result)).toMatchObject({
      frontend: { mediaType: "application/vnd.oci.image.manifest.v1+json" },
      legacy: { mediaType: `${DOCKER}.v2+tar+gzip` },
    });
    await expectReadable(target);
  });

  test("cannot be helped by other names for them", async () => {
    const target = await startFakeRegistry();
    target.inject(dockerRefused);
    const result = await transfer(target, {
      "access-fallback": "ociArtifact",
      "consumer-repository": `${target.origin}/x`,
    });
    expect(titlesOf(result)).toEqual(["warning ACCESS_FALLBACK", "error REGISTRY_REFUSED"]);
    expect(tagsOf(target)).toEqual([]);
  });
});

test("a target that takes no indexes of images either: absolute references where these are taken", async () => {
  const target = await startFakeRegistry();
  // The index around a component version alone is refused: it holds an annotation of OCM.
  const isOurs = (repository: string) => repository.includes("component-descriptors");
  target.inject({
    when: ({ method, kind, repository, headers }) =>
      method === "PUT" && kind === "manifest" && isOurs(repository) && /index|list/.test(headers["content-type"] ?? ""),
    act: { kind: "respond", status: 400, body: ociError("MANIFEST_INVALID", "no") },
  });
  const result = await transfer(target, {
    "access-fallback": "ociArtifact",
    "consumer-repository": `${target.origin}/x`,
  });
  expect(titlesOf(result)).toContain("warning ACCESS_FALLBACK");
  expect(result.code).toBe(0);
  for (const { type } of Object.values(accessesIn(result))) expect(["ociArtifact", "localBlob"]).toContain(type);
  await expectReadable(target);
});

test.each([
  [400, "NAME_INVALID", "REPOSITORY_NAME_REFUSED", "shorter path"],
  [404, "NAME_UNKNOWN", "REPOSITORY_UNKNOWN", "Create the repository"],
] as const)("a push that is answered with %d %s is %s", async (status, code, expected, remedy) => {
  const target = await startFakeRegistry();
  target.inject({
    when: ({ kind, method }) => kind === "upload" && method === "POST",
    act: { kind: "respond", status, body: ociError(code, "its words") },
  });
  const result = await transfer(target);
  expect(titlesOf(result)).toEqual([`error ${expected}`]);
  expect(result.annotations[0]?.message).toContain(remedy);
  expect(JSON.parse(result.outputs.diagnosis ?? "")).toMatchObject([{ code: expected, "refused-by": "registry" }]);
  expect(tagsOf(target)).toEqual([]);
});
