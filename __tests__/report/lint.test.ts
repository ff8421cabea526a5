import { expect, test } from "@jest/globals";
import type { Hop } from "../../src/net/hop.ts";
import { routeFor } from "../../src/proxy/route.ts";
import { type ProxySettings, readSettings } from "../../src/proxy/settings.ts";
import { disagreements, outOfReach, splitRoutes, unverifiedHosts } from "../../src/report/lint.ts";

const settings = (noProxy: string, proxy = "http://proxy.corp:3128"): ProxySettings =>
  readSettings({ inputs: { httpProxy: proxy, httpsProxy: proxy, noProxy }, environment: {} }).effective;

test("a host with the same route in all clients is not a finding", () => {
  expect(disagreements(["https://ghcr.io/v2/"], settings("registry.corp"))).toEqual([]);
  expect(disagreements(["https://registry.corp/v2/"], settings("registry.corp"))).toEqual([]);
});

test("clients with another route are named once per host, with an entry on which all agree", () => {
  const urls = ["https://a.registry.corp/v2/", "https://a.registry.corp/v2/x/blobs/y"];
  expect(disagreements(urls, settings("*.registry.corp"))).toMatchObject([
    {
      code: "CLIENTS_DISAGREE",
      message: expect.stringMatching(
        /^a\.registry\.corp is reached directly \(NO_PROXY entry "\*\.registry\.corp".*curl 8/,
      ),
      remedy: "List a.registry.corp by itself in no-proxy: all clients agree on that entry.",
    },
  ]);
});

test("the remedy says so if no entry has the same effect in all clients", () => {
  const [finding] = disagreements(["https://registry.corp/v2/"], settings(".registry.corp"));
  expect(finding?.message).toMatch(/is reached through the proxy .* would go directly\.$/);
  expect(finding?.remedy).toContain("No entry");
});

test("different routes of a registry and its blob host are a finding with both rules", () => {
  const through = settings("ghcr.io");
  const hop = (url: string, purpose: Hop["purpose"]): Hop => {
    return { method: "GET", url, host: `${new URL(url).hostname}:443`, route: routeFor(url, through), purpose };
  };
  const registry = hop("https://ghcr.io/v2/", { kind: "registry", role: "source" });
  const from = { redirectedFrom: { host: registry.host, route: registry.route } };
  const blob = {
    ...hop("https://pkg-containers.githubusercontent.com/x", {
      kind: "blobs",
      registry: "ghcr.io:443",
      role: "source",
    }),
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

test("programs out of reach are a finding with a proxy, and unverified hosts if there are any", () => {
  expect(outOfReach(settings("")).map(({ code }) => code)).toEqual(["OUT_OF_REACH"]);
  expect(outOfReach(settings("", ""))).toEqual([]);
  expect(unverifiedHosts([])).toEqual([]);
  expect(unverifiedHosts([".corp", "a:5000"])[0]?.message).toContain(".corp, a:5000");
});
