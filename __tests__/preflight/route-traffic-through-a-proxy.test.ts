import { afterEach, describe, expect, test } from "@jest/globals";
import { startProxy } from "../../testing/fakes/proxy.ts";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { fill } from "../../testing/fakes/scene.ts";
import { expectRow, preflight } from "../../testing/product/preflight-row.ts";
import { freePort, uniqueAddress } from "../../testing/real/address.ts";
import { startBlobHost } from "../../testing/real/blob-host.ts";
import { createAuthority } from "../../testing/real/certificates.ts";
import { startFullListener } from "../../testing/real/full-listener.ts";
import { withParts } from "../../testing/real/parts.ts";
import { nodeWithHosts } from "../../testing/real/resolving.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { startSquid } from "../../testing/real/squid.ts";

// The three cases under "Troubleshooting" of OCM's how-to "Route traffic through a proxy", met as its readers meet them: with
// HTTPS_PROXY and NO_PROXY in the environment, as under "Set the proxy environment variables".

afterEach(stopEverything);

const GHCR = "ghcr.io";
const CDN = "pkg-containers.githubusercontent.com";
const BY_HTTPS_PROXY = { via: "proxy", rule: "HTTPS_PROXY (environment)" } as const;

describe("proxyconnect tcp: … connection refused (or i/o timeout)", () => {
  test("connection refused", async () => {
    const host = `127.0.0.1:${await freePort("127.0.0.1")}`;
    const env = { HTTPS_PROXY: `http://${host}`, NO_PROXY: "localhost,127.0.0.1,.corp,.svc.cluster.local" };
    expectRow(await preflight(GHCR, {}, { env }), {
      ...BY_HTTPS_PROXY,
      code: "PROXY_UNREACHABLE",
      host,
      "refused-by": "proxy",
      remedy: "host and port in the proxy setting (environment HTTPS_PROXY)",
    });
  });

  test("i/o timeout", async () => {
    const host = await startFullListener();
    expectRow(await preflight(GHCR, { "probe-timeout": "1" }, { env: { https_proxy: `http://${host}` } }), {
      via: "proxy",
      rule: "HTTPS_PROXY (environment https_proxy)",
      code: "PROXY_TIMED_OUT",
      host,
      "refused-by": "proxy",
      remedy: "correct the proxy setting (environment https_proxy)",
    });
  });
});

withParts(["openssl", "squid", "unshare", "perl"], "Manifest fetch succeeds via proxy but blob download fails", () => {
  /** ghcr.io and its blob host as they are, behind squid and, where asked for, for this runner itself. */
  async function ghcr(deny: readonly string[]) {
    const authority = createAuthority();
    const [address, cdnAddress] = [uniqueAddress(), uniqueAddress()];
    const registry = await startFakeRegistry({
      address,
      port: 443,
      tls: authority.issue(GHCR),
      redirect: `https://${CDN}/`,
    });
    fill(registry, GHCR);
    await startBlobHost({ content: registry.blobAt, address: cdnAddress, port: 443, tls: authority.issue(CDN) });
    const squid = await startSquid({ hosts: { [GHCR]: address, [CDN]: cdnAddress }, deny });
    const env = { HTTPS_PROXY: squid.url };
    return { address, cdnAddress, env, inputs: { "ca-certificates": authority.path } };
  }

  test("the blob host is missing from the proxy's rules", async () => {
    const { env, inputs } = await ghcr([CDN]);
    const result = await preflight(GHCR, inputs, { env });
    expectRow(result, {
      ...BY_HTTPS_PROXY,
      code: "BLOB_HOST_DENIED",
      host: `${CDN}:443`,
      "refused-by": "proxy",
      message: "blobs of ghcr.io:443",
      remedy: `Ask for ${CDN}:443 to be allowed on the proxy`,
    });
    expect(result.outputs["allow-list"]).toBe(`${GHCR}:443\n${CDN}:443`);
  });

  test("the blob host is listed in NO_PROXY by mistake", async () => {
    const { env, inputs } = await ghcr([]);
    // A network where only the proxy goes out: the name leads somewhere, and nobody answers there.
    const node = nodeWithHosts({ [CDN]: uniqueAddress() });
    expectRow(await preflight(GHCR, inputs, { env: { ...env, NO_PROXY: `.corp,${CDN}` }, node }), {
      via: "direct",
      rule: `NO_PROXY entry "${CDN}" (environment)`,
      code: "BLOB_HOST_IN_NO_PROXY",
      host: `${CDN}:443`,
      "refused-by": "runner",
      remedy: `Take ${CDN}:443 out of no-proxy`,
    });
  });

  test("the registry is listed in NO_PROXY, and the blob host is not", async () => {
    const { address, env, inputs } = await ghcr([CDN]);
    const node = nodeWithHosts({ [GHCR]: address });
    expectRow(await preflight(GHCR, inputs, { env: { ...env, NO_PROXY: GHCR }, node }), {
      ...BY_HTTPS_PROXY,
      code: "BLOB_HOST_NOT_IN_NO_PROXY",
      host: `${CDN}:443`,
      "refused-by": "proxy",
      remedy: "add ghcr.io to no-proxy-registries",
      pasted: ["no-proxy-registries: |", "  ghcr.io"],
    });
  });

  test("either policy of the how-to mends it: both through the proxy, or, with the pasted line, none", async () => {
    const { address, cdnAddress, env, inputs } = await ghcr([]);
    expect((await preflight(GHCR, inputs, { env })).code).toBe(0);
    const refusing = await startProxy({ deny: { "*": {} } });
    const node = nodeWithHosts({ [GHCR]: address, [CDN]: cdnAddress });
    const direct = { ...inputs, "no-proxy-registries": GHCR };
    expect((await preflight(GHCR, direct, { env: { HTTPS_PROXY: refusing.url }, node })).code).toBe(0);
    expect(refusing.log).toEqual([]);
  });
});

describe("Traffic to a loopback registry is being sent through the proxy", () => {
  test("not under its loopback names, without any NO_PROXY: that is Go's own rule", async () => {
    const registry = await startFakeRegistry();
    fill(registry, registry.origin);
    const proxy = await startProxy({ deny: { "*": {} } });
    const env = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url };
    for (const origin of [registry.origin, `http://localhost:${registry.port}`]) {
      const result = await preflight(origin, {}, { env });
      expect(result.code).toBe(0);
    }
    expect(proxy.log).toEqual([]);
  });

  test("but under every other name that it has, which the diagnosis says to list", async () => {
    const proxy = await startProxy({ deny: { "*": { headers: { "x-squid-error": "ERR_ACCESS_DENIED 0" } } } });
    const env = { HTTPS_PROXY: proxy.url, HTTP_PROXY: proxy.url, NO_PROXY: "127.0.0.1,::1" };
    for (const name of ["kind-registry", "registry.local", "10.96.0.10"]) {
      expectRow(await preflight(`http://${name}:5000`, {}, { env }), {
        via: "proxy",
        rule: "HTTP_PROXY (environment)",
        code: "PRIVATE_HOST_PROXIED",
        host: `${name}:5000`,
        "refused-by": "proxy",
        remedy: `add ${name} to no-proxy`,
        pasted: [`no-proxy: ${name}`],
      });
    }
  });
});
