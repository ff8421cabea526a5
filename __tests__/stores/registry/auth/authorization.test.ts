import { afterEach, describe, expect, test } from "@jest/globals";
import { bytesOf } from "../../../../src/oci/content.ts";
import { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from "../../../../testing/fakes/registry.ts";
import { asked } from "../../../../testing/fakes/registry-faults.ts";
import { openClient } from "../../../../testing/product/open-client.ts";
import { ada, adaBasic, blobOf, openRegistry } from "../../../../testing/product/open-registry.ts";
import { startBlobHost } from "../../../../testing/real/blob-host.ts";
import { createAuthority } from "../../../../testing/real/certificates.ts";
import { withParts } from "../../../../testing/real/parts.ts";
import { stopEverything } from "../../../../testing/real/running.ts";

afterEach(stopEverything);

const users = { ada: ada.password };
const bearer = { kind: "bearer", users, anonymous: "nothing" } as const;
const layer = blobOf("a layer");

async function start(options: FakeRegistryOptions): Promise<FakeRegistry> {
  const fake = await startFakeRegistry(options);
  fake.addBlob("a", "a layer");
  fake.addBlob("b", "a layer");
  return fake;
}

const sent = ({ requests }: FakeRegistry) =>
  requests.map(({ status, headers }) => `${status} ${headers.authorization?.split(" ")[0] ?? "-"}`);

test("nobody in particular asks without credentials, and gets a token for that", async () => {
  const fake = await start({ auth: { kind: "bearer" } });
  expect(await openRegistry(fake.host, { isWritten: false }).repository("a").exists(layer)).toBe(true);
  expect(fake.tokenRequests).toMatchObject([
    { scopes: ["repository:a:pull"], service: "registry", user: undefined, status: 200 },
  ]);
  expect(fake.tokenRequests[0]?.headers.authorization).toBeUndefined();
});

describe("Basic", () => {
  const auth = { kind: "basic", user: "ada", password: ada.password } as const;

  test("is not sent before the registry asks, and at once from then on", async () => {
    const fake = await start({ auth });
    const repository = openRegistry(fake.host, { credential: ada }).repository("a");
    expect([await repository.exists(layer), await repository.exists(layer)]).toEqual([true, true]);
    expect(sent(fake)).toEqual(["401 -", "200 Basic", "200 Basic"]);
    expect(fake.requests[1]?.headers.authorization).toBe(adaBasic);
  });

  test.each([
    ["none", undefined, 1, "UNAUTHORIZED"],
    ["a wrong one", { ...ada, password: "wrong-secret" }, 2, "CREDENTIALS_REFUSED"],
  ])("with %s is refused, once", async (_, credential, requests, code) => {
    const fake = await start({ auth });
    const registry = openRegistry(fake.host, { attempts: 3, ...(credential === undefined ? {} : { credential }) });
    await expect(registry.repository("a").resolve("1")).rejects.toMatchObject({
      name: "RegistryError",
      code,
      status: 401,
      where: fake.host,
      message: expect.not.stringContaining("wrong-secret"),
    });
    expect(fake.requests).toHaveLength(requests);
  });

  test("is what the credential for this repository says", async () => {
    const fake = await start({ auth });
    const credentialFor = (repository: string) => (repository === "a" ? ada : { ...ada, username: "eve" });
    const registry = openRegistry(fake.host, { credentialFor });
    expect(await registry.repository("a").exists(layer)).toBe(true);
    await expect(registry.repository("b").exists(layer)).rejects.toMatchObject({ code: "CREDENTIALS_REFUSED" });
  });
});

describe("Bearer", () => {
  test("one token per repository and scope, asked for once however many wait for it", async () => {
    const fake = await start({ auth: bearer, latency: 20 });
    const registry = openRegistry(fake.host, { credential: ada });
    const ask = () => ["a", "b", "a", "b", "a", "b"].map((name) => registry.repository(name).exists(layer));
    expect(await Promise.all(ask())).toEqual(Array(6).fill(true));
    await Promise.all(ask());
    expect(fake.tokenRequests.map(({ scopes, user }) => `${user} ${scopes}`).sort()).toEqual([
      "ada repository:a:pull,push",
      "ada repository:b:pull,push",
    ]);
    expect(fake.tokenRequests[0]?.headers.authorization).toBe(adaBasic);
    expect(
      fake.requests.filter(({ kind }) => kind === "blob").every(({ headers }) => headers.authorization !== adaBasic),
    ).toBe(true);
  });

  test("a token that ran out is renewed, once however many find out", async () => {
    const fake = await start({ auth: bearer, latency: 20 });
    const repository = openRegistry(fake.host, { credential: ada }).repository("a");
    await repository.exists(layer);
    expect(fake.tokenRequests).toHaveLength(1);
    fake.expireTokens();
    expect(await Promise.all([1, 2, 3, 4].map(() => repository.exists(layer)))).toEqual(Array(4).fill(true));
    expect(fake.tokenRequests).toHaveLength(2);
  });

  test("refusals hold no slot while the token is asked for at the same host", async () => {
    const fake = await start({ auth: bearer, latency: 20 });
    const repository = openRegistry(fake.host, { credential: ada, concurrency: 2 }).repository("a");
    const found = Promise.all([1, 2, 3, 4].map(async () => String(await bytesOf(await repository.fetch(layer)))));
    await expect(found).resolves.toEqual(Array(4).fill("a layer"));
  }, 5000);

  test.each([
    ["a damaged answer", "token", 1],
    ["a second 401", "blob", 2],
  ])("a token is requested again after %s", async (_, kind, times) => {
    const fake = await start({ auth: bearer });
    const headers = { "www-authenticate": `Bearer realm="${fake.origin}/token",service="registry"` };
    const damaged = { kind: "respond", status: 200, body: '{"token":"' } as const;
    const refused = { kind: "respond", status: 401, headers } as const;
    fake.inject({ when: asked({ kind: "blob" }), times, act: refused });
    if (kind === "token") fake.inject({ when: asked({ kind: "token" }), times: 1, act: damaged });
    const repository = openRegistry(fake.host, { credential: ada, attempts: 3 }).repository("a");
    expect(await repository.exists(layer)).toBe(true);
  });

  test("a token that is requested for its rights alone is requested again after a damaged answer", async () => {
    const fake = await start({ auth: bearer });
    fake.inject({
      when: asked({ kind: "token" }),
      times: 1,
      act: { kind: "respond", status: 200, body: '{"token":"' },
    });
    const { store, checkPushRight } = openRegistry(fake.host, { credential: ada, attempts: 3 }).repository("a");
    await store.ping();
    expect(await checkPushRight("token")).toEqual([]);
  });

  test("a token that is not accepted is not asked for again and again", async () => {
    const fake = await start({ auth: { ...bearer, anonymous: "pull" } });
    const push = openRegistry(fake.host).repository("a").push(blobOf("new"), Buffer.from("new"));
    await expect(push).rejects.toMatchObject({ code: "UNAUTHORIZED", status: 401 });
    expect(fake.tokenRequests).toHaveLength(1);
  });

  test.each([
    ["", "TOKEN_REFUSED"],
    [',error="insufficient_scope"', "DENIED"],
  ])(
    "a token server that issues the same token again: with %j, the token is refused, and not the login",
    async (error, code) => {
      const fake = await start({ auth: bearer });
      const token = { kind: "respond", status: 200, body: '{"token":"always-the-same"}' } as const;
      const challenge = `Bearer realm="${fake.origin}/token",service="registry"${error}`;
      fake.inject(
        { when: ({ kind }) => kind === "token", act: token },
        { when: () => true, act: { kind: "respond", status: 401, headers: { "www-authenticate": challenge } } },
      );
      const repository = openRegistry(fake.host, { isWritten: false, credential: ada }).repository("a");
      await repository.exists(layer).catch(() => {});
      await expect(repository.exists(layer)).rejects.toMatchObject({ code });
    },
  );

  test("a refusal of the token host is told, and not kept", async () => {
    const fake = await start({ auth: bearer });
    const credentials = [{ ...ada, password: "wrong-secret" }, ada];
    const repository = openRegistry(fake.host, { credentialFor: () => credentials.shift() }).repository("a");
    await expect(repository.exists(layer)).rejects.toMatchObject({
      code: "CREDENTIALS_REFUSED",
      message: expect.stringMatching(/token for .* 401: DENIED not you$/),
      hop: { purpose: { kind: "token", registry: fake.host } },
    });
    expect(await repository.exists(layer)).toBe(true);
  });

  test("every token is told before it is used, since it has to be masked", async () => {
    const fake = await start({ auth: bearer });
    const told: [string, number][] = [];
    const onToken = (token: string) => told.push([`Bearer ${token}`, fake.requests.length]);
    await openRegistry(fake.host, { credential: ada, onToken }).repository("a").exists(layer);
    expect(told).toEqual([[fake.requests[2]?.headers.authorization, 2]]);
  });

  test("the challenge that /v2/ teaches saves the first refusal", async () => {
    const fake = await start({ auth: bearer });
    const registry = openRegistry(fake.host, { credential: ada });
    await registry.ping();
    await registry.repository("a").exists(layer);
    expect(sent(fake)).toEqual(["401 -", "200 Basic", "200 Bearer"]);
  });
});

describe("a token host of another name", () => {
  const tokenAddress = "127.0.0.2";
  /** The token host speaks plain HTTP, and the user said so. */
  const allowsPlainHttp = () => true;

  test("gets no credentials; where it wants some, that is said", async () => {
    const fake = await start({ auth: { ...bearer, tokenAddress } });
    const registry = openRegistry(fake.host, { credential: ada, allowsPlainHttp });
    const tokenHost = new URL(fake.tokenOrigin).host;
    await expect(registry.repository("a").exists(layer)).rejects.toMatchObject({
      code: "TOKEN_HOST_FOREIGN",
      where: tokenHost,
      message: expect.stringContaining("got no credentials"),
      remedy: `If ${fake.host} gets its tokens from ${tokenHost}, add the line ${tokenHost}@${fake.host}=user:password to credentials.`,
    });
    expect(fake.tokenRequests.map(({ user, headers }) => [user, headers.authorization])).toEqual([
      [undefined, undefined],
    ]);
  });

  test("gets what the user bound to it for this registry", async () => {
    const fake = await start({ auth: { ...bearer, tokenAddress } });
    const asked: [string, string][] = [];
    const boundCredential = ({ host }: URL, repository: string) => {
      asked.push([host, repository]);
      return ada;
    };
    const credential = { ...ada, password: "of the registry" };
    const registry = openRegistry(fake.host, { credential, boundCredential, allowsPlainHttp });
    expect(await registry.repository("a").exists(layer)).toBe(true);
    expect(asked).toEqual([[new URL(fake.tokenOrigin).host, "a"]]);
    expect(fake.tokenRequests.map(({ headers }) => headers.authorization)).toEqual([adaBasic]);
  });

  test("that refuses what is bound to it: the login is wrong", async () => {
    const fake = await start({ auth: { ...bearer, tokenAddress } });
    const boundCredential = () => ({ ...ada, password: "wrong-secret" });
    const registry = openRegistry(fake.host, { boundCredential, allowsPlainHttp });
    await expect(registry.repository("a").exists(layer)).rejects.toMatchObject({
      code: "CREDENTIALS_REFUSED",
      where: new URL(fake.tokenOrigin).host,
    });
  });

  test("may still let everybody read", async () => {
    const fake = await start({ auth: { kind: "bearer", users, tokenAddress } });
    const registry = openRegistry(fake.host, { credential: ada, isWritten: false, allowsPlainHttp });
    expect(await registry.repository("a").exists(layer)).toBe(true);
    expect(fake.tokenRequests).toMatchObject([{ user: undefined, status: 200 }]);
  });

  test("whose token is not enough: what is missing is the line that binds it", async () => {
    const fake = await start({ auth: { kind: "bearer", users, tokenAddress } });
    const registry = openRegistry(fake.host, { credential: ada, allowsPlainHttp });
    const push = registry.repository("a").push(blobOf("new"), Buffer.from("new"));
    await expect(push).rejects.toMatchObject({
      code: "TOKEN_HOST_FOREIGN",
      where: fake.host,
      remedy: expect.stringContaining(`${new URL(fake.tokenOrigin).host}@${fake.host}=user:password`),
    });
  });

  test("whose token says that nothing may be pushed: what is missing is the line that binds it", async () => {
    const body = JSON.stringify({ token: "opaque", scope: "repository:a:pull" });
    const fake = await start({
      auth: { ...bearer, tokenAddress },
      faults: [{ when: ({ kind }) => kind === "token", act: { kind: "respond", status: 200, body } }],
    });
    const registry = openRegistry(fake.host, { credential: ada, allowsPlainHttp });
    await registry.ping();
    await expect(registry.repository("a").checkPushRight("token")).rejects.toMatchObject({
      code: "TOKEN_HOST_FOREIGN",
      message: expect.stringContaining("allows pull, and not push"),
      remedy: expect.stringContaining(`${new URL(fake.tokenOrigin).host}@${fake.host}=user:password`),
    });
  });

  test("V3: is not asked in plain HTTP because the registry is: that is a question about its own host", async () => {
    const fake = await start({ auth: { ...bearer, tokenAddress } });
    const registry = openRegistry(fake.host, { credential: ada });
    await expect(registry.repository("a").exists(layer)).rejects.toMatchObject({
      code: "TOKEN_REALM_REFUSED",
      where: fake.host,
      remedy: expect.stringContaining("list it in plain-http"),
    });
    expect(fake.tokenRequests).toEqual([]);
  });
});

describe("a challenge of another host that the registry redirects to", () => {
  test("teaches nothing of the registry, which never asked for a password", async () => {
    const elsewhere = await startFakeRegistry({
      address: "127.0.0.2",
      auth: { kind: "basic", user: "eve", password: "x" },
    });
    const fake = await start({
      faults: [
        {
          when: ({ kind }) => kind === "base",
          act: { kind: "respond", status: 307, headers: { location: `${elsewhere.origin}/v2/` } },
        },
      ],
    });
    const registry = openRegistry(fake.host, { credential: ada });
    await registry.ping();
    expect(await registry.repository("a").exists(layer)).toBe(true);
    expect(sent(elsewhere)).toEqual(["401 -"]);
    expect(sent(fake)).toEqual(["307 -", "200 -"]);
  });
});

describe("a blob host", () => {
  test.each(["basic", "bearer"] as const)("gets no credentials of a registry with %s", async (kind) => {
    const auth = kind === "basic" ? ({ kind, user: "ada", password: ada.password } as const) : bearer;
    const cdn = await startBlobHost({ content: () => Buffer.from("a layer"), address: "127.0.0.2" });
    const fake = await start({ auth, redirect: cdn.base });
    const repository = openRegistry(fake.host, { credential: ada }).repository("a");
    expect(String(await bytesOf(await repository.fetch(layer)))).toBe("a layer");
    expect(cdn.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
  });

  test("is no registry: what it wants is nobody's credentials", async () => {
    const cdn = await startFakeRegistry({ address: "127.0.0.2", auth: { kind: "basic", user: "ada", password: "x" } });
    const fake = await start({ redirect: `${cdn.origin}/v2/` });
    const repository = openRegistry(fake.host, { credential: ada }).repository("a");
    await expect(repository.fetch(layer)).rejects.toMatchObject({ code: "UNAUTHORIZED", where: cdn.host });
    expect(sent(cdn)).toEqual(["401 -"]);
    expect(sent(fake)).toEqual(["307 -"]);
  });
});

withParts(["openssl"], "a registry behind TLS", () => {
  test.each([
    "http://127.0.0.1:1/token",
    "ftp://127.0.0.1/token",
    "https://ada@127.0.0.1:1/token",
    "https://:pw@127.0.0.1:1/token",
    "token",
    "",
  ])("sends nobody to the realm %j", async (realm) => {
    const authority = createAuthority();
    const fake = await start({ tls: authority.issue("127.0.0.1"), auth: { ...bearer, realm } });
    const client = openClient({ tls: { ca: [authority.cert] } });
    const registry = openRegistry(fake.host, { client, plainHttp: false, credential: ada });
    await expect(registry.repository("a").exists(layer)).rejects.toMatchObject({ code: "TOKEN_REALM_REFUSED" });
    expect(client.hops.map(({ host }) => host)).toEqual([fake.host]);
  });
});
