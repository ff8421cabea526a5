import { addComponentVersion, addImage, imageResource } from "../content/content.ts";
import { startBlobHost } from "../real/blob-host.ts";
import { type ProxyOptions, startProxy } from "./proxy.ts";
import { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from "./registry.ts";

/** Names that only a proxy knows. */
export const REGISTRY = "registry.example.test";
export const CDN = "cdn.example.test";

/** Puts `example.org/shop:1.0.0` there, with one image of the same registry. */
export function fill(registry: FakeRegistry, origin: string): void {
  addImage(registry, "images/a", { tag: "1" });
  const resources = [imageResource("a", `${origin}/images/a:1`)];
  addComponentVersion(registry, { path: "ocm", name: "example.org/shop", resources });
}

/** A registry and its blob host behind a proxy, in plain HTTP. */
export async function startScene(options: ProxyOptions = {}, registryOptions: FakeRegistryOptions = {}) {
  const registry = await startFakeRegistry({ redirect: `http://${CDN}/`, ...registryOptions });
  fill(registry, `http://${REGISTRY}`);
  const cdn = await startBlobHost({ content: registry.blobAt });
  const hosts = { [`${REGISTRY}:80`]: registry.host, [`${CDN}:80`]: cdn.host };
  return { registry, cdn, proxy: await startProxy({ ...options, hosts }) };
}
