import type { FakeRegistry } from "../../testing/fakes/registry.ts";
import { complaintsOf, runStep } from "../action.ts";
import type { Estate } from "../estate.ts";
import { openPortForward } from "../port-forward.ts";
import type { ReadOptions } from "../reader.ts";
import type { Story } from "../story.ts";
import { checkRelocated, readInCluster, SOURCE_TREE } from "../tree.ts";

/** The main job with the default form of access: nothing to repair afterwards. And the proof of what went where. */
export async function showMainJob(
  story: Story,
  estate: Estate,
  target: FakeRegistry,
  cluster: ReadOptions,
): Promise<void> {
  story.chapter("5. The main job: the default form, to a second registry");
  const { proxy, source, blobHost } = estate;
  const asked = proxy.log.length;
  const forward = await openPortForward(target.port);
  const inputs = {
    "component-versions": SOURCE_TREE,
    recursive: "true",
    target: `http://${forward.host}/local/components`,
  };
  const first = await runStep(story, estate, inputs);
  story.check(
    `${first.outputs["bytes-copied"]} bytes copied`,
    first.code === 0 && Number(first.outputs["bytes-copied"]) > 0,
    complaintsOf(first),
  );
  const hosts = JSON.parse(first.outputs.hosts ?? "[]") as { readonly host: string; readonly via: string }[];
  const told = hosts.filter(({ via }) => via === "proxy").map(({ host }) => host);
  const logged = [...new Set(proxy.log.slice(asked).map((request) => request.target))];
  story.check(
    `the proxy's log and the output "hosts" name the same hosts: ${logged.sort().join(", ")}`,
    logged.length > 0 && logged.join() === told.sort().join(),
    `the output says ${told.join(", ")}`,
  );
  const seen = source.requests.length + blobHost.requests.length;
  const forwarded = proxy.log.filter(({ status }) => status !== 403).length;
  story.check(
    `none went round the proxy: the two hosts saw ${seen} requests so far, it forwarded ${forwarded}`,
    seen === forwarded,
  );

  const second = await runStep(story, estate, inputs);
  const isClosed = await forward.close();
  story.check(
    `a second time: ${second.outputs["bytes-copied"]} bytes copied, ${second.outputs["bytes-skipped"]} there already; then the port-forward ends`,
    isClosed && second.code === 0 && second.outputs["bytes-copied"] === "0" && second.outputs["bytes-mounted"] === "0",
    complaintsOf(second),
  );
  story.tell(`read in another cluster, as ${cluster.origin}/${cluster.path}:`);
  checkRelocated(story, await readInCluster(cluster));
}
