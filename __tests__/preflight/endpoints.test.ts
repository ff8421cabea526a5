import { expect, test } from "@jest/globals";
import { expectedThroughProxy } from "../../src/preflight/endpoints.ts";
import { readSettings } from "../../src/proxy/settings.ts";

const settingsOf = (inputs: Parameters<typeof readSettings>[0]["inputs"]) =>
  readSettings({ inputs, environment: {} }).effective;
const all = { httpProxy: "http://proxy.corp:3128", httpsProxy: "http://proxy.corp:3128" };

test("a registry with the hosts that it is known to send to, those with a dot left out", () => {
  const registries = [
    { hopHost: "registry-1.docker.io:443", plainHttp: false },
    { hopHost: "quay.io:443", plainHttp: false },
    { hopHost: "registry.corp:5000", plainHttp: true },
  ];
  const hosts = expectedThroughProxy(registries, settingsOf(all));
  expect(hosts).toEqual(expect.arrayContaining(["registry-1.docker.io:443", "auth.docker.io:443", "quay.io:443"]));
  expect(hosts).toContain("production.cloudflare.docker.com:443");
  expect(hosts).toContain("registry.corp:5000");
  expect(hosts.filter((host) => host.startsWith("."))).toEqual([]);
  expect(new Set(hosts).size).toBe(hosts.length);
});

test("what goes directly is not asked of the proxy", () => {
  const ghcr = [{ hopHost: "ghcr.io:443", plainHttp: false }];
  expect(expectedThroughProxy(ghcr, settingsOf({ ...all, noProxy: "ghcr.io" }))).toEqual([
    "pkg-containers.githubusercontent.com:443",
  ]);
  const plain = [{ hopHost: "registry.corp:80", plainHttp: true }];
  expect(expectedThroughProxy(plain, settingsOf({ httpsProxy: "http://proxy.corp:3128" }))).toEqual([]);
  expect(expectedThroughProxy(ghcr, settingsOf({}))).toEqual([]);
});
