import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { OCI_INDEX } from "../../src/oci/descriptor.ts";
import { referrersTag } from "../../src/stores/registry/referrers.ts";
import {
  addComponentVersion,
  addImage,
  addReferrer,
  descriptorOf,
  imageResource,
  SBOM,
} from "../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { type Fault, ociError } from "../../testing/fakes/registry-faults.ts";
import { runCommand, runForResults } from "../../testing/product/run-command.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

/** A shop whose image has an SBOM as a referrer. */
async function startShop(targetOptions: { readonly referrers: boolean }) {
  const source = await startFakeRegistry({ referrers: true });
  const image = addImage(source, "images/etcd", { tag: "3.5" });
  const sbom = addReferrer(source, "images/etcd", image, SBOM, "an SBOM");
  addComponentVersion(source, { resources: [imageResource("etcd", `${source.origin}/images/etcd:3.5`)] });
  const target = await startFakeRegistry(targetOptions);
  return { source, target, image, sbom };
}

type Shop = Awaited<ReturnType<typeof startShop>>;

const HOME = "moved/component-descriptors/acme.org/shop";
const transfer = (source: FakeRegistry, target: string, more: Readonly<Record<string, string>> = {}) =>
  runCommand("transfer", {
    "component-versions": `${source.origin}//acme.org/shop:1.0.0`,
    target,
    ...(target.startsWith("http") ? { "consumer-repository": target } : {}),
    "copy-resources": "true",
    ...more,
  });

const refused = (status: number, when: Fault["when"], code = "MANIFEST_INVALID"): Fault => ({
  when,
  act: { kind: "respond", status, body: ociError(code, "no") },
});
const putManifest =
  (holds: (reference: string) => boolean): Fault["when"] =>
  ({ method, kind, reference }) =>
    method === "PUT" && kind === "manifest" && holds(reference);
const blob = descriptorOf("an SBOM").digest;
const upload: Fault["when"] = ({ method, kind, query }) =>
  method === "PUT" && kind === "upload" && query.get("digest") === blob;
const blobOfSource: Fault["when"] = ({ method, kind, reference }) =>
  method === "GET" && kind === "blob" && reference === blob;

const AT_THE_TARGET: readonly [string, (shop: Shop) => Fault][] = [
  [
    "answers its manifest by 404",
    ({ sbom }) =>
      refused(
        404,
        putManifest((reference) => reference === sbom.digest),
        "MANIFEST_UNKNOWN",
      ),
  ],
  [
    "refuses its manifest",
    ({ sbom }) =>
      refused(
        400,
        putManifest((reference) => reference === sbom.digest),
      ),
  ],
  [
    "fails at its manifest",
    ({ sbom }) =>
      refused(
        500,
        putManifest((reference) => reference === sbom.digest),
        "UNKNOWN",
      ),
  ],
  ["refuses its blob", () => refused(413, upload, "SIZE_INVALID")],
];
const AT_THE_SOURCE: readonly [string, Fault][] = [
  ["has lost its blob", refused(404, blobOfSource, "BLOB_UNKNOWN")],
  ["denies its blob", refused(403, blobOfSource, "DENIED")],
  ["has other content for its blob", { when: blobOfSource, act: { kind: "lie" } }],
  ["has a longer blob", { when: blobOfSource, act: { kind: "respond", status: 200, body: "an SBOM that is longer" } }],
];

const codesOf = (findings: readonly { readonly code: string }[]) => findings.map(({ code }) => code);

describe.each(["localBlob", "ociArtifact"])(
  "with access: %s, a referrer is left, and the rest is published",
  (access) => {
    test.each(AT_THE_TARGET)("where the target %s", async (_, fault) => {
      const shop = await startShop({ referrers: true });
      shop.target.inject(fault(shop));
      const { errors, findings } = await transfer(shop.source, `${shop.target.origin}/moved`, { access });
      expect([errors, codesOf(findings)]).toEqual([[], expect.arrayContaining(["REFERRERS_LEFT"])]);
      expect(Object.keys(shop.target.tags(HOME))).toEqual(["1.0.0"]);
    });

    test.each(AT_THE_SOURCE)("where the source %s", async (_, fault) => {
      const shop = await startShop({ referrers: true });
      shop.source.inject(fault);
      const { errors, findings } = await transfer(shop.source, `${shop.target.origin}/moved`, { access });
      expect([errors, codesOf(findings)]).toEqual([[], expect.arrayContaining(["REFERRERS_LEFT"])]);
      expect(Object.keys(shop.target.tags(HOME))).toEqual(["1.0.0"]);
      expect(shop.target.blob(HOME, blob) ?? shop.target.blob("moved/images/etcd", blob)).toBeUndefined();
    });
  },
);

test.each<[string, Fault["when"]]>([
  [
    "the list of referrers",
    ({ method, kind, headers }) => method === "PUT" && kind === "manifest" && headers["content-type"] === OCI_INDEX,
  ],
  ["the referrers tag", putManifest((reference) => reference.startsWith("sha256-"))],
])("a target without the referrers API that refuses %s has the rest", async (_, when) => {
  const { source, target, image, sbom } = await startShop({ referrers: false });
  target.inject(refused(400, when));
  const { errors, findings } = await transfer(source, `${target.origin}/moved`, { access: "ociArtifact" });
  expect([errors, codesOf(findings)]).toEqual([[], expect.arrayContaining(["REFERRERS_LEFT"])]);
  expect(target.tags("moved/images/etcd")).toEqual({ "3.5": image.digest });
  expect(Object.keys(target.tags(HOME))).toEqual(["1.0.0"]);
  target.heal();
  const again = await transfer(source, `${target.origin}/moved`, { access: "ociArtifact" });
  expect([again.errors, codesOf(again.findings)]).toEqual([[], expect.not.arrayContaining(["REFERRERS_LEFT"])]);
  const list = target.manifest("moved/images/etcd", referrersTag(image.digest as never));
  expect(String(list?.content)).toContain(sbom.digest);
});

test.each<[string, boolean, Fault["when"] | undefined]>([
  ["a target without the referrers API", false, undefined],
  ["a target that refuses their manifests", true, ({ method, kind }) => method === "PUT" && kind === "manifest"],
])("%s has an unchanged component version the next time", async (_, referrers, when) => {
  const { source, target, sbom } = await startShop({ referrers });
  if (when !== undefined) {
    target.inject(refused(400, (request) => when(request) && request.reference === sbom.digest));
  }
  const inputs = {
    "component-versions": `${source.origin}//acme.org/shop:1.0.0`,
    target: `${target.origin}/moved`,
    "copy-resources": "true",
  };
  const states: unknown[] = [];
  for (const _round of [1, 2]) {
    const { results } = await runForResults("transfer", inputs);
    states.push(
      results.componentVersions?.map(({ state }) => state),
      codesOf(results.findings).includes("REFERRERS_LEFT"),
    );
  }
  expect(states).toEqual([["written"], true, ["unchanged"], true]);
});

describe("a referrer that is a resource itself is not reported as left", () => {
  test.each(["registry", "dry run", "folder", "tgz"])("%s", async (kind) => {
    const { source, target, image, sbom } = await startShop({ referrers: false });
    addComponentVersion(source, {
      resources: [
        imageResource("sbom", `${source.origin}/images/etcd@${sbom.digest}`, sbom),
        imageResource("etcd", `${source.origin}/images/etcd:3.5`, image),
      ],
    });
    const place =
      kind === "folder" || kind === "tgz"
        ? join(temporaryFolder(), kind === "tgz" ? "a.tgz" : "a")
        : `${target.origin}/moved`;
    const dryRun = { "dry-run": String(kind === "dry run") };
    for (const _ of [1, 2]) {
      const { errors, findings } = await transfer(source, place, dryRun);
      expect([errors, codesOf(findings)]).toEqual([[], expect.not.arrayContaining(["REFERRERS_LEFT"])]);
    }
    if (kind === "registry") expect(target.manifest(HOME, sbom.digest)).toBeDefined();
  });
});
