import { afterEach, expect, test } from "@jest/globals";
import { runPreflight } from "../../src/preflight/preflight.ts";
import type { ReadableRegistry } from "../../src/registry/registry.ts";
import { type Gathered, gather } from "../../src/transfer/gather.ts";
import { type FakeRegistry, startFakeRegistry } from "../fakes/registry.ts";
import { stopEverything } from "../real/running.ts";
import { openRegistry } from "../registry/open-registry.ts";
import { addComponentVersion, addImage, resource } from "../transfer/content.ts";
import { createMemoryRegistry } from "../transfer/memory-registry.ts";

afterEach(stopEverything);

const reference = (name: string) => ({ type: "ociArtifact", imageReference: `far.test/images/${name}:1` });

/** Two images of a registry, the smallest blob of them two bytes long. */
async function scene() {
  const source = await startFakeRegistry();
  addImage(source, "images/one", { tag: "1", layers: ["a long layer"], config: '{"a":1}' });
  addImage(source, "images/two", { tag: "1", layers: ["another layer"], config: "{}" });
  addComponentVersion(source, { resources: [resource("one", reference("one")), resource("two", reference("two"))] });
  const registry = openRegistry(source.host);
  return { source, registry, read: () => gatherFrom(registry) };
}

function gatherFrom(registry: ReadableRegistry): Promise<Gathered> {
  const from = { registry, path: "", display: registry.name };
  return gather([{ from, component: "acme.org/shop", version: "1.0.0" }], {
    recursive: true,
    copyResources: true,
    copySources: true,
    registryAt: () => registry,
  });
}

const blobs = ({ requests }: FakeRegistry) => requests.filter(({ kind }) => kind === "blob");

test("goes the whole way, and reads one byte of the smallest blob", async () => {
  const { source, registry, read } = await scene();
  let looked = 0;
  const result = await runPreflight({ registries: [registry], gather: read, lookAtTarget: async () => looked++ });
  expect(result.errors).toEqual([]);
  expect(result.gathered?.versions).toHaveLength(1);
  expect(looked).toBe(1);
  expect(source.requests[0]?.kind).toBe("base");
  const probes = blobs(source).filter(({ headers }) => headers.range !== undefined);
  expect(probes.map(({ repository, headers }) => [repository, headers.range])).toEqual([["images/two", "bytes=0-0"]]);
});

test("a registry that does not answer is all that there is to tell", async () => {
  const { source, registry, read } = await scene();
  const dead = await startFakeRegistry({ faults: [{ when: () => true, act: { kind: "respond", status: 500 } }] });
  const other = openRegistry(dead.host);
  const { gathered, errors } = await runPreflight({ registries: [registry, other, other], gather: read });
  expect(gathered).toBeUndefined();
  expect(errors).toMatchObject([{ code: "REGISTRY_UNAVAILABLE" }, { code: "REGISTRY_UNAVAILABLE" }]);
  expect(source.requests.map(({ kind }) => kind)).toEqual(["base"]);
});

test("what cannot be read and what cannot be looked at are told together", async () => {
  const { source, registry } = await scene();
  const failures = [new Error("source"), new Error("target")];
  const { gathered, errors } = await runPreflight({
    registries: [registry],
    gather: () => Promise.reject(failures[0]),
    lookAtTarget: () => Promise.reject(failures[1]),
  });
  expect(gathered).toBeUndefined();
  expect(errors).toEqual(failures);
  expect(blobs(source)).toEqual([]);
});

test("a target that cannot be looked at does not keep blobs from being probed", async () => {
  const { source, registry, read } = await scene();
  const failure = new Error("target");
  source.inject({ when: ({ headers }) => headers.range !== undefined, act: { kind: "respond", status: 403 } });
  const { gathered, errors } = await runPreflight({
    registries: [registry],
    gather: read,
    lookAtTarget: () => Promise.reject(failure),
  });
  expect(gathered).toBeDefined();
  expect(errors).toMatchObject([failure, { code: "DENIED" }]);
});

test("blobs of each registry are probed, and those of archives are not", async () => {
  const { source, registry, read } = await scene();
  const other = await startFakeRegistry();
  addImage(other, "images/one", { tag: "1" });
  addComponentVersion(other, { resources: [resource("one", reference("one"))] });
  const archive = createMemoryRegistry("archive");
  addImage(archive, "images/one", { tag: "1" });
  addComponentVersion(archive, { resources: [resource("one", reference("one"))] });
  const all = [await read(), await gatherFrom(openRegistry(other.host)), await gatherFrom(archive)];
  const versions = all.flatMap((each) => each.versions);
  const before = [source, other].map((each) => blobs(each).length);
  const { errors } = await runPreflight({ registries: [registry], gather: async () => ({ versions }) });
  expect(errors).toEqual([]);
  expect([source, other].map((each, index) => blobs(each).length - (before[index] ?? 0))).toEqual([1, 1]);
});
