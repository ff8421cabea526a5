import { afterEach, expect, test } from "@jest/globals";
import { DOCKER_MANIFEST, DOCKER_MANIFEST_LIST, OCI_INDEX } from "../../src/oci/descriptor.ts";
import {
  addComponentVersion,
  addImage,
  addIndex,
  addReferrer,
  imageResource,
  SBOM,
} from "../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { runForResults } from "../../testing/product/run-command.ts";
import { acmePublicKey, ctf } from "../../testing/real/fixtures.ts";
import { startGoRegistry } from "../../testing/real/go-registry.ts";
import { type PartName, withParts } from "../../testing/real/parts.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

interface Target {
  readonly origin: string;
}

/** Real registries, and whether each has the referrers API. */
const TARGETS: readonly [PartName, boolean, () => Promise<Target>][] = [
  ["docker-registry", false, () => startRegistry({ kind: "docker-registry" })],
  ["distribution", false, () => startRegistry({ kind: "distribution" })],
  ["crane", false, () => startGoRegistry("crane")],
  ["ocimem", true, () => startGoRegistry("ocimem")],
];
const FORMS = ["localBlob", "relativeOciReference", "ociArtifact"] as const;

/** A shop with a local blob, and an image for Docker's and OCI's platforms in nested indexes, with an SBOM. */
async function startShop() {
  const source = await startFakeRegistry({ referrers: true });
  const child = addImage(source, "images/shop", { config: "{1}" });
  const docker = addImage(source, "images/shop", { config: "{2}", mediaType: DOCKER_MANIFEST });
  const list = addIndex(source, "images/shop", [docker], { mediaType: DOCKER_MANIFEST_LIST });
  const inner = addIndex(source, "images/shop", [child]);
  const image = addIndex(source, "images/shop", [inner, list], { tag: "1" });
  const sbom = addReferrer(source, "images/shop", image, SBOM);
  const resources = [imageResource("shop", `${source.origin}/images/shop:1`, image)];
  addComponentVersion(source, { resources, blobs: ["a local blob"] });
  return { source, child, image, sbom };
}

const transfer = (source: FakeRegistry, target: Target, access: string) =>
  runForResults("transfer", {
    "component-versions": `${source.origin}//acme.org/shop:1.0.0`,
    target: `${target.origin}/moved`,
    "copy-resources": "true",
    // Others cannot pull from loopback.
    "consumer-repository": `${target.origin}/moved`,
    access,
  });

type Outcome = Awaited<ReturnType<typeof transfer>>;
const statesOf = ({ results }: Outcome) => results.componentVersions?.map(({ state }) => state);

const verify = (target: Target) =>
  runForResults("verify", { "component-versions": `${target.origin}/moved//acme.org/shop:1.0.0` });

for (const [kind, hasReferrers, start] of TARGETS) {
  withParts([kind], `a real ${kind} as target`, () => {
    test.each(FORMS)("has everything as %s, gets nothing again, and gets back what it loses", async (access) => {
      const { source, child, image, sbom } = await startShop();
      const target = await start();
      const repository = `moved/${access === "localBlob" ? "component-descriptors/acme.org/shop" : "images/shop"}`;
      const at = (path: string) => `${target.origin}/v2/${repository}/${path}`;

      const first = await transfer(source, target, access);
      expect(first.errors).toEqual([]);
      expect(statesOf(first)).toEqual(["written"]);
      // A tag is what replaces the API, and belongs to the repository of an image alone.
      const arrives = hasReferrers || access !== "localBlob";
      expect(first.results.findings.map(({ code }) => code).filter((code) => code === "REFERRERS_LEFT")).toEqual(
        arrives ? [] : ["REFERRERS_LEFT"],
      );
      expect((await verify(target)).errors).toEqual([]);

      const listed = await fetch(
        hasReferrers ? at(`referrers/${image.digest}`) : at(`manifests/${image.digest.replace(":", "-")}`),
        { headers: { accept: OCI_INDEX } },
      );
      expect(listed.ok).toBe(arrives);
      const { manifests } = arrives
        ? ((await listed.json()) as { manifests: { digest: string }[] })
        : { manifests: [] };
      expect(manifests.map(({ digest }) => digest)).toEqual(arrives ? [sbom.digest] : []);

      const again = await transfer(source, target, access);
      expect([again.errors, statesOf(again), again.results.bytes?.copied]).toEqual([[], ["unchanged"], 0]);

      const lost = await fetch(at(`manifests/${child.digest}`), { method: "DELETE" });
      expect(lost.status).toBe(202);
      expect((await verify(target)).errors.join()).toMatch(child.digest);
      const repaired = await transfer(source, target, access);
      expect([repaired.errors, statesOf(repaired)]).toEqual([[], ["completed"]]);
      expect((await verify(target)).errors).toEqual([]);
    });

    test("has signed component versions, read back and verified by their key", async () => {
      const target = await start();
      const inputs = { recursive: "true", target: `${target.origin}/moved`, signatures: `acme=${acmePublicKey}` };
      const from = `ctf::${ctf("v1-by-value")}//example.org/shop:1.2.0`;
      const { errors, results } = await runForResults("transfer", { ...inputs, "component-versions": from });
      expect(errors).toEqual([]);
      expect(statesOf({ errors, results, lines: [] })).toEqual(["written", "written", "written"]);
    });
  });
}
