import { expect, test } from "@jest/globals";
import type { Hop } from "../../src/net/hop.ts";
import type { Purpose } from "../../src/net/purpose.ts";
import { hostsOf, neededHosts } from "../../src/report/hosts.ts";
import { toAllow } from "../../testing/product/diagnosed.ts";
import { direct, through } from "../../testing/product/open-client.ts";

const source: Purpose = { kind: "registry", role: "source" };
const blobs: Purpose = { kind: "blobs", registry: "ghcr.io:443", role: "source" };
const token: Purpose = { kind: "token", registry: "ghcr.io", role: "source" };

const hop = (host: string, route: Hop["route"], purpose: Purpose = source): Hop => ({
  method: "GET",
  url: `https://${host}/v2/`,
  host,
  route,
  purpose,
});

const proxied = through("http://user:s3cret@proxy:3128");

test("a host is listed once per route, in the order of the requests, with all their purposes", () => {
  const hosts = hostsOf([
    hop("ghcr.io:443", proxied),
    hop("cdn.test:443", proxied, blobs),
    hop("ghcr.io:443", proxied, token),
    hop("ghcr.io:443", proxied),
    hop("ghcr.io:443", direct),
  ]);
  expect(hosts).toEqual([
    {
      host: "ghcr.io:443",
      via: "proxy",
      rule: "test",
      "needed-for": "source registry, token for ghcr.io",
      scheme: "https",
    },
    {
      host: "cdn.test:443",
      via: "proxy",
      rule: "test",
      "needed-for": "blobs of ghcr.io:443",
      scheme: "https",
      blobsOf: "ghcr.io:443",
    },
    { host: "ghcr.io:443", via: "direct", rule: "test", "needed-for": "source registry", scheme: "https" },
  ]);
  expect(JSON.stringify(hosts)).not.toContain("s3cret");
});

test("the allow list has the hosts behind the proxy, sorted and unique", () => {
  const hosts = hostsOf([
    hop("b.test:443", proxied),
    hop("a.test:80", proxied),
    hop("c.test:443", direct),
    hop("b.test:443", proxied, token),
  ]);
  expect(neededHosts(hosts, toAllow(["c.test:443", "a.test:80"]).hosts)).toEqual([
    { host: "a.test:80", scheme: "https", purpose: "source registry" },
    { host: "b.test:443", scheme: "https", purpose: "source registry, token for ghcr.io" },
    { host: "c.test:443", scheme: "https", purpose: "test" },
  ]);
  expect(neededHosts([], [])).toEqual([]);
});
