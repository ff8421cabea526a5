import { expect, test } from "@jest/globals";
import type { Hop } from "../../src/net/hop.ts";
import { routeFor } from "../../src/proxy/route.ts";
import { type ProxySettings, readSettings } from "../../src/proxy/settings.ts";
import { disagreements, outOfReach, splitRoutes, unverifiedHosts } from "../../src/report/lint.ts";

const settings = (noProxy: string, proxy = "http://proxy.corp:3128"): ProxySettings =>
  readSettings({ inputs: { httpProxy: proxy, httpsProxy: proxy, noProxy }, environment: {} }).effective;

test("a host that all clients reach the same way is no finding", () => {
  expect(disagreements(["https://ghcr.io/v2/"], settings("registry.corp"))).toEqual([]);
  expect(disagreements(["https://registry.corp/v2/"], settings("registry.corp"))).toEqual([]);
});

test("who goes another way is named once per host, with the spelling that all read alike", () => {
  const urls = ["https://a.registry.corp/v2/", "https://a.registry.corp/v2/x/blobs/y"];
  expect(disagreements(urls, settings("*.registry.corp"))).toMatchObject([
    {
      code: "CLIENTS_DISAGREE",
      message: expect.stringMatching(
        /^a\.registry\.corp is reached directly \(NO_PROXY entry "\*\.registry\.corp".*curl 8/,
      ),
      remedy: "List a.registry.corp by itself in no-proxy: all clients read that alike.",
    },
  ]);
});

test("where no spelling helps, that is said", () => {
  const [finding] = disagreements(["https://registry.corp/v2/"], settings(".registry.corp"));
  expect(finding?.message).toMatch(/is reached through the proxy .* would go directly\.$/);
  expect(finding?.remedy).toContain("No spelling");
});

test("a registry and its blob host on different ways: which is where, and why", () => {
  const through = settings("ghcr.io");
  const hop = (url: string, purpose: Hop["purpose"]): Hop => {
    return { method: "GET", url, host: `${new URL(url).hostname}:443`, route: routeFor(url, through), purpose };
  };
  const registry = hop("https://ghcr.io/v2/", { kind: "registry", role: "source" });
  const from = { redirectedFrom: { host: registry.host, route: registry.route } };
  const blob = {
    ...hop("https://pkg-containers.githubusercontent.com/x", { kind: "blobs", registry: "ghcr.io:443" }),
    ...from,
  };
  expect(splitRoutes([registry, blob, blob])).toMatchObject([
    {
      code: "ROUTES_DIFFER",
      message:
        'Manifests come from ghcr.io:443 directly (NO_PROXY entry "ghcr.io" (input no-proxy)), blobs from pkg-containers.githubusercontent.com:443 through the proxy (HTTPS_PROXY (input https-proxy)).',
    },
  ]);
  expect(splitRoutes([registry, { ...blob, route: registry.route }])).toEqual([]);
});

test("what no step reaches is told where there is a proxy, and unverified hosts where there are some", () => {
  expect(outOfReach(settings("")).map(({ code }) => code)).toEqual(["OUT_OF_REACH"]);
  expect(outOfReach(settings("", ""))).toEqual([]);
  expect(unverifiedHosts([])).toEqual([]);
  expect(unverifiedHosts([".corp", "a:5000"])[0]?.message).toContain(".corp, a:5000");
});
