import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { withRetryPolicy } from "../../src/net/work.ts";
import { NO_FAULTS } from "../../testing/chaos/faults/schedule.ts";
import { TUNNEL_FAULTS, type TunnelFault } from "../../testing/chaos/faults/tunnel-faults.ts";
import { startChaosProxy } from "../../testing/chaos/proxy.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { get, openClient, through } from "../../testing/product/open-client.ts";
import { type Authority, createAuthority } from "../../testing/real/certificates.ts";
import { withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";

const HOST = "registry.example.test";

withParts(["openssl"], "the first tunnel to a host", () => {
  let authority: Authority;
  let registry: FakeRegistry;
  beforeEach(async () => {
    authority = createAuthority();
    registry = await startFakeRegistry({ tls: authority.issue(HOST) });
  });
  afterEach(stopEverything);

  /** Requests the API as a preflight does, through a proxy whose first tunnels meet a fault. */
  async function probe(fault: TunnelFault, times: number) {
    let tunnels = 0;
    const proxy = await startChaosProxy({
      upstreamOf: () => undefined,
      tunnelTo: () => registry.host,
      schedule: { ...NO_FAULTS, forTunnel: () => (tunnels++ < times ? fault : undefined) },
      onFault: () => {},
    });
    const client = openClient({ timeout: 1000, tls: { ca: [authority.cert] }, routeFor: () => through(proxy.url) });
    const policy = { timeout: 1000, attempts: 6, connectAttempts: 1, failFast: true };
    const asked = withRetryPolicy(policy, () => client.request(get(`https://${HOST}/v2/`)));
    return { asked, tunnels: () => tunnels };
  }

  test.each(TUNNEL_FAULTS)("is tried a second time where the proxy $name", async (fault) => {
    const { asked } = await probe(fault, 1);
    expect((await asked).status).toBe(200);
  });

  test("is not tried a third time where the proxy refuses it", async () => {
    const refused = TUNNEL_FAULTS.find(({ name }) => name.endsWith("with 503"));
    if (refused === undefined) throw new Error("there is no such fault");
    const { asked, tunnels } = await probe(refused, 9);
    await expect(asked).rejects.toMatchObject({ phase: "tunnel", reply: { status: 503 } });
    expect(tunnels()).toBe(2);
  });
});
