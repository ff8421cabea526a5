import { describe, expect, test } from "@jest/globals";
import { allowListOf, type ProxiedRun } from "../../src/preflight/endpoints.ts";
import { readSettings } from "../../src/proxy/settings.ts";
import { hostResult } from "../../testing/product/diagnosed.ts";

const settingsOf = (inputs: Parameters<typeof readSettings>[0]["inputs"]) =>
  readSettings({ inputs, environment: {} }).effective;
const all = { httpProxy: "http://proxy.corp:3128", httpsProxy: "http://proxy.corp:3128" };

/** Of a run with these registries that contacted nothing yet. */
const listOf = (registries: readonly string[], more: Partial<ProxiedRun> = {}) =>
  allowListOf({
    registries: registries.map((hopHost) => ({ hopHost, plainHttp: !hopHost.endsWith(":443") })),
    settings: settingsOf(all),
    contacted: [],
    isComplete: false,
    wantsLogin: false,
    ...more,
  });
const namesOf = (needed: readonly { readonly host: string }[]) => needed.map(({ host }) => host);

describe("the allow list of a run", () => {
  test("has registries with the hosts that they are known to use, and domains by themselves", () => {
    const { hosts, domains } = listOf(["registry-1.docker.io:443", "quay.io:443", "registry.corp:5000"]);
    expect(namesOf(hosts)).toEqual(
      expect.arrayContaining(["registry-1.docker.io:443", "auth.docker.io:443", "quay.io:443", "registry.corp:5000"]),
    );
    expect(hosts).toContainEqual({
      host: "production.cloudflare.docker.com:443",
      scheme: "https",
      purpose: "blobs of registry-1.docker.io:443",
    });
    expect(namesOf(hosts).filter((host) => host.startsWith("."))).toEqual([]);
    expect(new Set(namesOf(hosts)).size).toBe(hosts.length);
    expect(domains).toEqual([{ host: ".quay.io:443", scheme: "https", purpose: "blobs of quay.io:443" }]);
  });

  test("omits hosts with a direct route", () => {
    const ghcr = ["ghcr.io:443"];
    expect(namesOf(listOf(ghcr, { settings: settingsOf({ ...all, noProxy: "ghcr.io" }) }).hosts)).toEqual([
      "pkg-containers.githubusercontent.com:443",
    ]);
    const one = settingsOf({ httpsProxy: "http://proxy.corp:3128" });
    expect(listOf(["registry.corp:80"], { settings: one }).hosts).toEqual([]);
    expect(listOf(ghcr, { settings: settingsOf({}) }).hosts).toEqual([]);
    const without = settingsOf({ ...all, noProxy: ".quay.io" });
    expect(listOf(["quay.io:443"], { settings: without }).domains).toEqual([]);
  });

  test("has contacted hosts only, and still the domains of blob hosts, when the run is complete", () => {
    const contacted = [hostResult("quay.io:443", "proxy", "source registry"), hostResult("a.b:443", "direct", "test")];
    const { hosts, domains } = listOf(["quay.io:443"], { contacted, isComplete: true });
    expect(namesOf(hosts)).toEqual(["quay.io:443"]);
    expect(namesOf(domains)).toEqual([".quay.io:443"]);
  });

  test("omits a storage service that others use too, as soon as the host in it is known", () => {
    expect(namesOf(listOf(["acme.azurecr.io:443"]).domains)).toContain(".blob.core.windows.net:443");
    const contacted = [hostResult("eus12.blob.core.windows.net:443", "proxy", "blobs of acme.azurecr.io:443")];
    const { hosts, domains } = listOf(["acme.azurecr.io:443"], { contacted });
    expect(namesOf(hosts)).toContain("eus12.blob.core.windows.net:443");
    expect(namesOf(domains)).toEqual([".data.azurecr.io:443"]);
  });

  test.each([
    ["no user is set and the proxy asks for none", settingsOf(all), false, false],
    ["a user is set", settingsOf({ httpsProxy: "http://ada:pw@proxy.corp:3128" }), false, true],
    ["the proxy asks for one", settingsOf(all), true, true],
  ])("knows whether the proxy has a login: %s", (_, settings, wantsLogin, hasLogin) => {
    expect(listOf([], { settings, wantsLogin }).hasLogin).toBe(hasLogin);
  });
});
