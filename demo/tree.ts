import { readFileSync } from "node:fs";
import { resources as expectedResources } from "../testing/fixtures/ocm/digests.ts";
import { fixture, SOURCE } from "./estate.ts";
import { type ReadOptions, type ReadResource, type ReadVersion, readTree } from "./reader.ts";
import { verifiedSignatures } from "./signature.ts";
import type { Story } from "./story.ts";

export const COMPONENT = "example.org/shop";
export const VERSION = "1.2.0";
/** Where the OCM CLI put the component tree. */
export const SOURCE_TREE = `http://${SOURCE}/components//${COMPONENT}:${VERSION}`;

export function readInCluster(cluster: ReadOptions): Promise<readonly ReadVersion[]> {
  return readTree(cluster, COMPONENT, VERSION);
}

export function resourcesOf(versions: readonly ReadVersion[]): readonly ReadResource[] {
  return versions.flatMap(({ resources }) => resources);
}

export function lostOf(versions: readonly ReadVersion[]): readonly ReadResource[] {
  return resourcesOf(versions).filter(({ problem }) => problem !== undefined);
}

/** As many as the fixtures say: a tree that shrank on its way would be found whole otherwise. */
const EXPECTED_RESOURCES = expectedResources.length;

/** The claim of this project, as a reader in the cluster finds it. */
export function checkRelocated(story: Story, versions: readonly ReadVersion[]): void {
  const resources = resourcesOf(versions);
  const lost = lostOf(versions);
  const digests = new Set(resources.flatMap((resource) => resource.digests)).size;
  story.check(
    `${resources.length - lost.length} of ${resources.length} artifacts found, ${digests} manifests and blobs, each with the bytes its digest names`,
    lost.length === 0 && resources.length === EXPECTED_RESOURCES,
    lost.map(({ name, problem }) => `${name}: ${problem}`).join("; "),
  );
  const key = readFileSync(fixture("acme.pub.pem"), "utf8");
  const unsigned = versions.filter(({ descriptor }) => verifiedSignatures(descriptor, key).join() !== "acme");
  story.check(
    `${versions.length - unsigned.length} of ${versions.length} component digests are those that "acme" signed: its public key verifies them`,
    versions.length > 0 && unsigned.length === 0,
    unsigned.map(({ descriptor }) => `${descriptor.name} fails`).join("; "),
  );
}
