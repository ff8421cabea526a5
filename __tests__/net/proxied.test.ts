import { setImmediate as turn } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { ProxyReply } from "../../src/net/hop.ts";
import { type ProxyFault, type ProxyRefusal, startProxy } from "../../testing/fakes/proxy.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { direct, get, openClient, textOf, through } from "../../testing/product/open-client.ts";
import { freePort } from "../../testing/real/address.ts";
import { type Authority, createAuthority } from "../../testing/real/certificates.ts";
import { withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const login = { user: "ada", password: "p:w ü@" };
const basic = `Basic ${Buffer.from("ada:p:w ü@").toString("base64")}`;
const withLogin = (url: string) => url.replace("://", `://ada:${encodeURIComponent(login.password)}@`);

const page = "<h1>no</h1>";
const refusals: readonly [string, ProxyRefusal][] = [
  ["denied", { status: 403, headers: { "x-squid-error": "ERR_ACCESS_DENIED 0" }, body: page }],
  ["Basic wanted", { status: 407, headers: { "proxy-authenticate": 'Basic realm="corp"' }, body: page }],
  ["NTLM wanted", { status: 407, headers: { "proxy-authenticate": "NTLM, Negotiate" }, body: page }],
];
const replyTo = ({ status, headers }: ProxyRefusal): Partial<ProxyReply> => ({
  status: status ?? 0,
  headers: headers ?? {},
  text: page,
});

describe("plain HTTP through a proxy", () => {
  let registry: FakeRegistry;
  beforeEach(async () => {
    registry = await startFakeRegistry();
  });

  test("is asked for in absolute form, the login for the proxy alone", async () => {
    const proxy = await startProxy({ hosts: { "a.test": registry.host }, auth: login });
    const moved = { when: () => true, times: 1, act: { kind: "respond", status: 307 } } as const;
    const elsewhere = await startFakeRegistry();
    registry.inject({ ...moved, act: { ...moved.act, headers: { location: `${elsewhere.origin}/v2/` } } });
    const client = openClient({
      routeFor: (url) => (url.includes("a.test") ? through(withLogin(proxy.url)) : direct),
    });
    const response = await client.request(get("http://a.test/v2/a/tags/list?n=5", { authorization: "Bearer t" }));
    expect(response.hop.host).toBe(elsewhere.host);
    expect(proxy.log).toMatchObject([{ method: "GET", target: "a.test:80", status: 307 }]);
    expect(proxy.log[0]?.headers).toMatchObject({ host: "a.test", "proxy-authorization": basic });
    expect(registry.requests[0]).toMatchObject({ path: "/v2/a/tags/list", headers: { authorization: "Bearer t" } });
    expect(registry.requests[0]?.query.get("n")).toBe("5");
    expect(elsewhere.requests[0]?.headers["proxy-authorization"]).toBeUndefined();
  });

  test.each<[ProxyFault, { readonly phase: string; readonly timedOut: boolean; readonly [more: string]: unknown }]>([
    ["mute", { phase: "tunnel", timedOut: true }],
    ["close", { phase: "response", timedOut: false }],
    ["not-http", { phase: "tunnel", timedOut: false, cause: { code: "ERR_NOT_HTTP" } }],
  ])("fails with a proxy that is %s", async (fault, failure) => {
    const proxy = await startProxy({ fault });
    const client = openClient({ timeout: failure.timedOut ? 500 : 5000, routeFor: () => through(proxy.url) });
    await expect(client.request(get(`${registry.origin}/v2/`))).rejects.toMatchObject({ ...failure, reply: undefined });
    expect(registry.requests).toEqual([]);
  });

  test.each(refusals)("what the proxy answers in its own name is told apart: %s", async (_, refusal) => {
    const proxy = await startProxy({ deny: { "*": refusal } });
    const client = openClient({ routeFor: () => through(proxy.url) });
    await expect(client.request(get("http://a.test/"))).rejects.toMatchObject({
      name: "HopError",
      phase: "tunnel",
      hop: { host: "a.test:80" },
      reply: replyTo(refusal),
    });
  });

  test.each([
    ["a web page of the proxy's", { "content-type": "text/html" }, "tunnel"],
    ["words that may be the origin's", { "content-type": "application/json" }, 403],
    ["a registry's page", { "content-type": "text/html", "docker-distribution-api-version": "registry/2.0" }, 403],
  ])("403 with %s", async (_, headers, outcome) => {
    const proxy = await startProxy({ deny: { "*": { status: 403, headers, body: page } } });
    const request = openClient({ routeFor: () => through(proxy.url) }).request(get("http://a.test/"));
    if (outcome === "tunnel")
      await expect(request).rejects.toMatchObject({ phase: "tunnel", reply: { status: 403, text: page } });
    else await expect(request).resolves.toMatchObject({ status: outcome });
  });
});

describe("a tunnel", () => {
  const request = get("https://a.test/v2/");

  test.each<[ProxyFault, { readonly phase: string; readonly timedOut: boolean; readonly [more: string]: unknown }]>([
    ["mute", { phase: "tunnel", timedOut: true, message: expect.stringContaining("CONNECT a.test:443") }],
    ["slow", { phase: "tunnel", timedOut: true }],
    ["close", { phase: "tunnel", timedOut: false, cause: { code: "ECONNRESET" } }],
    ["not-http", { phase: "tunnel", timedOut: false, cause: { code: "ERR_NOT_HTTP" } }],
    ["close-tunnel", { phase: "tls", timedOut: false }],
    ["mute-tunnel", { phase: "tls", timedOut: true }],
  ])("fails with a proxy that is %s, in time", async (fault, failure) => {
    const proxy = await startProxy({ fault });
    const client = openClient({ timeout: failure.timedOut ? 500 : 5000, routeFor: () => through(proxy.url) });
    await expect(client.request(request)).rejects.toMatchObject({ name: "HopError", ...failure, reply: undefined });
    const isSilent = fault === "mute" || fault === "slow";
    const [, ...further] = proxy.log.map(({ method, target }) => `${method} ${target}`);
    // A second request, which concerns no host, distinguishes a silent proxy from a silent origin.
    expect(further).toEqual(isSilent ? ["OPTIONS "] : []);
    for (const { headers } of proxy.log.slice(1)) {
      expect(headers).toMatchObject({ host: proxy.host });
      expect(headers["proxy-authorization"]).toBeUndefined();
    }
  });

  test.each<[string, ProxyRefusal]>([...refusals, ["unknown to the proxy", { status: 502, headers: {}, body: page }]])(
    "that is refused carries the proxy's own words: %s",
    async (_, refusal) => {
      const proxy = await startProxy({ deny: { "a.test": refusal } });
      const client = openClient({ routeFor: () => through(withLogin(proxy.url)) });
      await expect(client.request(request)).rejects.toMatchObject({
        phase: "tunnel",
        timedOut: false,
        message: expect.not.stringContaining("p%3Aw"),
        hop: { host: "a.test:443" },
        reply: { ...replyTo(refusal), statusText: "Refused" },
      });
    },
  );

  test("keeps no more than the beginning of a long page", async () => {
    const proxy = await startProxy({ deny: { "*": { body: "x".repeat(100_000) } } });
    await expect(openClient({ routeFor: () => through(proxy.url) }).request(request)).rejects.toMatchObject({
      reply: { text: "x".repeat(2048) },
    });
  });

  test("cannot begin where no proxy listens", async () => {
    const proxy = `http://127.0.0.1:${await freePort("127.0.0.1")}`;
    await expect(openClient({ routeFor: () => through(proxy) }).request(request)).rejects.toMatchObject({
      phase: "proxy-dial",
      cause: { code: "ECONNREFUSED" },
    });
  });

  test("is not made by a SOCKS proxy", async () => {
    const routeFor = () => through("socks5://ada:secret@127.0.0.1:1080");
    await expect(openClient({ routeFor }).request(request)).rejects.toMatchObject({
      code: "PROXY_SCHEME_UNSUPPORTED",
      message: expect.not.stringContaining("secret"),
    });
  });
});

withParts(["openssl"], "TLS through a proxy", () => {
  let authority: Authority;
  let tls: { readonly ca: readonly string[] };
  beforeEach(() => {
    authority = createAuthority();
    tls = { ca: [authority.cert] };
  });
  const start = () => startFakeRegistry({ tls: authority.issue("a.test") });

  test("goes through one tunnel, the login in CONNECT alone", async () => {
    const registry = await start();
    const proxy = await startProxy({ hosts: { "a.test:443": registry.host }, auth: login });
    const client = openClient({ tls, routeFor: () => through(withLogin(proxy.url)) });
    for (const _ of [1, 2]) {
      expect(await textOf(await client.request(get("https://a.test/v2/")))).toBe("{}");
      // undici looks a turn of the event loop whether the server closes, before it uses a connection again.
      await turn();
      await turn();
    }
    expect(proxy.log).toMatchObject([{ method: "CONNECT", target: "a.test:443", status: 200 }]);
    expect(proxy.log[0]?.headers).toMatchObject({ host: "a.test:443", "proxy-authorization": basic });
    expect(registry.requests).toHaveLength(2);
    for (const { headers } of registry.requests) expect(headers["proxy-authorization"]).toBeUndefined();
  });

  test("names the login's refusal", async () => {
    const proxy = await startProxy({ auth: login });
    const client = openClient({ tls, routeFor: () => through(proxy.url) });
    await expect(client.request(get("https://a.test/"))).rejects.toMatchObject({ reply: { status: 407 } });
  });

  test.each([
    ["in a tunnel, of the origin", "tls"],
    ["of the proxy itself", "proxy-tls"],
  ])("is not believed from an unknown authority %s", async (_, phase) => {
    const registry = await start();
    const unknown = createAuthority("Unknown").issue("127.0.0.1");
    const proxy = await startProxy({
      hosts: { "a.test": registry.host },
      ...(phase === "proxy-tls" ? { tls: unknown } : {}),
    });
    const client = openClient({ tls: { ca: phase === "tls" ? [] : tls.ca }, routeFor: () => through(proxy.url) });
    await expect(client.request(get("https://a.test/"))).rejects.toMatchObject({
      phase,
      timedOut: false,
      cause: { code: "UNABLE_TO_VERIFY_LEAF_SIGNATURE" },
    });
    expect(registry.requests).toEqual([]);
  });

  test("is what a proxy may speak itself, for tunnels and for plain HTTP", async () => {
    const [registry, plain] = [await start(), await startFakeRegistry()];
    const hosts = { "a.test": registry.host, "b.test": plain.host };
    const proxy = await startProxy({ tls: authority.issue("127.0.0.1"), hosts, auth: login });
    const client = openClient({ tls, routeFor: () => through(withLogin(proxy.url)) });
    for (const url of ["https://a.test/v2/", "http://b.test/v2/"]) {
      expect(await textOf(await client.request(get(url)))).toBe("{}");
    }
    expect(proxy.log.map(({ method, target }) => `${method} ${target}`)).toEqual([
      "CONNECT a.test:443",
      "GET b.test:80",
    ]);
  });

  test("is not what a proxy speaks that is written https by mistake", async () => {
    const proxy = await startProxy();
    const routeFor = () => through(proxy.url.replace("http:", "https:"));
    await expect(openClient({ tls, routeFor }).request(get("https://a.test/"))).rejects.toMatchObject({
      phase: "proxy-tls",
    });
  });

  test("direct routes leave the proxy alone, in one client", async () => {
    const [registry, near] = [await start(), await startFakeRegistry({ tls: authority.issue("127.0.0.1") })];
    const proxy = await startProxy({ hosts: { "a.test": registry.host } });
    const routeFor = (url: string) => (url.includes("a.test") ? through(proxy.url) : direct);
    const client = openClient({ tls, routeFor });
    for (const url of [`${near.origin}/v2/`, "https://a.test/v2/", `${near.origin}/v2/`]) {
      expect(await textOf(await client.request(get(url)))).toBe("{}");
    }
    expect(proxy.log.map(({ target }) => target)).toEqual(["a.test:443"]);
    expect([near.requests.length, registry.requests.length]).toEqual([2, 1]);
  });
});
