import { createServer } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type Diagnosis, diagnose } from "../../src/diagnosis/diagnosis.ts";
import { TransferError } from "../../src/errors/transfer-error.ts";
import { namedHosts } from "../../src/net/address/named-hosts.ts";
import { readAll } from "../../src/net/body.ts";
import { routeFor } from "../../src/proxy/route.ts";
import { readSettings } from "../../src/proxy/settings.ts";
import { startProxy } from "../../testing/fakes/proxy.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { ociError } from "../../testing/fakes/registry-faults.ts";
import { get, type OpenClientOptions, openClient, through } from "../../testing/product/open-client.ts";
import { openRegistry } from "../../testing/product/open-registry.ts";
import { freePort, uniqueAddress } from "../../testing/real/address.ts";
import { startBlobHost } from "../../testing/real/blob-host.ts";
import { createAuthority } from "../../testing/real/certificates.ts";
import { httpServer, listen } from "../../testing/real/listening.ts";
import { withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { startSquid } from "../../testing/real/squid.ts";

afterEach(stopEverything);

/** No machine has a name with an empty label in it, and none asks the network for one. */
const NO_NAME = "no..name";
const named = namedHosts([{ pattern: NO_NAME, isPlain: false }]);

/** A client whose routes are those of these inputs. */
function clientFor(proxy = "", options: OpenClientOptions = {}) {
  const { effective } = readSettings({ inputs: { httpProxy: proxy, httpsProxy: proxy }, environment: {} });
  return openClient({ timeout: 2000, ...options, routeFor: (url) => routeFor(url, effective) });
}

async function diagnosisOf(failing: Promise<unknown>): Promise<Diagnosis> {
  const error = await failing.then(
    () => new Error("nothing failed"),
    (failure) => failure,
  );
  const diagnosis = diagnose(error);
  if (diagnosis === undefined) throw error;
  // What every diagnosis has to say, whatever it is.
  expect(diagnosis.message).not.toBe("");
  expect(diagnosis.remedy).toMatch(/\.$/);
  expect(JSON.stringify(diagnosis)).not.toContain("s3cret");
  return diagnosis;
}

const asking = (url: string, proxy = "", options: OpenClientOptions = {}) =>
  diagnosisOf(clientFor(proxy, options).request(get(url)));

describe("a host that is asked directly", () => {
  const direct = { via: "direct", rule: "no proxy for https is set" };

  test("does not exist", async () => {
    expect(await asking(`https://${NO_NAME}/v2/`, "", { named })).toMatchObject({
      ...direct,
      code: "HOST_UNKNOWN",
      host: `${NO_NAME}:443`,
      "refused-by": "runner",
      remedy: expect.stringContaining(`If only a proxy reaches ${NO_NAME}:443, set https-proxy`),
    });
  });

  test("does not listen", async () => {
    const host = `127.0.0.1:${await freePort("127.0.0.1")}`;
    expect(await asking(`https://${host}/v2/`)).toMatchObject({
      code: "HOST_UNREACHABLE",
      host,
      "refused-by": "runner",
    });
  });

  test("speaks plain HTTP", async () => {
    // As Go's servers do when they are greeted in TLS.
    const answering = createServer(
      (socket) => void socket.once("data", () => socket.end("HTTP/1.0 400 Bad Request\r\n\r\n")),
    );
    const host = `127.0.0.1:${(await listen(answering)).port}`;
    expect(await asking(`https://${host}/v2/`)).toMatchObject({
      code: "PLAIN_HTTP_REGISTRY",
      host,
      "refused-by": "registry",
      remedy: expect.stringContaining(`add ${host} to plain-http`),
    });
  });

  test("hangs up when TLS begins", async () => {
    const { port } = await listen(createServer((socket) => void socket.once("data", () => socket.destroy())));
    expect(await asking(`https://127.0.0.1:${port}/v2/`)).toMatchObject({
      code: "TLS_FAILED",
      "refused-by": "registry",
    });
  });

  test("never answers", async () => {
    const { host } = await startFakeRegistry({ faults: [{ when: () => true, act: { kind: "mute" } }] });
    expect(await asking(`http://${host}/v2/`, "", { timeout: 200 })).toMatchObject({
      code: "RESPONSE_TIMED_OUT",
      host,
      "refused-by": "registry",
    });
  });

  test("hangs up instead of answering", async () => {
    const { host } = await startFakeRegistry({ faults: [{ when: () => true, act: { kind: "reset" } }] });
    expect(await asking(`http://${host}/v2/`)).toMatchObject({
      code: "CONNECTION_LOST",
      host,
      "refused-by": "registry",
    });
  });
});

withParts(["openssl"], "a certificate", () => {
  test("of an unknown CA", async () => {
    const { host } = await startFakeRegistry({ tls: createAuthority().issue("127.0.0.1") });
    expect(await asking(`https://${host}/v2/`)).toMatchObject({
      code: "TLS_UNTRUSTED",
      host,
      message: expect.stringContaining('issued by "Test Authority"'),
      remedy: expect.stringContaining("ca-certificates"),
    });
  });

  test("for another name", async () => {
    const authority = createAuthority();
    const { host } = await startFakeRegistry({ tls: authority.issue("registry.corp") });
    expect(await asking(`https://${host}/v2/`, "", { tls: { ca: [authority.cert] } })).toMatchObject({
      code: "TLS_WRONG_NAME",
      host,
    });
  });

  test("of a proxy that speaks TLS, and is not trusted", async () => {
    const proxy = await startProxy({ tls: createAuthority().issue("127.0.0.1") });
    expect(await asking("https://ghcr.io/v2/", proxy.url)).toMatchObject({
      code: "PROXY_TLS_FAILED",
      host: proxy.host,
      "refused-by": "proxy",
    });
  });
});

describe("a proxy", () => {
  const via = { via: "proxy", rule: "HTTPS_PROXY (input https-proxy)" } as const;
  const url = "https://ghcr.io/v2/";

  test("whose name does not exist", async () => {
    expect(await asking(url, `http://${NO_NAME}:3128`)).toMatchObject({
      ...via,
      code: "PROXY_NAME_UNKNOWN",
      host: `${NO_NAME}:3128`,
      "refused-by": "runner",
      remedy: expect.stringContaining("the proxy setting (input https-proxy)"),
    });
  });

  test("that does not listen", async () => {
    const host = `127.0.0.1:${await freePort("127.0.0.1")}`;
    expect(await asking(url, `http://user:s3cret@${host}`)).toMatchObject({
      ...via,
      code: "PROXY_UNREACHABLE",
      host,
      "refused-by": "proxy",
      remedy: expect.stringContaining("127.0.0.1 is the machine itself, and in a container it is the container"),
    });
  });

  test("that is written https and speaks http", async () => {
    const { host } = await startProxy();
    expect(await asking(url, `https://${host}`)).toMatchObject({
      ...via,
      code: "PROXY_SPEAKS_PLAIN",
      host,
      "refused-by": "proxy",
      remedy: expect.stringContaining("Write http:// instead of https:// in the proxy setting (input https-proxy)"),
    });
  });

  test.each([
    ["mute", "PROXY_MUTE"],
    ["close", "PROXY_CLOSED"],
    ["not-http", "PROXY_NOT_A_PROXY"],
  ] as const)("that is %s", async (fault, code) => {
    const { host } = await startProxy({ fault });
    expect(await asking(url, `http://user:s3cret@${host}`, { timeout: 500 })).toMatchObject({
      ...via,
      code,
      host,
      "refused-by": "proxy",
    });
  });

  test.each([
    ["", 'Basic realm="x"', "PROXY_AUTH_REQUIRED", "user:password@ before the host"],
    ["user:s3cret@", 'Basic realm="x"', "PROXY_AUTH_FAILED", "percent-encode"],
    ["user:s3cret@", "Negotiate, NTLM", "PROXY_AUTH_UNSUPPORTED", "local helper"],
    ["", "Negotiate", "PROXY_AUTH_UNSUPPORTED", "local helper"],
    ["user:s3cret@", "Negotiate, Basic realm=x", "PROXY_AUTH_FAILED", "percent-encode"],
    ["", undefined, "PROXY_AUTH_REQUIRED", "from a secret"],
  ])("that wants a login: %s for %s is %s", async (login, challenge, code, remedy) => {
    const headers = challenge === undefined ? {} : { "proxy-authenticate": challenge };
    const { host } = await startProxy({ deny: { "*": { status: 407, headers } } });
    for (const scheme of ["https", "http"]) {
      expect(await asking(`${scheme}://ghcr.io/v2/`, `http://${login}${host}`)).toMatchObject({
        via: "proxy",
        code,
        host,
        "refused-by": "proxy",
        remedy: expect.stringContaining(remedy),
      });
    }
  });

  test("that limits the rate of requests", async () => {
    const { host } = await startProxy({ deny: { "*": { status: 429 } } });
    const remedy = expect.stringMatching(/^The proxy limits the rate of requests/);
    expect(await asking(url, `http://${host}`)).toMatchObject({
      code: "RATE_LIMITED",
      host,
      "refused-by": "proxy",
      remedy,
    });
  });

  test("that does not allow the registry", async () => {
    const { host } = await startProxy({ deny: { "ghcr.io": { headers: { "x-squid-error": "ERR_ACCESS_DENIED 0" } } } });
    expect(await asking(url, `http://${host}`)).toMatchObject({
      ...via,
      code: "PROXY_DENIED",
      host: "ghcr.io:443",
      message: expect.stringMatching(/refused ghcr\.io:443 \(source registry\): 403 Refused \(ERR_ACCESS_DENIED 0\)/),
      remedy: expect.stringContaining("Ask for ghcr.io:443 to be allowed on the proxy"),
    });
  });

  test("that cannot reach the registry", async () => {
    const { host } = await startProxy();
    expect(await asking(url, `http://${host}`)).toMatchObject({
      ...via,
      code: "PROXY_UPSTREAM_FAILED",
      host: "ghcr.io:443",
      "refused-by": "proxy",
    });
  });

  test("that opens the tunnel and closes it: the other end of it failed", async () => {
    const { host } = await startProxy({ fault: "close-tunnel" });
    expect(await asking(url, `http://${host}`)).toMatchObject({
      ...via,
      code: "TLS_FAILED",
      host: "ghcr.io:443",
      "refused-by": "registry",
    });
  });

  test("that forwards plain HTTP to a registry that never answers", async () => {
    const registry = await startFakeRegistry({ faults: [{ when: () => true, act: { kind: "mute" } }] });
    const proxy = await startProxy({ hosts: { "registry.corp:80": registry.host } });
    expect(await asking("http://registry.corp/v2/", proxy.url, { timeout: 300 })).toMatchObject({
      code: "RESPONSE_TIMED_OUT",
      host: "registry.corp:80",
      message: expect.stringContaining("through the proxy"),
    });
  });
});

describe("blobs on another host", () => {
  /** A registry behind a proxy that redirects its blobs to cdn.test. */
  async function pulling(deny: readonly string[], status = 200) {
    const registry = await startFakeRegistry({ redirect: "http://cdn.test/" });
    const blob = registry.addBlob("app", "content");
    const cdn = await listen(httpServer((_, response) => void response.writeHead(status).end("no")));
    const proxy = await startProxy({
      hosts: { "registry.corp:80": registry.host, "cdn.test:80": `127.0.0.1:${cdn.port}` },
      deny: Object.fromEntries(deny.map((host) => [host, { headers: { "x-squid-error": "ERR_ACCESS_DENIED 0" } }])),
    });
    const remote = openRegistry("registry.corp", { client: clientFor(proxy.url) });
    return diagnosisOf(remote.repository("app").fetch(blob));
  }

  test("that the proxy does not allow: this is the one to ask for", async () => {
    expect(await pulling(["cdn.test"])).toMatchObject({
      code: "BLOB_HOST_DENIED",
      host: "cdn.test:80",
      via: "proxy",
      rule: "HTTP_PROXY (input http-proxy)",
      "refused-by": "proxy",
      message: expect.stringContaining("blobs of registry.corp:80"),
      remedy: expect.stringContaining("Allowing the registry alone is not enough"),
    });
  });

  test("that refuses in its own name", async () => {
    expect(await pulling([], 403)).toMatchObject({ code: "DENIED", host: "cdn.test:80", "refused-by": "blob-host" });
  });

  test("that are nobody's trouble while the registry itself is refused", async () => {
    expect(await pulling(["registry.corp"])).toMatchObject({ code: "PROXY_DENIED", host: "registry.corp:80" });
  });
});

describe("the registry itself", () => {
  const manifests = (registry: FakeRegistry, options = {}) =>
    diagnosisOf(openRegistry(registry.host, options).repository("app").resolve("1"));

  test.each([
    [401, "UNAUTHORIZED"],
    [403, "DENIED"],
    [404, "MANIFEST_UNKNOWN"],
    [429, "RATE_LIMITED"],
    [400, "REGISTRY_REFUSED"],
    [503, "REGISTRY_UNAVAILABLE"],
  ] as const)("answers %d: %s", async (status, code) => {
    const body = ociError("SOMETHING", "its own words");
    const registry = await startFakeRegistry({
      faults: [{ when: () => true, act: { kind: "respond", status, body } }],
    });
    expect(await manifests(registry)).toMatchObject({
      code,
      host: registry.host,
      via: "direct",
      rule: "test",
      "refused-by": "registry",
      message: expect.stringContaining("its own words"),
    });
  });

  test("sends for a token to a host that the proxy does not allow", async () => {
    const registry = await startFakeRegistry({ auth: { kind: "bearer", users: {}, realm: "http://tokens.test/" } });
    const tokens = "tokens.test:80";
    const proxy = await startProxy({ deny: { [tokens]: { headers: { "x-squid-error": "ERR_ACCESS_DENIED 0" } } } });
    const client = openClient({ routeFor: () => through(proxy.url) });
    expect(await manifests(registry, { client, allowsPlainHttp: () => true })).toMatchObject({
      code: "PROXY_DENIED",
      host: tokens,
      "refused-by": "proxy",
      message: expect.stringContaining("token for"),
    });
  });

  test("sends for a token to a host that refuses", async () => {
    const registry = await startFakeRegistry({
      auth: { kind: "bearer", users: {}, tokenAddress: uniqueAddress() },
      faults: [{ when: ({ kind }) => kind === "token", act: { kind: "respond", status: 403 } }],
    });
    expect(await manifests(registry, { allowsPlainHttp: () => true })).toMatchObject({
      code: "TOKEN_HOST_FOREIGN",
      host: new URL(registry.tokenOrigin).host,
      "refused-by": "token-host",
    });
  });
});

withParts(["squid"], "squid, in its own words", () => {
  test.each(["http", "https"])("a registry that is not allowed, by %s", async (scheme) => {
    const squid = await startSquid({ deny: [".corp"] });
    const diagnosis = await asking(`${scheme}://registry.corp:5000/v2/`, squid.url);
    expect(diagnosis).toMatchObject({
      code: "PROXY_DENIED",
      host: "registry.corp:5000",
      "refused-by": "proxy",
      message: expect.stringContaining("ERR_ACCESS_DENIED"),
    });
  });

  test.each(["http", "https"])("a host that squid does not know, by %s", async (scheme) => {
    const squid = await startSquid();
    const diagnosis = await asking(`${scheme}://registry.corp:5000/v2/`, squid.url, { timeout: 10_000 });
    expect(diagnosis).toMatchObject({
      code: "PROXY_UPSTREAM_FAILED",
      host: "registry.corp:5000",
      message: expect.stringMatching(/\(ERR_\w+ \d+\)$/),
    });
  });

  test("the login, missing and wrong", async () => {
    const squid = await startSquid({ users: { ada: "right-one" } });
    expect(await asking("https://registry.corp/v2/", squid.url)).toMatchObject({ code: "PROXY_AUTH_REQUIRED" });
    const wrong = squid.url.replace("//", "//ada:s3cret@");
    expect(await asking("https://registry.corp/v2/", wrong)).toMatchObject({ code: "PROXY_AUTH_FAILED" });
  });

  test("the blob host that is not allowed", async () => {
    const address = uniqueAddress();
    const registry = await startFakeRegistry({ address, port: 5000, redirect: "http://cdn.example.test:8080/" });
    await startBlobHost({ content: registry.blobAt, address, port: 8080 });
    const squid = await startSquid({
      hosts: { "registry.example.test": address, "cdn.example.test": address },
      deny: ["cdn.example.test"],
    });
    const blob = registry.addBlob("app", "content");
    const remote = openRegistry("registry.example.test:5000", { client: clientFor(squid.url) });
    expect(await diagnosisOf(remote.repository("app").fetch(blob))).toMatchObject({
      code: "BLOB_HOST_DENIED",
      host: "cdn.example.test:8080",
      "refused-by": "proxy",
    });
  });
});

describe("an answer that breaks off", () => {
  const reading = async (host: string, proxy: string) => {
    const response = await clientFor(proxy, { timeout: 300 }).request(get(`http://${host}/v2/`));
    return diagnosisOf(readAll(response, 1024));
  };

  test.each([
    ["truncate", "CONNECTION_LOST", "something on the route cuts connections"],
    ["stall", "RESPONSE_TIMED_OUT", "of a proxy that scans content"],
  ] as const)("%s, directly and through a proxy", async (kind, code, remedy) => {
    const registry = await startFakeRegistry({ faults: [{ when: () => true, act: { kind, after: 1 } }] });
    const proxy = await startProxy({ hosts: { "registry.corp:80": registry.host } });
    const expected = { code, "refused-by": "registry", remedy: expect.stringContaining(remedy) };
    expect(await reading(registry.host, "")).toMatchObject({ ...expected, host: registry.host, via: "direct" });
    expect(await reading("registry.corp", proxy.url)).toMatchObject({
      ...expected,
      host: "registry.corp:80",
      via: "proxy",
    });
  });
});

describe("errors", () => {
  test("a proxy at an IPv6 address is named in brackets", async () => {
    const port = await freePort("127.0.0.1");
    expect(await asking("https://ghcr.io/v2/", `http://[::1]:${port}`)).toMatchObject({
      code: "PROXY_UNREACHABLE",
      host: `[::1]:${port}`,
    });
  });

  test("a hop behind an error of ours is found", async () => {
    const cause = await clientFor("", { named })
      .request(get(`https://${NO_NAME}/v2/`))
      .catch((error) => error);
    const error = new TransferError("INTERNAL", "x", { cause: new TransferError("INTERNAL", "y", { cause }) });
    expect(diagnose(error)?.code).toBe("HOST_UNKNOWN");
  });

  test.each([
    undefined,
    "text",
    new Error("x"),
    new TransferError("INPUT_INVALID", "x"),
    new TransferError("INPUT_INVALID", "x", { cause: new Error("y") }),
  ])("what concerns no hop has no diagnosis: %p", (error) => {
    expect(diagnose(error)).toBeUndefined();
  });
});
