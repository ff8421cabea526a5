import { afterEach, expect, test } from "@jest/globals";
import type { Descriptor } from "../../src/oci/descriptor.ts";
import type { ReadableStore } from "../../src/oci/store.ts";
import type { OciBlobAccess } from "../../src/ocm/access/access.ts";
import { type PreflightOptions, runPreflight } from "../../src/preflight/preflight.ts";
import { locateOciBlob } from "../../src/stores/elsewhere/oci-blob.ts";
import type { RemoteRegistry } from "../../src/stores/registry/registry.ts";
import { gather, type VersionRequest } from "../../src/transfer/source/gather.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { openRegistry } from "../stores/registry/open-registry.ts";
import { addBlob, addComponentVersion, addImage, resource } from "../transfer/content.ts";
import { createMemoryRegistry } from "../transfer/memory-registry.ts";

afterEach(stopEverything);

const reference = (name: string) => ({ type: "ociArtifact", imageReference: `far.test/images/${name}:1` });

/** Two images of a registry, the largest blob of them in the first. */
async function scene() {
  const source = await startFakeRegistry();
  addImage(source, "images/one", { tag: "1", layers: ["the longest layer of all"], config: '{"a":1}' });
  addImage(source, "images/two", { tag: "1", layers: ["another layer"], config: "{}" });
  addComponentVersion(source, { resources: [resource("one", reference("one")), resource("two", reference("two"))] });
  const registry = openRegistry(source.host);
  return { source, registry };
}

const wantedOf = (registry: ReadableStore): VersionRequest => ({
  from: { registry, path: "", display: registry.name },
  component: "acme.org/shop",
  version: "1.0.0",
});

/** A preflight of what these registries hold; absolute references lead to each one's own registry. */
function preflight(registries: readonly ReadableStore[], more: Partial<PreflightOptions> = {}) {
  const gatherAll: PreflightOptions["gather"] = async (wanted) => {
    const all = await Promise.all(
      wanted.map((one) =>
        gather([{ ...one, version: "1.0.0" }], {
          recursive: true,
          copyResources: true,
          copySources: true,
          registryAt: () => one.from.registry,
        }),
      ),
    );
    return {
      versions: all.flatMap(({ versions }) => versions),
      named: all.flatMap(({ named }) => named),
      errors: all.flatMap(({ errors }) => errors),
    };
  };
  return runPreflight({
    wanted: registries.map(wantedOf),
    target: undefined,
    gather: gatherAll,
    lookAtTarget: async () => [],
    ...more,
  });
}

const targetOf = (registry: RemoteRegistry) => ({ registry, path: "", display: registry.name });
const probesOf = ({ requests }: FakeRegistry) =>
  requests.filter(({ kind, headers }) => kind === "blob" && headers.range !== undefined);

test("goes the whole way, and reads one byte of the largest blob", async () => {
  const { source, registry } = await scene();
  const target = await startFakeRegistry();
  let looked = 0;
  const { gathered, errors } = await preflight([registry], {
    target: targetOf(openRegistry(target.host)),
    lookAtTarget: async ({ versions }) => {
      looked = versions.length;
      return [];
    },
  });
  expect(errors).toEqual([]);
  expect(gathered.versions).toHaveLength(1);
  expect(looked).toBe(1);
  expect([source, target].map(({ requests }) => requests[0]?.kind)).toEqual(["base", "base"]);
  expect(probesOf(source).map(({ repository, headers }) => [repository, headers.range])).toEqual([
    ["images/one", "bytes=0-0"],
  ]);
});

test("a registry that does not answer is told of, and the others are asked all the same", async () => {
  const { source, registry } = await scene();
  const dead = await startFakeRegistry({ faults: [{ when: () => true, act: { kind: "respond", status: 500 } }] });
  const { gathered, errors } = await preflight([registry, openRegistry(dead.host)]);
  expect(gathered.versions).toHaveLength(1);
  expect(errors).toMatchObject([{ code: "REGISTRY_UNAVAILABLE" }]);
  expect(probesOf(source)).toHaveLength(1);
  expect(dead.requests.map(({ kind }) => kind)).toEqual(["base"]);
});

test("a target that does not answer is not looked at", async () => {
  const { registry } = await scene();
  const dead = await startFakeRegistry({ faults: [{ when: () => true, act: { kind: "respond", status: 500 } }] });
  const { errors } = await preflight([registry], {
    target: targetOf(openRegistry(dead.host)),
    lookAtTarget: () => Promise.reject(new Error("looked at")),
  });
  expect(errors).toMatchObject([{ code: "REGISTRY_UNAVAILABLE" }]);
});

test("what cannot be read, what cannot be probed and what cannot be looked at are told together", async () => {
  const { source, registry } = await scene();
  const target = await startFakeRegistry();
  source.inject({ when: ({ headers }) => headers.range !== undefined, act: { kind: "respond", status: 403 } });
  source.inject({
    when: ({ kind, repository }) => kind === "manifest" && repository === "images/two",
    act: { kind: "respond", status: 404 },
  });
  const failure = new Error("target");
  const { gathered, errors } = await preflight([registry], {
    target: targetOf(openRegistry(target.host)),
    lookAtTarget: () => Promise.reject(failure),
  });
  expect(gathered.versions[0]?.items).toHaveLength(1);
  expect(errors).toMatchObject([{ code: "MANIFEST_UNKNOWN" }, { code: "DENIED" }, failure]);
});

test("blobs of each registry are probed, local ones too, and those of archives are not", async () => {
  const { source, registry } = await scene();
  const other = await startFakeRegistry();
  const blob = other.addBlob("component-descriptors/acme.org/shop", "a local blob", "text/plain") as Descriptor;
  const local = { type: "localBlob", localReference: blob.digest, mediaType: "text/plain" };
  addComponentVersion(other, { resources: [resource("one", local)], layers: [blob] });
  const archive = createMemoryRegistry("archive");
  addImage(archive, "images/one", { tag: "1" });
  addComponentVersion(archive, { resources: [resource("one", reference("one"))] });
  const { errors } = await preflight([registry, openRegistry(other.host), archive]);
  expect(errors).toEqual([]);
  expect([source, other].map((each) => probesOf(each).length)).toEqual([1, 1]);
});

test("a blob of another registry is probed there, however small those of the component are", async () => {
  const { source, registry } = await scene();
  const other = await startFakeRegistry();
  const blob = addBlob(other, "files", "longer than anything that the first registry has", "text/plain");
  const access = { type: "ociBlob", ref: `${other.host}/files`, ...blob };
  addComponentVersion(source, { resources: [resource("one", reference("one")), resource("file", access)] });
  const elsewhere = openRegistry(other.host);
  const { errors } = await preflight([registry], {
    gather: (wanted) =>
      gather(
        wanted.map((one) => ({ ...one, version: "1.0.0" })),
        {
          recursive: false,
          copyResources: true,
          copySources: false,
          registryAt: () => registry,
          accessMethods: {
            locate: async (located, about) => locateOciBlob(located as OciBlobAccess, about, () => elsewhere),
          },
        },
      ),
  });
  expect(errors).toEqual([]);
  expect([source, other].map((each) => probesOf(each).map(({ repository }) => repository))).toEqual([
    ["images/one"],
    ["files"],
  ]);
});
