import type { FakeRegistry } from "../../testing/fakes/registry.ts";
import { complaintsOf, runStep } from "../action.ts";
import type { Estate } from "../estate.ts";
import { openPortForward } from "../port-forward.ts";
import type { ReadOptions } from "../reader.ts";
import type { Story } from "../story.ts";
import { COMPONENT, checkRelocated, readInCluster, VERSION } from "../tree.ts";

/** The same copy, repaired where it lies: target and source are one, and the way there is another port-forward. */
export async function showRepair(
  story: Story,
  estate: Estate,
  target: FakeRegistry,
  cluster: ReadOptions,
): Promise<void> {
  story.chapter("4. The repair, in place: the target is its own source");
  const asked = estate.proxy.log.length;
  const forward = await openPortForward(target.port);
  const repository = `http://${forward.host}/local/components`;
  const repaired = await runStep(story, estate, {
    "component-versions": `${repository}//${COMPONENT}:${VERSION}`,
    recursive: "true",
    target: repository,
  });
  const isClosed = await forward.close();
  const { "bytes-copied": copied, "bytes-mounted": mounted } = repaired.outputs;
  const viaProxy = estate.proxy.log.length - asked;
  story.check(
    `${mounted} bytes mounted, ${copied} copied, ${viaProxy} requests to the proxy; then this port-forward ends too`,
    repaired.code === 0 && viaProxy === 0 && isClosed,
    complaintsOf(repaired),
  );
  story.tell(`read in the cluster, as ${cluster.origin}/${cluster.path}:`);
  checkRelocated(story, await readInCluster(cluster));
}
