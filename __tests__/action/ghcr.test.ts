import { afterEach, expect, test } from "@jest/globals";
import { addComponentVersion, addImage, imageResource } from "../../testing/content/content.ts";
import { startProxy } from "../../testing/fakes/proxy.ts";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { runAction } from "../../testing/real/action.ts";
import { startBlobHost } from "../../testing/real/blob-host.ts";
import { createAuthority } from "../../testing/real/certificates.ts";
import { withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";

const REGISTRY = "ghcr.io:443";
const BLOBS = "pkg-containers.githubusercontent.com:443";

withParts(["openssl"], "ghcr.io and its blob host, as a proxy shows them", () => {
  afterEach(stopEverything);

  /** Both names lead to loopback, for whoever asks the proxy; blobs are behind a redirect, everything behind a token. */
  async function estate(deny: Record<string, { status: number }> = {}) {
    const authority = createAuthority("Test Authority");
    const registry = await startFakeRegistry({
      tls: authority.issue("ghcr.io"),
      auth: { kind: "bearer", realm: "https://ghcr.io/token", users: { ada: "p4ss-word" } },
      redirect: "https://pkg-containers.githubusercontent.com/",
    });
    const blobs = await startBlobHost({
      content: registry.blobAt,
      tls: authority.issue("pkg-containers.githubusercontent.com"),
    });
    const image = addImage(registry, "acme/app", { tag: "1.0.0" });
    const resources = [imageResource("app", "ghcr.io/acme/app:1.0.0", image)];
    addComponentVersion(registry, { path: "acme/ocm", version: "1.2.0", resources });
    const proxy = await startProxy({ hosts: { [REGISTRY]: registry.host, [BLOBS]: blobs.host }, deny });
    const target = await startFakeRegistry();
    const inputs = {
      "component-versions": "ghcr.io/acme/ocm//acme.org/shop:1.2.0",
      target: `${target.origin}/ocm`,
      "https-proxy": proxy.url,
      "ca-certificates": authority.path,
      credentials: "ghcr.io=ada:p4ss-word",
    };
    return { registry, blobs, proxy, target, inputs };
  }

  test("a transfer goes through it, and the proxy saw exactly the hosts that are named", async () => {
    const { blobs, proxy, target, inputs } = await estate();
    const result = await runAction({ inputs });
    expect(result.annotations).toEqual([]);
    expect(result.code).toBe(0);
    expect(Object.keys(target.tags("ocm/component-descriptors/acme.org/shop"))).toEqual(["1.2.0"]);
    expect(new Set(proxy.log.map((request) => request.target))).toEqual(new Set([REGISTRY, BLOBS]));
    const hosts = JSON.parse(result.outputs.hosts ?? "") as { host: string; via: string }[];
    expect(hosts.filter(({ via }) => via === "proxy").map(({ host }) => host)).toEqual([REGISTRY, BLOBS]);
    expect(result.outputs["allow-list"]).toBe(`${REGISTRY}\n${BLOBS}`);
    for (const { headers } of blobs.requests) expect(headers.authorization).toBeUndefined();
  });

  test("with the registry denied, its blob host is asked for with it: one ticket is enough", async () => {
    const { inputs } = await estate({ [REGISTRY]: { status: 403 } });
    const result = await runAction({ inputs });
    expect(JSON.parse(result.outputs.diagnosis ?? "")).toMatchObject([{ code: "PROXY_DENIED", host: REGISTRY }]);
    expect(result.outputs["allow-list"]).toBe(`${REGISTRY}\n${BLOBS}`);
  });

  test("with the blob host denied, it is named, and nothing is written", async () => {
    const { target, inputs } = await estate({ [BLOBS]: { status: 403 } });
    const result = await runAction({ inputs });
    expect(JSON.parse(result.outputs.diagnosis ?? "")).toMatchObject([
      { code: "BLOB_HOST_DENIED", host: BLOBS, via: "proxy", "refused-by": "proxy" },
    ]);
    expect(result.outputs["allow-list"]).toBe(`${REGISTRY}\n${BLOBS}`);
    expect(result.summary).toMatch(
      /acl ocm_hosts_443 dstdomain -n ghcr\.io\nacl ocm_hosts_443 dstdomain -n pkg-containers/,
    );
    expect(target.repositories()).toEqual([]);
  });
});
