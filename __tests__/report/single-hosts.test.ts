import { isIPv6 } from "node:net";
import { describe, expect, test } from "@jest/globals";
import type { Hop } from "../../src/net/hop.ts";
import { squidAllowList } from "../../src/proxy/files/squid-allow-list.ts";
import { hostsOf, neededHosts } from "../../src/report/hosts.ts";
import { pasteReady } from "../../src/report/summary/paste.ts";
import { hostileHost } from "../../testing/generated/hostile-text.ts";
import { seeded } from "../../testing/generated/random.ts";
import { diagnosed, toAllow } from "../../testing/product/diagnosed.ts";
import { through } from "../../testing/product/open-client.ts";

const seeds = Array.from({ length: 150 }, (_, seed) => seed);

describe("rules and lines to paste", () => {
  const RULE =
    /^(?:#.*|acl ocm_port_\d+ port \d+|acl ocm_(?:hosts|addresses)_\d+ dst(?:domain)? -n [a-z0-9_.:-]+|http_access allow ocm_(?:hosts|addresses)_\d+ ocm_port_\d+|)$/;
  const rulesFor = (hosts: readonly string[]) => squidAllowList({ hosts, domains: [], hasLogin: false });
  const hop = (host: string): Hop => ({
    method: "GET",
    url: "https://x/",
    host,
    route: through("http://p:1"),
    purpose: { kind: "registry", role: "source" },
  });

  /** One host by itself: nothing that stands for several. */
  function expectPlain(host: string): void {
    const name = isIPv6(host) ? host : host.replace(/:\d+$/, "");
    expect(name).toMatch(/^(?:\[[0-9a-f:.]+\]|[0-9a-f:]+:[0-9a-f:]*|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)$/i);
  }

  test.each(seeds)("name single hosts only, for any contacted hosts: seed %d", (seed) => {
    const random = seeded(seed);
    const hosts = Array.from({ length: 20 }, () => hostileHost(random));
    const allowed = neededHosts(hostsOf(hosts.map(hop)), toAllow(hosts).hosts);
    for (const { host } of allowed) expectPlain(host);
    const rules = rulesFor(hosts).split("\n");
    for (const line of rules) expect(line).toMatch(RULE);
    for (const line of rules) {
      const [, value] = /dst(?:domain)? -n (.*)$/.exec(line) ?? [];
      if (value !== undefined) expectPlain(value);
    }
    const inputs = ["no-proxy", "plain-http", "no-proxy-registries"] as const;
    const inputLines = hosts.map((line) => ({ input: random.pick(inputs), line }));
    const pasted = pasteReady([diagnosed("a:443", { inputLines })], toAllow(hosts), "runner");
    const listed = [...pasted.matchAll(/^ {4}(.*)$/gm)].map(([, line = ""]) => line);
    const noProxy = /^ {2}no-proxy: (.*)$/m.exec(pasted)?.[1]?.split(",") ?? [];
    for (const host of [...listed, ...noProxy]) expectPlain(host);
    expect(pasted.match(/```/g) ?? []).toHaveLength(
      pasted === "" ? 0 : (pasted.match(/^(?:Add to|Send this|The same)/gm) ?? []).length * 2,
    );
  });

  test.each([".com:443", "*.com:443", "*:443", "a,b.example:443", "a..b:443", "-a.b:443", "a b:443", "a:0", "a:65536"])(
    "none is made of %s",
    (host) => {
      expect(neededHosts(hostsOf([hop(host)]), toAllow([host]).hosts)).toEqual([]);
      expect(rulesFor([host])).not.toMatch(/^acl|^http_access/m);
      expect(
        pasteReady([diagnosed("a:443", { inputLines: [{ input: "no-proxy", line: host }] })], toAllow([]), "runner"),
      ).not.toContain("with:");
    },
  );

  test.each(["ghcr.io:443", "my_registry:5000", "10.0.0.1:80", "[2001:db8::1]:443", "xn--bcher-kva.example:443"])(
    "one is made of %s",
    (host) => {
      expect(neededHosts(hostsOf([hop(host)]), toAllow([host]).hosts)).toMatchObject([{ host }]);
      expect(rulesFor([host])).toMatch(/^http_access allow/m);
    },
  );
});
