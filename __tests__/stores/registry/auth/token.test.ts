import type { IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "@jest/globals";
import type { Credential } from "../../../../src/stores/registry/auth/credentials.ts";
import { requestToken, type TokenRequest } from "../../../../src/stores/registry/auth/token.ts";
import { startProxy } from "../../../../testing/fakes/proxy.ts";
import { openClient, through } from "../../../../testing/product/open-client.ts";
import { ada, adaBasic } from "../../../../testing/product/open-registry.ts";
import { createAuthority, type KeyPair } from "../../../../testing/real/certificates.ts";
import { httpServer, listen } from "../../../../testing/real/listening.ts";
import { withParts } from "../../../../testing/real/parts.ts";
import { stopEverything } from "../../../../testing/real/running.ts";

afterEach(stopEverything);

interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** A token host that answers everybody alike. */
async function startTokenHost({ answer = '{"token":"t"}', tls }: { answer?: string; tls?: KeyPair } = {}) {
  const asked: Asked[] = [];
  const server = httpServer(async (request, response) => {
    const { method = "", url = "", headers } = request;
    asked.push({ method, url, headers, body: await text(request) });
    response.end(answer);
  }, tls);
  const { address, port } = await listen(server);
  return { asked, host: `${address}:${port}` };
}

const scopes = ["repository:a:pull,push", "repository:b:pull"];
/** A registry at the origin of the realm, but for what is said. */
const asking = (
  realm: string,
  credential?: Credential,
  registry?: Omit<TokenRequest["registry"], "role">,
): TokenRequest => ({
  challenge: { scheme: "bearer", parameters: { realm, service: "a service" } },
  scopes,
  registry: { role: "source", ...(registry ?? { host: new URL(realm).host, origin: new URL(realm).origin }) },
  credential,
});

describe("asking for a token", () => {
  test("keeps the realm's query, and names service and scopes", async () => {
    const { asked, host } = await startTokenHost();
    await requestToken(openClient(), asking(`http://${host}/token?x=y`, ada), 0);
    expect(asked).toMatchObject([{ method: "GET", headers: { authorization: adaBasic } }]);
    const { pathname, searchParams } = new URL(asked[0]?.url ?? "", "http://host");
    expect([pathname, ...searchParams]).toEqual([
      "/token",
      ["x", "y"],
      ["service", "a service"],
      ["scope", "repository:a:pull,push"],
      ["scope", "repository:b:pull"],
    ]);
  });

  test("an identity token is exchanged in a body, not in a header or URL", async () => {
    const { asked, host } = await startTokenHost({ answer: '{"access_token":"short"}' });
    const credential = { ...ada, identityToken: "long lived" };
    const token = await requestToken(openClient(), asking(`http://${host}/token`, credential), 0);
    expect(token.value).toBe("short");
    expect(asked[0]).toMatchObject({ method: "POST", url: "/token" });
    expect(asked[0]?.headers.authorization).toBeUndefined();
    expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toMatchObject({
      grant_type: "refresh_token",
      service: "a service",
      scope: "repository:a:pull,push repository:b:pull",
      refresh_token: "long lived",
    });
  });

  test("an identity token does not go to a host of another name either", async () => {
    const { asked, host } = await startTokenHost();
    const credential = { ...ada, identityToken: "long lived" };
    const registry = { host: "127.0.0.2:5000", origin: "http://127.0.0.2:5000" };
    const request = { ...asking(`http://${host}/token`, credential, registry), allowsPlainHttp: () => true };
    expect(await requestToken(openClient(), request, 0)).toMatchObject({ isAnonymous: true, foreignHost: host });
    expect(asked).toMatchObject([{ method: "GET", body: "" }]);
    expect(asked[0]?.headers.authorization).toBeUndefined();
  });
});

describe("a host that gives no token", () => {
  const answering = async (status: number, body = "") => {
    const { address, port } = await listen(httpServer((_, response) => void response.writeHead(status).end(body)));
    return requestToken(openClient({ attempts: 1 }), asking(`http://${address}:${port}/token`), 0);
  };

  test.each([
    [400, "TOKEN_HOST_REFUSED"],
    [404, "TOKEN_HOST_REFUSED"],
    [405, "TOKEN_HOST_REFUSED"],
    [410, "TOKEN_HOST_REFUSED"],
    [401, "UNAUTHORIZED"],
    [403, "DENIED"],
    [429, "RATE_LIMITED"],
    [503, "REGISTRY_UNAVAILABLE"],
  ])("with %i says nothing of a manifest", async (status, code) => {
    await expect(answering(status)).rejects.toMatchObject({ code, status });
  });

  test("whatever words of a registry it uses", async () => {
    const body = JSON.stringify({ errors: [{ code: "MANIFEST_UNKNOWN" }, { code: "NAME_UNKNOWN" }] });
    await expect(answering(404, body)).rejects.toMatchObject({ code: "TOKEN_HOST_REFUSED" });
  });

  test("without a service, none is named", async () => {
    for (const service of [undefined, ""]) {
      const { asked, host } = await startTokenHost();
      const realm = `http://${host}/token`;
      const parameters = service === undefined ? { realm } : { realm, service };
      await requestToken(openClient(), { ...asking(realm), challenge: { scheme: "bearer", parameters } }, 0);
      expect(asked[0]?.url).not.toContain("service");
    }
  });
});

describe("the answer", () => {
  test.each([
    ['{"token":"t","expires_in":300}', "t", 300],
    ['{"access_token":"a","expires_in":3600}', "a", 3600],
    ['{"token":"","access_token":"a"}', "a", 60],
    ['{"token":"t","access_token":"a"}', "t", 60],
    ['{"token":"t","expires_in":1}', "t", 60],
    ['{"token":"t","expires_in":-5}', "t", 60],
    ['{"token":"t","expires_in":"300"}', "t", 60],
  ])("%s is good for %s", async (answer, value, seconds) => {
    const { host } = await startTokenHost({ answer });
    expect(await requestToken(openClient(), asking(`http://${host}/`), 1000)).toEqual({
      value,
      expires: 1000 + seconds * 1000,
      isAnonymous: true,
      isAmbient: false,
    });
  });

  test.each([
    "",
    "<html>log in</html>",
    "null",
    "[]",
    "{}",
    '{"token":5}',
    '{"token":"a\\r\\nx-evil: b"}',
    '{"token":"ü"}',
  ])("%j holds no token", async (answer) => {
    const { host } = await startTokenHost({ answer });
    await expect(requestToken(openClient(), asking(`http://${host}/`), 0)).rejects.toMatchObject({
      code: "TOKEN_MALFORMED",
      where: host,
    });
  });

  test("has a limit", async () => {
    const { host } = await startTokenHost({ answer: `{"token":"${"t".repeat(1024 * 1024)}"}` });
    await expect(requestToken(openClient(), asking(`http://${host}/`), 0)).rejects.toMatchObject({
      code: "RESPONSE_TOO_LARGE",
    });
  });
});

withParts(["openssl"], "credentials for docker.io", () => {
  const dockerHub = { host: "docker.io", origin: "https://registry-1.docker.io" };

  test.each([
    ["auth.docker.io", adaBasic],
    ["auth.docker.io.evil.test", undefined],
    ["evil-docker.io", undefined],
  ])("go to its token host and to no look-alike: %s", async (name, authorization) => {
    const authority = createAuthority();
    const { asked, host } = await startTokenHost({ tls: authority.issue(name) });
    const proxy = await startProxy({ hosts: { [name]: host } });
    const client = openClient({ tls: { ca: [authority.cert] }, routeFor: () => through(proxy.url) });
    await requestToken(client, asking(`https://${name}/token`, ada, dockerHub), 0);
    expect(asked.map(({ headers }) => headers.authorization)).toEqual([authorization]);
  });
});
