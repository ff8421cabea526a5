import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { OCI_INDEX } from "../../src/oci/descriptor.ts";
import type { ReadableRepository, ReadableStore } from "../../src/oci/store.ts";
import { openCtf } from "../../src/stores/ctf/store.ts";
import { openCtfTarget } from "../../src/stores/ctf/writable-store.ts";
import { referrersTag } from "../../src/stores/registry/referrers.ts";
import { readGraph } from "../../src/transfer/source/graph.ts";
import { createReadReferrers } from "../../src/transfer/source/referrers.ts";
import { plannedToBeLeft } from "../../src/transfer/target/tag-referrers.ts";
import {
  addComponentVersion,
  addImage,
  addIndex,
  addReferrer,
  artifactDigest,
  resource,
  SBOM,
  SIGNATURE,
} from "../../testing/content/content.ts";
import { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { asked } from "../../testing/fakes/registry-faults.ts";
import { openRegistry } from "../../testing/product/open-registry.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { withParts } from "../../testing/real/parts.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { PATH, planTransfer, type TransferOptions, transferReferrers } from "./run-transfer.ts";

afterEach(stopEverything);

const HOME = `${PATH}/component-descriptors/acme.org/shop`;
const OWN = `${PATH}/images/shop`;

/** An image for two platforms, signed in both ways of cosign's, with an SBOM that is signed too. */
async function startSource(options: FakeRegistryOptions = { referrers: true }) {
  const source = await startFakeRegistry(options);
  const platforms = ["1", "2"].map((config) => addImage(source, "images/shop", { config: `{${config}}` }));
  const image = addIndex(source, "images/shop", platforms, { tag: "1" });
  const sbom = addReferrer(source, "images/shop", image, SBOM);
  const referrers = [
    addReferrer(source, "images/shop", image, SIGNATURE),
    sbom,
    addReferrer(source, "images/shop", sbom, SIGNATURE),
  ];
  const tag = `${referrersTag(image.digest)}.sig`;
  const tagged = addImage(source, "images/shop", { layers: ["payload"], tag });
  const access = { type: "ociArtifact", imageReference: "far.test/images/shop:1" };
  addComponentVersion(source, { resources: [resource("shop", access, artifactDigest(image))] });
  return { source, image, referrers: referrers.map(({ digest }) => digest).sort(), tag, tagged };
}

/** What a client finds that looks for it there, asked anew. */
async function found({ repository }: ReadableStore, name: string, reference: string): Promise<string[]> {
  const from: ReadableRepository = repository(name);
  const { found, unread } = await createReadReferrers()(await readGraph(from, await from.resolve(reference)));
  expect(unread).toEqual([]);
  return found.map(({ graph, tag }) => tag ?? graph.root.digest).sort();
}

type Host = Pick<FakeRegistry, "host">;
const run = (source: ReadableStore | Host, target: Host, more: Partial<TransferOptions> = {}) =>
  transferReferrers({ source: "host" in source ? openRegistry(source.host) : source, target, ...more });

const targets: [string, boolean, () => Promise<Host>][] = [
  ["a registry with the referrers API", true, () => startFakeRegistry({ referrers: true })],
  ["one without", false, () => startFakeRegistry()],
];

function suite(name: string, hasApi: boolean, start: () => Promise<Host>): void {
  describe(`to ${name}`, () => {
    test.each(["relativeOciReference", "ociArtifact"] as const)(
      "%s: signatures and an SBOM arrive with their image, once",
      async (form) => {
        const { source, image, referrers, tag } = await startSource();
        const target = await start();
        const { left } = await run(source, target, { form });
        expect(left).toEqual([]);
        expect(await found(openRegistry(target.host), OWN, image.digest)).toEqual([...referrers, tag].sort());
        const tags = await openRegistry(target.host).repository(OWN).listTags();
        expect(tags.includes(referrersTag(image.digest))).toBe(!hasApi);
        expect(tags).toEqual(expect.arrayContaining(["1", tag]));
        expect((await run(source, target, { form })).wrote).toBe(0);
      },
    );

    test("localBlob: what would hang on a tag stays behind, and is told", async () => {
      const { source, image, referrers, tag } = await startSource();
      const target = await start();
      const { left } = await run(source, target);
      const untagged = [`shop (${SBOM})`, `shop (${SIGNATURE})`, `shop (${SIGNATURE})`];
      expect(left.sort()).toEqual([`shop (${tag})`, ...(hasApi ? [] : untagged)].sort());
      expect(await found(openRegistry(target.host), HOME, image.digest)).toEqual(hasApi ? referrers : []);
      expect(await openRegistry(target.host).repository(HOME).listTags()).toEqual(["1.0.0"]);
      const again = await run(source, target);
      expect(again.wrote).toBe(0);
      expect(again.left.sort()).toEqual(left.sort());
      const listed = again.plan.desired.flatMap(({ manifest }) => JSON.stringify(manifest.root));
      expect(listed.join()).not.toContain(referrers[0]);
    });

    test("in place: an image's own repository, and then the component's", async () => {
      const { source, image, referrers } = await startSource();
      const target = await start();
      await run(source, target, { form: "ociArtifact" });
      const registry = openRegistry(target.host);
      await run(registry, target, { registry, path: PATH });
      expect(await found(openRegistry(target.host), HOME, image.digest)).toEqual(hasApi ? referrers : []);
      const same = openRegistry(target.host);
      expect((await run(same, target, { registry: same, path: PATH })).wrote).toBe(0);
    });
  });
}

for (const target of targets) suite(...target);
for (const kind of ["distribution", "docker-registry"] as const) {
  withParts([kind], `the real ${kind}`, () => suite(kind, false, () => startRegistry({ kind })));
}

test("through an archive: what hangs on images goes on from it", async () => {
  const { source, image, referrers, tag } = await startSource();
  const path = join(temporaryFolder(), "shop.tgz");
  for (const round of [1, 2]) {
    const registry = await openCtfTarget(path);
    const { left, wrote } = await run(source, source, { registry });
    expect(left).toEqual([`shop (${tag})`]);
    expect(wrote > 0).toBe(round === 1);
  }
  const archive = await openCtf(path);
  expect(await archive.repository(HOME).listTags()).toEqual(["1.0.0"]);
  expect(await found(archive, HOME, image.digest)).toEqual(referrers);
  const target = await startFakeRegistry({ referrers: true });
  await run(archive, target, { path: PATH });
  expect(await found(openRegistry(target.host), HOME, image.digest)).toEqual(referrers);
  const without = await startFakeRegistry();
  await run(archive, without, { path: PATH, form: "ociArtifact" });
  const name = `${PATH}/images/shop`;
  expect(await found(openRegistry(without.host), name, image.digest)).toEqual(referrers);
  await archive.close();
});

test("a list that others keep at the target is added to, and what they wrote stays", async () => {
  const { source, image, referrers, tag } = await startSource();
  const target = await startFakeRegistry();
  await run(source, target, { form: "ociArtifact" });
  const own = addReferrer(target, OWN, image, SIGNATURE, "of the target");
  const manifests = [{ ...own, artifactType: SIGNATURE, annotations: { by: "others" }, data: "e30=" }];
  const document = { schemaVersion: 2, mediaType: OCI_INDEX, manifests, annotations: { kept: "yes" } };
  target.addManifest(OWN, document, { tag: referrersTag(image.digest) });
  await run(source, target, { form: "ociArtifact" });
  expect(await found(openRegistry(target.host), OWN, image.digest)).toEqual([...referrers, own.digest, tag].sort());
  const listed = JSON.parse(String(target.manifest(OWN, referrersTag(image.digest))?.content));
  expect(listed.annotations).toEqual({ kept: "yes" });
  expect(listed.manifests).toHaveLength(3);
  expect(listed.manifests[0]).toEqual(manifests[0]);
  expect(listed.manifests[1]).toMatchObject({ annotations: { about: image.digest } });
  expect(listed.manifests.map(({ artifactType }: { artifactType: string }) => artifactType).sort()).toEqual(
    [SIGNATURE, SIGNATURE, SBOM].sort(),
  );
});

test("what is no list under the tag is left alone", async () => {
  const { source, image } = await startSource();
  const target = await startFakeRegistry();
  const other = addImage(target, OWN, { layers: ["other"], tag: referrersTag(image.digest) });
  const { left } = await run(source, target, { form: "ociArtifact" });
  expect(left.sort()).toEqual([`shop (${SBOM})`, `shop (${SIGNATURE})`].sort());
  expect(target.tags(OWN)[referrersTag(image.digest)]).toBe(other.digest);
});

test("signatures of the target's own stay, unless they are to be overwritten", async () => {
  const { source, tag, tagged } = await startSource();
  const target = await startFakeRegistry({ referrers: true });
  const own = addImage(target, OWN, { layers: ["signed here"], tag });
  expect((await run(source, target, { form: "ociArtifact" })).left).toEqual([`shop (${tag})`]);
  expect(target.tags(OWN)[tag]).toBe(own.digest);
  expect((await run(source, target, { form: "ociArtifact", existing: "overwrite" })).left).toEqual([]);
  expect(target.tags(OWN)[tag]).toBe(tagged.digest);
});

test("a registry that answers, and does not list what it got, is not believed", async () => {
  const act = { kind: "respond", status: 200, body: JSON.stringify({ schemaVersion: 2, manifests: [] }) } as const;
  const { source, image, referrers, tag } = await startSource();
  const target = await startFakeRegistry({ faults: [{ when: asked({ kind: "referrers" }), act }] });
  expect((await run(source, target)).left).toHaveLength(4);
  expect((await run(source, target, { form: "ociArtifact" })).left).toEqual([]);
  target.heal();
  expect(await found(openRegistry(target.host), OWN, image.digest)).toEqual([...referrers, tag].sort());
});

test("a blob that an image shares with what stays behind goes with the image", async () => {
  const source = await startFakeRegistry({ referrers: true });
  const [one, two] = [addImage(source, "one", { layers: ["1"], config: "{1}" }), addImage(source, "two")];
  // Its config is {}, as that of the second image.
  addReferrer(source, "one", one, SBOM);
  const resources = [one, two].map((image, index) => {
    const imageReference = `far.test/${index === 0 ? "one" : "two"}@${image.digest}`;
    return resource(`r${index}`, { type: "ociArtifact", imageReference }, artifactDigest(image));
  });
  addComponentVersion(source, { resources });
  const target = await startFakeRegistry();
  expect((await run(source, target)).left).toEqual([`r0 (${SBOM})`]);
  expect(target.manifest(HOME, two.digest)).toBeDefined();
});

test("subjects are there before what says something about them", async () => {
  const { source, image, referrers } = await startSource();
  const target = await startFakeRegistry({ referrers: true });
  await run(source, target);
  const pushed = target.requests
    .filter(({ method, kind, status }) => method === "PUT" && kind === "manifest" && status === 201)
    .map(({ reference }) => reference);
  for (const referrer of referrers) {
    expect(pushed.indexOf(referrer)).toBeGreaterThan(pushed.indexOf(image.digest));
  }
  expect(pushed.at(-1)).toBe("1.0.0");
});

test("what it costs: a question for each manifest where there is the API, and a list of tags", async () => {
  const { source } = await startSource();
  await planTransfer({ source: openRegistry(source.host), target: await startFakeRegistry(), withReferrers: true });
  const count = (kind: string) => source.requests.filter((each) => each.kind === kind).length;
  expect([count("referrers"), count("tags")]).toEqual([3 + 3 + 1, 1]);
});

test("a plan tells what hangs on what, and what it knows to stay behind", async () => {
  const { source, image, referrers, tag } = await startSource();
  const target = await startFakeRegistry();
  const plan = async () =>
    (await planTransfer({ source: openRegistry(source.host), target, withReferrers: true })).plan;
  const steps = async (kind: string) =>
    (await plan()).steps.filter((step) => step.kind === kind && referrers.includes(step.placement.descriptor.digest));
  expect((await steps("copy")).map(({ reason }) => reason)).toContain(
    `refers to ${image.digest}, and stays behind if the registry has no referrers API`,
  );
  expect(plannedToBeLeft(await plan()).map((each) => each.tag)).toEqual([tag]);
  await run(source, target);
  expect(await steps("left")).toHaveLength(3);
  expect(plannedToBeLeft(await plan())).toHaveLength(4);
});
