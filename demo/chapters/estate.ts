import { BLOB_HOST, type Estate, SOURCE } from "../estate.ts";
import { ask, throughProxy } from "../network.ts";
import { fetchManifest } from "../oci.ts";
import type { Story } from "../story.ts";

/** Who is there, and who sends whom where. */
export async function showEstate(story: Story, { source, proxy }: Estate): Promise<void> {
  story.chapter("1. The estate");
  const names = source.repositories();
  const trees = names.filter((name) => name.includes("/component-descriptors/"));
  story.check(
    `${SOURCE} holds ${trees.length} component versions and ${names.length - trees.length} images and charts that the OCM CLI pushed`,
    trees.length > 0 && names.length > trees.length,
  );
  const way = throughProxy(proxy.port);
  const { config } = await fetchManifest({ way, origin: `http://${SOURCE}`, name: "images/frontend" }, "1.4.0");
  const { status, headers } = await ask(way, new URL(`http://${SOURCE}/v2/images/frontend/blobs/${config?.digest}`));
  const blobHost = new URL(headers.location ?? "http://nowhere").host;
  story.check(
    `through the proxy it hands out manifests, and answers ${status} for a blob: look at ${blobHost}`,
    status === 307 && blobHost === BLOB_HOST,
  );
}
