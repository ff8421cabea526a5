import { expect, test } from "@jest/globals";
import { readProxySettings } from "../../src/setup/proxy-settings.ts";

test("registries to reach directly are expanded, and unknown blob hosts are reported", () => {
  const { variables, findings } = readProxySettings({
    inputs: { httpsProxy: "proxy:3128", noProxy: ".corp" },
    noProxyRegistries: ["ghcr.io", "registry.test:5000"],
    environment: {},
  });
  expect(variables).toEqual({
    HTTPS_PROXY: "http://proxy:3128",
    https_proxy: "http://proxy:3128",
    NO_PROXY: ".corp,ghcr.io,pkg-containers.githubusercontent.com,registry.test:5000,localhost,127.0.0.1,::1",
    no_proxy: ".corp,ghcr.io,pkg-containers.githubusercontent.com,registry.test:5000,localhost,127.0.0.1,::1",
  });
  expect(findings.map(({ code }) => code)).toEqual(["BLOB_HOSTS_UNKNOWN"]);
});

test("findings of the settings come first", () => {
  const { findings } = readProxySettings({
    noProxyRegistries: ["registry.test"],
    environment: { HTTPS_PROXY: "a", https_proxy: "b" },
  });
  expect(findings.map(({ code }) => code)).toEqual(["PROXY_SPELLINGS_DIFFER", "BLOB_HOSTS_UNKNOWN"]);
});
