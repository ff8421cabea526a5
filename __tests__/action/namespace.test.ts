import { afterEach, describe, expect, test } from "@jest/globals";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { uniqueAddress } from "../../testing/real/address.ts";
import { mainJob, startEstate } from "../../testing/real/estate.ts";
import { GATEWAY, type NamespaceOptions, openNamespace, withNamespaces } from "../../testing/real/namespace.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";

/** Source, blob host and target, all behind a squid that is the one thing that a runner can reach. */
async function startWalledEstate(options?: NamespaceOptions) {
  const network = openNamespace(options);
  const address = uniqueAddress();
  const target = await startRegistry({ kind: "docker-registry", address, port: 5000 });
  const hosts = { "target.example.test": address };
  const estate = await startEstate("docker-registry", { address: network.gateway, hosts });
  const inputs = { ...mainJob(estate, target), target: "http://target.example.test:5000/moved/here" };
  return { network, squid: estate.squid, target, inputs };
}

function diagnosisOf({ outputs }: ActionResult) {
  return JSON.parse(outputs.diagnosis ?? "");
}

withNamespaces(["docker-registry", "squid"], "a runner whose only way out is the proxy", () => {
  afterEach(stopEverything);

  test.each(["preflight", "transfer"])("%s passes, and tries no other way", async (command) => {
    const { network, squid, inputs } = await startWalledEstate();
    const result = await runAction({ prefix: network.prefix, inputs: { ...inputs, command } });
    expect(result.annotations).toEqual([]);
    expect(result.code).toBe(0);
    expect(network.strayPackets()).toBe(0);
    const hosts = JSON.parse(result.outputs.hosts ?? "") as { host: string; via: string }[];
    expect(hosts.map(({ host, via }) => `${via} ${host}`).sort()).toEqual([
      "proxy cdn.example.test:8080",
      "proxy source.example.test:5000",
      "proxy target.example.test:5000",
    ]);
    const logged = new Set((await squid.log()).map((request) => request.target));
    expect([...logged].sort()).toEqual(hosts.map(({ host }) => host).sort());
    expect(result.outputs["allow-list"]?.split("\n").sort()).toEqual([...logged].sort());
  });

  test("a proxy is found by its name, and no other name is asked for", async () => {
    const { network, squid, inputs } = await startWalledEstate();
    const proxy = `http://${GATEWAY}:${squid.port}`;
    const settings = { "http-proxy": proxy, "https-proxy": proxy, command: "preflight" };
    const result = await runAction({ prefix: network.prefix, inputs: { ...inputs, ...settings } });
    expect(result.code).toBe(0);
    expect(network.strayPackets()).toBe(0);
  });

  const [source, target] = ["source.example.test", "target.example.test"];

  test.each([
    ["no proxy at all", { "http-proxy": "direct", "https-proxy": "direct" }, [source, target]],
    ["the source in no-proxy", { "no-proxy": source }, [source]],
  ])("with %s, what is tried past the proxy is counted, and the hop named", async (_, settings, names) => {
    const { network, inputs } = await startWalledEstate({ hosts: { [source]: "192.0.2.1", [target]: "192.0.2.2" } });
    const all = { ...inputs, ...settings, command: "preflight", "probe-timeout": "1" };
    const result = await runAction({ prefix: network.prefix, inputs: all });
    expect(result.code).toBe(1);
    expect(network.strayPackets()).toBeGreaterThan(0);
    const common = { code: "HOST_TIMED_OUT", via: "direct", "refused-by": "runner" };
    expect(diagnosisOf(result)).toMatchObject(names.map((name) => ({ ...common, host: `${name}:5000` })));
  });

  describe("a name server that never answers is named as what is in the way", () => {
    const resolvers = [
      ["when probe-timeout ends first", { RES_OPTIONS: "timeout:3 attempts:1" }, "1"],
      ["when the system's resolver gives up first", { RES_OPTIONS: "timeout:1 attempts:1" }, "20"],
    ] as const;

    test.each(resolvers)("to the proxy, %s", async (_, env, seconds) => {
      const { network, inputs } = await startWalledEstate();
      const settings = { "http-proxy": "http://proxy.corp.test:3128", command: "preflight", "probe-timeout": seconds };
      const result = await runAction({ prefix: network.prefix, env, inputs: { ...inputs, ...settings } });
      expect(result.code).toBe(1);
      expect(network.strayPackets()).toBeGreaterThan(0);
      // Source and target are asked at once, and each finds out for itself.
      for (const diagnosis of diagnosisOf(result)) {
        expect(diagnosis).toMatchObject({
          code: "DNS_TIMED_OUT",
          host: "proxy.corp.test:3128",
          "refused-by": "runner",
        });
      }
      expect(result.annotations.map(({ title }) => title)).toEqual(["DNS_TIMED_OUT"]);
    });

    test.each(resolvers)("to a host that is reached directly, %s", async (_, env, seconds) => {
      const { network, inputs } = await startWalledEstate();
      const settings = { "no-proxy": source, command: "preflight", "probe-timeout": seconds };
      const result = await runAction({ prefix: network.prefix, env, inputs: { ...inputs, ...settings } });
      expect(result.code).toBe(1);
      expect(network.strayPackets()).toBeGreaterThan(0);
      expect(diagnosisOf(result)).toMatchObject([
        { code: "DNS_TIMED_OUT", host: `${source}:5000`, via: "direct", "refused-by": "runner" },
      ]);
    });
  });
});
