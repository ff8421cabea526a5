import { afterEach, describe, expect, test } from "@jest/globals";
import { ada, adaBasic, blobOf, openRegistry } from "../../../../testing/product/open-registry.ts";
import { httpServer, listen } from "../../../../testing/real/listening.ts";
import { stopEverything } from "../../../../testing/real/running.ts";

afterEach(stopEverything);

interface Seen {
  readonly path: string;
  readonly query: readonly (readonly [string, string])[];
  readonly authorization: string | undefined;
}

/** A registry that challenges with these words, HOST being its own, and takes any login and any token of its own. */
async function startRegistryOf(challenge: string) {
  const seen: Seen[] = [];
  const server = httpServer(({ url = "", headers }, response) => {
    const { pathname: path, searchParams } = new URL(url, "http://host");
    const { authorization, host = "" } = headers;
    seen.push({ path, query: [...searchParams], authorization });
    if (path === "/token") response.end('{"token":"t"}');
    else if (authorization === adaBasic || authorization === "Bearer t") response.writeHead(200).end();
    else response.writeHead(401, { "www-authenticate": challenge.replaceAll("HOST", host) }).end();
  });
  const { address, port } = await listen(server);
  return { host: `${address}:${port}`, seen };
}

async function logIn(challenge: string) {
  const { host, seen } = await startRegistryOf(challenge);
  const repository = openRegistry(host, { isWritten: false, credential: ada }).repository("team/app");
  expect(await repository.exists(blobOf("a layer"))).toBe(true);
  return seen;
}

describe("a login reaches a registry that says", () => {
  test.each([
    "Basic realm=/",
    "Basic realm=https://HOST/",
    "Negotiate, Basic realm=/",
    "Negotiate YII=, NTLM, Basic realm=/",
    "Basic",
    'basic REALM="x", charset=UTF-8',
    'Basic realm="never ends',
    'Bearer service="no realm", Basic realm="b"',
  ])("%s", async (challenge) => {
    expect((await logIn(challenge)).at(-1)?.authorization).toBe(adaBasic);
  });
});

describe("a token is asked for its repository alone, where a registry says", () => {
  const scope = ["scope", "repository:team/app:pull"] as const;

  test.each<[string, readonly (readonly [string, string])[]]>([
    ['Bearer realm="http://HOST/token"', [scope]],
    ['Bearer realm="http://HOST/token",service="s",scope="*"', [["service", "s"], scope]],
    ['Bearer realm="http://HOST/token",empty="",service="s"', [["service", "s"], scope]],
    ['Bearer realm="http://HOST/token",empty=,service="s"', [["service", "s"], scope]],
    ['Bearer realm="http://HOST/token",service=""', [scope]],
    ["Bearer realm=http://HOST/token,service=r/x", [["service", "r/x"], scope]],
    [
      'Bearer realm="http://HOST/token", scope="repository:a:pull,push repository:b:pull",error="insufficient_scope"',
      [scope],
    ],
    ['Basic realm="b",Bearer realm="http://HOST/token"', [scope]],
  ])("%s", async (challenge, query) => {
    const seen = await logIn(challenge);
    expect(seen.filter(({ path }) => path === "/token")).toEqual([{ path: "/token", query, authorization: adaBasic }]);
  });
});
