import { afterEach, describe, expect, test } from "@jest/globals";
import { startProxy } from "../../../testing/fakes/proxy.ts";
import {
  diagnosisOf,
  expectRow,
  HTTP_RULE,
  HTTPS_RULE,
  preflight,
  through,
} from "../../../testing/product/preflight-row.ts";
import { freePort } from "../../../testing/real/address.ts";
import { createAuthority } from "../../../testing/real/certificates.ts";
import { startFullListener } from "../../../testing/real/full-listener.ts";
import { withParts } from "../../../testing/real/parts.ts";
import { nodeWithNameServer } from "../../../testing/real/resolving.ts";
import { stopEverything } from "../../../testing/real/running.ts";
import { startSquid } from "../../../testing/real/squid.ts";

afterEach(stopEverything);

const REGISTRY = "registry.example.test";
const ORIGIN = `${REGISTRY}:443`;

describe("a proxy that cannot be used", () => {
  test("does not listen", async () => {
    const host = `127.0.0.1:${await freePort("127.0.0.1")}`;
    expectRow(await preflight(REGISTRY, { "https-proxy": `http://user:s3cret@${host}` }), {
      ...HTTPS_RULE,
      code: "PROXY_UNREACHABLE",
      host,
      "refused-by": "proxy",
      message: "ECONNREFUSED",
      remedy: "host and port in the proxy setting (input https-proxy)",
    });
  });

  test("lies behind a firewall that drops", async () => {
    const host = await startFullListener();
    expectRow(await preflight(REGISTRY, { "https-proxy": `http://${host}`, "probe-timeout": "1" }), {
      ...HTTPS_RULE,
      code: "PROXY_TIMED_OUT",
      host,
      "refused-by": "proxy",
      message: "no answer within 1 s",
      remedy: "ask the network team to let this runner reach it",
    });
  });

  // No resolver asks the network for a name with an empty label.
  test("has a name that does not exist", async () => {
    expectRow(await preflight(REGISTRY, { "https-proxy": "http://no..name:3128" }), {
      ...HTTPS_RULE,
      code: "PROXY_NAME_UNKNOWN",
      host: "no..name:3128",
      "refused-by": "runner",
      message: "ENOTFOUND",
      remedy: "cannot resolve no..name: correct the proxy setting (input https-proxy)",
    });
  });

  test.each([
    ["https", HTTPS_RULE],
    ["http", HTTP_RULE],
  ] as const)("is another server, by %s", async (scheme, rule) => {
    const proxy = await startProxy({ fault: "not-http" });
    expectRow(await preflight(`${scheme}://${REGISTRY}`, through(proxy.url)), {
      ...rule,
      code: "PROXY_NOT_A_PROXY",
      host: proxy.host,
      "refused-by": "proxy",
      remedy: "does not speak HTTP",
    });
  });

  test("closes", async () => {
    const proxy = await startProxy({ fault: "close" });
    expectRow(await preflight(REGISTRY, through(proxy.url)), {
      ...HTTPS_RULE,
      code: "PROXY_CLOSED",
      host: proxy.host,
      "refused-by": "proxy",
      remedy: `Check that ${proxy.url} is a proxy`,
    });
  });

  test.each([
    ["silent", "mute", "https", HTTPS_RULE],
    ["silent", "mute", "http", HTTP_RULE],
    ["slower than probe-timeout", "slow", "https", HTTPS_RULE],
    ["slower than probe-timeout", "slow", "http", HTTP_RULE],
  ] as const)("is %s (%s), by %s: the proxy is named, and not the registry", async (_, fault, scheme, rule) => {
    const proxy = await startProxy({ fault });
    const inputs = { ...through(proxy.url), "probe-timeout": "1", target: `${scheme}://target.example.test/ocm` };
    expectRow(await preflight(`${scheme}://${REGISTRY}`, inputs), {
      ...rule,
      code: "PROXY_MUTE",
      host: proxy.host,
      "refused-by": "proxy",
      remedy: "The port is open, but no proxy answers",
    });
  });
});

describe("a proxy that waits for a registry behind it", () => {
  test.each([
    ["https", HTTPS_RULE, "PROXY_UPSTREAM_FAILED", "proxy", "gets no connection to"],
    ["http", HTTP_RULE, "RESPONSE_TIMED_OUT", "registry", "ask the operators of the host"],
  ] as const)("is not blamed for the silence, by %s", async (scheme, rule, code, refusedBy, remedy) => {
    const proxy = await startProxy({ hosts: { [REGISTRY]: await startFullListener() } });
    const port = scheme === "https" ? 443 : 80;
    expectRow(await preflight(`${scheme}://${REGISTRY}`, { ...through(proxy.url), "probe-timeout": "1" }), {
      ...rule,
      code,
      host: `${REGISTRY}:${port}`,
      "refused-by": refusedBy,
      remedy,
    });
  });

  test("is not blamed for the silence of a private one, which belongs into no-proxy", async () => {
    const proxy = await startProxy({ hosts: { "registry.svc": await startFullListener() } });
    expectRow(await preflight("registry.svc", { ...through(proxy.url), "probe-timeout": "1" }), {
      ...HTTPS_RULE,
      code: "PRIVATE_HOST_PROXIED",
      host: "registry.svc:443",
      "refused-by": "proxy",
      remedy: "add registry.svc to no-proxy",
      pasted: ["no-proxy: registry.svc"],
    });
  });
});

withParts(["squid"], "squid that waits for a registry behind it", () => {
  test.each([
    ["https", HTTPS_RULE, "PROXY_UPSTREAM_FAILED", "proxy", "gets no connection to"],
    ["http", HTTP_RULE, "RESPONSE_TIMED_OUT", "registry", "ask the operators of the host"],
  ] as const)("is not blamed for the silence, by %s", async (scheme, rule, code, refusedBy, remedy) => {
    const [address = "", port = ""] = (await startFullListener()).split(":");
    const squid = await startSquid({ hosts: { [REGISTRY]: address } });
    const inputs = { ...through(squid.url), "probe-timeout": "2" };
    expectRow(await preflight(`${scheme}://${REGISTRY}:${port}`, inputs), {
      ...rule,
      code,
      host: `${REGISTRY}:${port}`,
      "refused-by": refusedBy,
      remedy,
    });
  });
});

withParts(["unshare", "perl"], "the name server of this machine", () => {
  test.each([
    ["silence", "DNS_TIMED_OUT", "have it repaired, or write the proxy's address"],
    ["failure", "DNS_TIMED_OUT", "or reports a failure"],
    ["no-such-name", "PROXY_NAME_UNKNOWN", "cannot resolve proxy.example.test: correct the proxy setting"],
  ] as const)("for the proxy: %s", async (says, code, remedy) => {
    const node = await nodeWithNameServer(says);
    const inputs = { "https-proxy": "http://proxy.example.test:3128", "probe-timeout": "1" };
    expectRow(await preflight(REGISTRY, inputs, { node }), {
      ...HTTPS_RULE,
      code,
      host: "proxy.example.test:3128",
      "refused-by": "runner",
      remedy,
    });
  });

  test.each([
    ["silence", "DNS_TIMED_OUT", "name server can be reached and works"],
    ["failure", "DNS_TIMED_OUT", "can be reached and works"],
    ["no-such-name", "HOST_UNKNOWN", "This runner cannot resolve the name"],
  ] as const)("for a registry: %s", async (says, code, remedy) => {
    const node = await nodeWithNameServer(says);
    expectRow(await preflight(REGISTRY, { "probe-timeout": "1" }, { node }), {
      via: "direct",
      rule: "no proxy for https is set",
      code,
      host: ORIGIN,
      "refused-by": "runner",
      remedy,
    });
  });
});

withParts(["openssl"], "a proxy and TLS", () => {
  test("is written https and speaks plain HTTP", async () => {
    const { host } = await startProxy();
    expectRow(await preflight(REGISTRY, { "https-proxy": `https://${host}` }), {
      ...HTTPS_RULE,
      code: "PROXY_SPEAKS_PLAIN",
      host,
      "refused-by": "proxy",
      remedy: "Write http:// instead of https://",
    });
  });

  test.each([
    ["https", HTTPS_RULE],
    ["http", HTTP_RULE],
  ] as const)("is written http and speaks TLS, asked for %s", async (scheme, rule) => {
    const proxy = await startProxy({ tls: createAuthority().issue("127.0.0.1") });
    expectRow(await preflight(`${scheme}://${REGISTRY}`, through(`http://${proxy.host}`)), {
      ...rule,
      code: "PROXY_SPEAKS_TLS",
      host: proxy.host,
      "refused-by": "proxy",
      remedy: "write https:// instead of http://",
    });
  });

  test("has a certificate that is not trusted", async () => {
    const proxy = await startProxy({ tls: createAuthority("Proxy Authority").issue("127.0.0.1") });
    expectRow(await preflight(REGISTRY, { "https-proxy": proxy.url }), {
      ...HTTPS_RULE,
      code: "PROXY_TLS_FAILED",
      host: proxy.host,
      "refused-by": "proxy",
      message: 'issued by "Proxy Authority"',
      remedy: "into ca-certificates",
    });
  });
});

withParts(["squid", "openssl"], "a proxy that wants to know who asks", () => {
  test.each([
    ["https", HTTPS_RULE],
    ["http", HTTP_RULE],
  ] as const)("has no credentials, or wrong ones, by %s", async (scheme, rule) => {
    const squid = await startSquid({ users: { ada: "right-one" } });
    const row = { ...rule, host: new URL(squid.url).host, "refused-by": "proxy", message: "407" } as const;
    expectRow(await preflight(`${scheme}://${REGISTRY}`, through(squid.url)), {
      ...row,
      code: "PROXY_AUTH_REQUIRED",
      remedy: "from a secret: user:password@ before the host",
    });
    const wrong = await preflight(`${scheme}://${REGISTRY}`, through(squid.url.replace("//", "//ada:s3cret@")));
    expectRow(wrong, { ...row, code: "PROXY_AUTH_FAILED", remedy: "percent-encode" });
    expect(wrong.summary + JSON.stringify(wrong.report)).not.toContain("s3cret");
  });

  test.each([
    ["NTLM", ["auth_param ntlm program /usr/lib/squid/ntlm_fake_auth"]],
    ["Negotiate", ["auth_param negotiate program /usr/lib/squid/negotiate_kerberos_auth -s HTTP/squid.test"]],
  ])("speaks %s only", async (offered, scheme) => {
    const directives = [...scheme, "acl known proxy_auth REQUIRED", "http_access deny !known"];
    const squid = await startSquid({ directives });
    expectRow(await preflight(REGISTRY, through(squid.url.replace("//", "//ada:s3cret@"))), {
      ...HTTPS_RULE,
      code: "PROXY_AUTH_UNSUPPORTED",
      host: new URL(squid.url).host,
      "refused-by": "proxy",
      remedy: `It offers ${offered}; Go's and Node's clients speak Basic only. Run a local helper such as cntlm or px`,
    });
  });
});

withParts(["squid"], "a proxy that does not let a host pass", () => {
  test.each([
    ["https", HTTPS_RULE, 443],
    ["http", HTTP_RULE, 80],
  ] as const)("is not to, says squid, by %s", async (scheme, rule, port) => {
    const squid = await startSquid({ deny: [REGISTRY] });
    const result = await preflight(`${scheme}://${REGISTRY}`, through(squid.url));
    expectRow(result, {
      ...rule,
      code: "PROXY_DENIED",
      host: `${REGISTRY}:${port}`,
      "refused-by": "proxy",
      message: "ERR_ACCESS_DENIED",
      remedy: `Ask for ${REGISTRY}:${port} to be allowed on the proxy`,
    });
    expect(result.outputs["allow-list"]).toBe(`${REGISTRY}:${port}`);
  });

  test("does not know the host", async () => {
    const squid = await startSquid();
    expectRow(await preflight(REGISTRY, { ...through(squid.url), "probe-timeout": "20" }), {
      ...HTTPS_RULE,
      code: "PROXY_UPSTREAM_FAILED",
      host: ORIGIN,
      "refused-by": "proxy",
      message: "ERR_",
      remedy: "check the name registry.example.test:443",
    });
  });

  test("gets no connection to it", async () => {
    const port = await freePort("127.0.0.1");
    const squid = await startSquid({ hosts: { [REGISTRY]: "127.0.0.1" } });
    for (const [scheme, rule] of [["https", HTTPS_RULE] as const, ["http", HTTP_RULE] as const]) {
      expectRow(await preflight(`${scheme}://${REGISTRY}:${port}`, through(squid.url)), {
        ...rule,
        code: "PROXY_UPSTREAM_FAILED",
        host: `${REGISTRY}:${port}`,
        "refused-by": "proxy",
        message: "503",
        remedy: "The proxy can resolve the name and does not get a connection",
      });
    }
  });
});

/** How proxies other than squid say that a host is not allowed: status, headers, page. */
const OTHERS = [
  ["tinyproxy", 403, { server: "tinyproxy/1.11.0" }, "<h1>Filtered</h1>"],
  ["Zscaler", 403, { server: "Zscaler/6.2" }, "<title>Internet Security by Zscaler</title>"],
  ["a gateway of Broadcom", 403, { "proxy-connection": "close" }, "<TITLE>Access Denied (policy_denied)</TITLE>"],
  ["a gateway that says nothing of itself", 405, {}, ""],
  ["a law", 451, {}, "<h1>Unavailable</h1>"],
] as const;

test.each(OTHERS)("a proxy that does not let a host pass: %s", async (_, status, headers, body) => {
  const proxy = await startProxy({ deny: { "*": { status, headers, body } } });
  expectRow(await preflight(REGISTRY, through(proxy.url)), {
    ...HTTPS_RULE,
    code: "PROXY_DENIED",
    host: ORIGIN,
    "refused-by": "proxy",
    message: String(status),
    remedy: `Ask for ${ORIGIN} to be allowed on the proxy`,
  });
});

test("registry and target that are both refused are diagnosed in one run", async () => {
  const proxy = await startProxy({ deny: { "*": {} } });
  const result = await preflight(REGISTRY, { ...through(proxy.url), target: "target.example.test/ocm" });
  expect(diagnosisOf(result).map(({ code, host }) => `${code} ${host}`)).toEqual([
    `PROXY_DENIED ${ORIGIN}`,
    "PROXY_DENIED target.example.test:443",
  ]);
  expect(result.outputs["allow-list"]).toBe(`${ORIGIN}\ntarget.example.test:443`);
});
