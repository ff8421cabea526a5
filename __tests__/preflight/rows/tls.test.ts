import { createServer } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { startProxy } from "../../../testing/fakes/proxy.ts";
import { startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { expectRow, HTTPS_RULE, NO_HTTPS_PROXY, preflight, through } from "../../../testing/product/preflight-row.ts";
import { uniqueAddress } from "../../../testing/real/address.ts";
import { createAuthority } from "../../../testing/real/certificates.ts";
import { listen } from "../../../testing/real/listening.ts";
import { withParts } from "../../../testing/real/parts.ts";
import { startRegistry } from "../../../testing/real/registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";
import { startSquid } from "../../../testing/real/squid.ts";

afterEach(stopEverything);

withParts(["openssl"], "the certificate of a registry", () => {
  test("comes from an unknown CA", async () => {
    const { host } = await startFakeRegistry({ tls: createAuthority("Acme Internal").issue("127.0.0.1") });
    expectRow(await preflight(host), {
      ...NO_HTTPS_PROXY,
      code: "TLS_UNTRUSTED",
      host,
      "refused-by": "registry",
      message: 'issued by "Acme Internal"',
      remedy: 'Put the certificate of the CA "Acme Internal" into ca-certificates',
    });
  });

  test("is for another name", async () => {
    const authority = createAuthority();
    const { host } = await startFakeRegistry({ tls: authority.issue("registry.corp") });
    expectRow(await preflight(host, { "ca-certificates": authority.path }), {
      ...NO_HTTPS_PROXY,
      code: "TLS_WRONG_NAME",
      host,
      "refused-by": "registry",
      message: "ERR_TLS_CERT_ALTNAME_INVALID",
      remedy: "The certificate is for another name",
    });
  });

  test.each([
    ["has expired", "20200101000000Z", "20210101000000Z", "TLS_EXPIRED", "Renew the certificate"],
    ["begins tomorrow", "29990101000000Z", "29990201000000Z", "CLOCK_SKEWED", "set the clock of this runner"],
  ] as const)("%s", async (_, from, to, code, remedy) => {
    const authority = createAuthority();
    const { host } = await startFakeRegistry({ tls: authority.issueBetween(from, to, "127.0.0.1") });
    expectRow(await preflight(host, { "ca-certificates": authority.path }), {
      ...NO_HTTPS_PROXY,
      code,
      host,
      "refused-by": "registry",
      message: code === "TLS_EXPIRED" ? "CERT_HAS_EXPIRED" : "CERT_NOT_YET_VALID",
      remedy,
    });
  });
});

withParts(["openssl", "squid"], "a proxy that opens TLS", () => {
  test("is named by the issuer of what it signs", async () => {
    const own = createAuthority("The registry's own");
    const address = uniqueAddress();
    const { port } = await startFakeRegistry({ address, tls: own.issue("registry.example.test") });
    const hosts = { "registry.example.test": address };
    const intercept = createAuthority("Acme Web Gateway");
    const squid = await startSquid({ hosts, intercept, upstreamAuthority: own });
    const host = `registry.example.test:${port}`;
    expectRow(await preflight(host, through(squid.url)), {
      ...HTTPS_RULE,
      code: "TLS_INTERCEPTED",
      host,
      "refused-by": "proxy",
      message: `issued by "Acme Web Gateway". The proxy ${squid.url} re-signs TLS`,
      remedy: 'the CA "Acme Web Gateway" into ca-certificates',
    });
  });
});

test("a tunnel ends at the first byte: what is behind it speaks no TLS", async () => {
  const proxy = await startProxy({ fault: "close-tunnel" });
  expectRow(await preflight("registry.example.test", through(proxy.url)), {
    ...HTTPS_RULE,
    code: "TLS_FAILED",
    host: "registry.example.test:443",
    "refused-by": "registry",
    remedy: "a proxy or firewall that interrupts TLS",
  });
});

test("a tunnel stays silent: probe-timeout ends it", async () => {
  const proxy = await startProxy({ fault: "mute-tunnel" });
  const result = await preflight("registry.example.test", { ...through(proxy.url), "probe-timeout": "1" });
  expectRow(result, {
    ...HTTPS_RULE,
    code: "TLS_FAILED",
    host: "registry.example.test:443",
    "refused-by": "registry",
    message: "no answer within 1 s",
    remedy: "Check that the host speaks TLS at this port",
  });
});

test("a host hangs up when TLS begins", async () => {
  const { port } = await listen(createServer((socket) => void socket.once("data", () => socket.destroy())));
  expectRow(await preflight(`127.0.0.1:${port}`), {
    ...NO_HTTPS_PROXY,
    code: "TLS_FAILED",
    host: `127.0.0.1:${port}`,
    "refused-by": "registry",
    remedy: "Check that the host speaks TLS at this port",
  });
});

withParts(["docker-registry"], "a registry of plain HTTP that is asked for TLS", () => {
  test("directly: the line for plain-http is there to be pasted, and helps", async () => {
    const registry = await startRegistry({ kind: "docker-registry" });
    expectRow(await preflight(registry.host), {
      ...NO_HTTPS_PROXY,
      code: "PLAIN_HTTP_REGISTRY",
      host: registry.host,
      "refused-by": "registry",
      remedy: `add ${registry.host} to plain-http`,
      pasted: ["plain-http: |", `  ${registry.host}`],
    });
    const { annotations } = await preflight(registry.host, { "plain-http": registry.host });
    expect(annotations.map(({ title }) => title)).toEqual(["COMPONENT_VERSION_UNKNOWN"]);
  });

  test("through a proxy", async () => {
    const registry = await startRegistry({ kind: "docker-registry" });
    const proxy = await startProxy({ hosts: { "registry.example.test:443": registry.host } });
    expectRow(await preflight("registry.example.test", through(proxy.url)), {
      ...HTTPS_RULE,
      code: "PLAIN_HTTP_REGISTRY",
      host: "registry.example.test:443",
      "refused-by": "registry",
      remedy: "add registry.example.test to plain-http",
      pasted: ["plain-http: |", "  registry.example.test"],
    });
  });
});
