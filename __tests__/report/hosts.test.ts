import { expect, test } from "@jest/globals";
import type { Hop } from "../../src/net/hop.ts";
import { allowList, hostsOf } from "../../src/report/hosts.ts";
import { direct, through } from "../net/open-client.ts";

const hop = (host: string, route: Hop["route"], neededFor: string): Hop => ({
  method: "GET",
  url: `https://${host}/v2/`,
  host,
  route,
  neededFor,
});

const proxied = through("http://user:s3cret@proxy:3128");

test("each host once per way, in the order of asking, with all that it was needed for", () => {
  const hosts = hostsOf([
    hop("ghcr.io:443", proxied, "source registry"),
    hop("cdn.test:443", proxied, "blobs of ghcr.io:443"),
    hop("ghcr.io:443", proxied, "token for ghcr.io"),
    hop("ghcr.io:443", proxied, "source registry"),
    hop("ghcr.io:443", direct, "source registry"),
  ]);
  expect(hosts).toEqual([
    { host: "ghcr.io:443", via: "proxy", rule: "test", "needed-for": "source registry, token for ghcr.io" },
    { host: "cdn.test:443", via: "proxy", rule: "test", "needed-for": "blobs of ghcr.io:443" },
    { host: "ghcr.io:443", via: "direct", rule: "test", "needed-for": "source registry" },
  ]);
  expect(JSON.stringify(hosts)).not.toContain("s3cret");
});

test("the allow list is what went through the proxy, sorted, each once", () => {
  const hosts = hostsOf([
    hop("b.test:443", proxied, "x"),
    hop("a.test:80", proxied, "x"),
    hop("c.test:443", direct, "x"),
    hop("b.test:443", proxied, "y"),
  ]);
  expect(allowList(hosts, ["c.test:443", "a.test:80"])).toEqual(["a.test:80", "b.test:443", "c.test:443"]);
  expect(allowList([], [])).toEqual([]);
});
