import type { FakeRegistry } from "../../testing/fakes/registry.ts";
import { complaintsOf, runStep } from "../action.ts";
import type { Estate } from "../estate.ts";
import { openPortForward } from "../port-forward.ts";
import type { ReadOptions } from "../reader.ts";
import type { Story } from "../story.ts";
import { lostOf, readInCluster, resourcesOf, SOURCE_TREE } from "../tree.ts";

/** How many of the artifacts that are not found are shown. */
const SHOWN = 2;

/** What absolute addresses do: the copy is whole, and points at a port-forward that only its writer ever had. */
export async function showTrouble(
  story: Story,
  estate: Estate,
  target: FakeRegistry,
  cluster: ReadOptions,
): Promise<void> {
  story.chapter("3. The trouble: pushed through a port-forward, with absolute addresses");
  const forward = await openPortForward(target.port);
  const written = await runStep(story, estate, {
    "component-versions": SOURCE_TREE,
    recursive: "true",
    target: `http://${forward.host}/local/components`,
    access: "ociArtifact",
    // Absolute references to loopback are written on request only.
    "consumer-repository": `http://${forward.host}/local/components`,
  });
  const isClosed = await forward.close();
  story.check(
    `${written.outputs["bytes-copied"]} bytes copied; then the port-forward ends, and nothing answers there`,
    written.code === 0 && Number(written.outputs["bytes-copied"]) > 0 && isClosed,
    complaintsOf(written),
  );

  story.tell(`read in the cluster, as ${cluster.origin}/${cluster.path}:`);
  const versions = await readInCluster(cluster);
  const lost = lostOf(versions);
  for (const { name, address, problem } of lost.slice(0, SHOWN)) story.tell(`  ${name} → ${address}: ${problem}`);
  if (lost.length > SHOWN) story.tell(`  and ${lost.length - SHOWN} more`);
  const astray = lost.filter(({ address }) => address.startsWith(`${forward.host}/`));
  story.check(
    `${lost.length} of ${resourcesOf(versions).length} artifacts not found: each was to be fetched from ${forward.host}`,
    lost.length > 0 && astray.length === lost.length,
  );
}
