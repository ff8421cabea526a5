import { afterEach, expect, test } from "@jest/globals";
import { startProxy } from "../../../testing/fakes/proxy.ts";
import { startFakeRegistry } from "../../../testing/fakes/registry.ts";
import { fill } from "../../../testing/fakes/scene.ts";
import {
  expectRow,
  HTTP_RULE,
  HTTPS_RULE,
  NO_HTTP_PROXY,
  preflight,
  through,
} from "../../../testing/product/preflight-row.ts";
import { startBlobHost } from "../../../testing/real/blob-host.ts";
import { httpServer, listen } from "../../../testing/real/listening.ts";
import { withParts } from "../../../testing/real/parts.ts";
import { stopEverything } from "../../../testing/real/running.ts";
import { startSquid } from "../../../testing/real/squid.ts";

afterEach(stopEverything);

const REGISTRY = "registry.example.test";
const LOGIN = "<html><title>Log in to Acme Guest</title></html>";

test.each([
  ["a page", 200, {}],
  ["511", 511, {}],
  ["a redirect to a login page", 302, { location: "https://login.example.test/" }],
] as const)("a proxy answers CONNECT with %s", async (_, status, headers) => {
  const proxy = await startProxy({ deny: { "*": { status, headers, body: LOGIN } } });
  expectRow(await preflight(REGISTRY, through(proxy.url)), {
    ...HTTPS_RULE,
    code: "CAPTIVE_PORTAL",
    host: `${REGISTRY}:443`,
    "refused-by": "proxy",
    message: String(status),
    remedy: "with a page of its own: log this runner in there, or have it exempted",
  });
});

test.each([
  ["a page", 200],
  ["511", 511],
] as const)("a proxy answers plain HTTP with %s", async (_, status) => {
  const proxy = await startProxy({ deny: { "*": { status, body: LOGIN } } });
  expectRow(await preflight(`http://${REGISTRY}`, through(proxy.url)), {
    ...HTTP_RULE,
    code: "CAPTIVE_PORTAL",
    host: `${REGISTRY}:80`,
    "refused-by": "proxy",
    message: "Log in to Acme Guest",
    remedy: "log this runner in there",
  });
});

test("a proxy redirects plain HTTP to its login page", async () => {
  const login = await listen(
    httpServer((_, answer) => answer.writeHead(200, { "content-type": "text/html" }).end(LOGIN)),
  );
  const proxy = await startProxy({
    hosts: { "login.example.test:80": `127.0.0.1:${login.port}` },
    deny: { [REGISTRY]: { status: 302, headers: { location: "http://login.example.test/" } } },
  });
  expectRow(await preflight(`http://${REGISTRY}`, through(proxy.url)), {
    ...HTTP_RULE,
    code: "CAPTIVE_PORTAL",
    host: "login.example.test:80",
    "refused-by": "proxy",
    message: "login.example.test:80 answered 200",
    remedy: "log this runner in there",
  });
});

test("a network without a proxy answers in the place of the registry", async () => {
  const portal = await listen(
    httpServer((_, answer) => answer.writeHead(511, { "content-type": "text/html" }).end(LOGIN)),
  );
  const host = `127.0.0.1:${portal.port}`;
  expectRow(await preflight(`http://${host}`), {
    ...NO_HTTP_PROXY,
    code: "CAPTIVE_PORTAL",
    host,
    "refused-by": "runner",
    message: "Log in to Acme Guest",
    remedy: "log this runner in there",
  });
});

test("a page comes instead of a blob alone", async () => {
  const registry = await startFakeRegistry({ redirect: "http://cdn.example.test/" });
  fill(registry, `http://${REGISTRY}`);
  const cdn = await startBlobHost({ content: registry.blobAt });
  const hosts = { [`${REGISTRY}:80`]: registry.host, "cdn.example.test:80": cdn.host };
  const open = await startProxy({ hosts });
  expect((await preflight(`http://${REGISTRY}`, through(open.url))).code).toBe(0);
  const proxy = await startProxy({ hosts, deny: { "cdn.example.test": { status: 200, body: LOGIN } } });
  expectRow(await preflight(`http://${REGISTRY}`, through(proxy.url)), {
    ...HTTP_RULE,
    code: "CAPTIVE_PORTAL",
    host: "cdn.example.test:80",
    "refused-by": "proxy",
    message: "cdn.example.test:80 answered 200",
    remedy: "log this runner in there",
  });
});

withParts(["squid"], "squid as a portal", () => {
  test.each([
    ["https", HTTPS_RULE, 443],
    ["http", HTTP_RULE, 80],
  ] as const)("redirects whoever is not logged in, by %s", async (scheme, rule, port) => {
    const squid = await startSquid({
      directives: [
        "acl guests dstdomain .example.test",
        "deny_info 302:http://login.example.test/ guests",
        "http_access deny guests",
      ],
    });
    expectRow(await preflight(`${scheme}://${REGISTRY}`, through(squid.url)), {
      ...rule,
      code: "CAPTIVE_PORTAL",
      host: `${REGISTRY}:${port}`,
      "refused-by": "proxy",
      message: "302",
      remedy: "log this runner in there",
    });
  });
});

test("a page comes instead of a token", async () => {
  const registry = await startFakeRegistry({ auth: { kind: "bearer", realm: "http://tokens.example.test/token" } });
  const proxy = await startProxy({
    hosts: { [`${REGISTRY}:80`]: registry.host },
    deny: { "tokens.example.test": { status: 200, body: LOGIN } },
  });
  const inputs = { ...through(proxy.url), "plain-http": "tokens.example.test" };
  expectRow(await preflight(`http://${REGISTRY}`, inputs), {
    ...HTTP_RULE,
    code: "CAPTIVE_PORTAL",
    host: "tokens.example.test:80",
    "refused-by": "proxy",
    message: "tokens.example.test:80 answered 200",
    remedy: "log this runner in there",
  });
});
