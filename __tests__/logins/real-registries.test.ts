import { afterEach, describe, expect, test } from "@jest/globals";
import { namedHosts } from "../../src/net/address/named-hosts.ts";
import { parseRepository } from "../../src/ocm/descriptor/component-reference.ts";
import { createRegistries } from "../../src/stores/registry/registries.ts";
import {
  BEARER_PLACES,
  type Given,
  IDENTITY_PLACES,
  loginsAt,
  PASSWORD_PLACES,
  type Place,
} from "../../testing/logins/login-places.ts";
import { openClient } from "../../testing/product/open-client.ts";
import { blobOf } from "../../testing/product/open-registry.ts";
import { withParts } from "../../testing/real/parts.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { startTokenRegistry, type TokenRegistry } from "./token-registry.ts";

afterEach(stopEverything);

const REPOSITORY = "team/app";
const ADA = { username: "ada", password: "p:w" };
const content = Buffer.from("a layer");

/** A run that reads and writes at a registry; what it ends with. */
async function runAt(host: string, place: Place, given: Partial<Given>, onSecret?: (secret: string) => void) {
  const logins = await loginsAt(place, { host, ...ADA, ...given });
  const target = parseRepository(`http://${host}/team`, "test");
  if (target.kind !== "registry") throw new Error("no registry");
  const named = namedHosts([{ pattern: host, isPlain: true }]);
  const registries = createRegistries({
    client: openClient({ named }),
    logins,
    plainHttp: [],
    sources: [],
    target,
    onSecret,
    namedHosts: named,
    allowed: [],
    onFinding: undefined,
  });
  const push = (repository: string) => registries.named(target).repository(repository).push(blobOf(content), content);
  const readBack = (repository: string) => registries.uncached(target).repository(repository).exists(blobOf(content));
  return { logins, push, readBack };
}

/** The place whose login applies to every host, so that no host lacks one. */
const FOR_ALL_HOSTS = "a helper for all hosts";

const wrong = { password: "wrong-secret" };
const REFUSED = { code: "CREDENTIALS_REFUSED", message: expect.not.stringContaining("wrong-secret") };

function elsewhere(place: Place): Place {
  return (given, home) => place({ ...given, host: "127.0.0.1:1" }, home);
}

for (const kind of ["docker-registry", "distribution"] as const) {
  withParts([kind, "perl"], `user and password at the real ${kind}`, () => {
    const start = () => startRegistry({ kind, htpasswd: { user: ADA.username, password: ADA.password } });

    test.each(Object.entries(PASSWORD_PLACES))("from %s", async (name, place) => {
      const { host } = await start();
      const right = await runAt(host, place, {});
      await right.push(REPOSITORY);
      expect(right.logins.uses()).toMatchObject([{ host }]);

      const refused = await runAt(host, place, wrong);
      await expect(refused.push(REPOSITORY)).rejects.toMatchObject(REFUSED);
      await expect(refused.push(REPOSITORY)).rejects.toMatchObject({
        message: expect.stringContaining(`the login for ${host} is from ${refused.logins.uses()[0]?.from}`),
      });

      const missing = await runAt(host, elsewhere(place), {});
      if (name === FOR_ALL_HOSTS) return;
      await expect(missing.push(REPOSITORY)).rejects.toMatchObject({
        code: "UNAUTHORIZED",
        message: expect.stringContaining(`no login for ${host}/${REPOSITORY}: `),
      });
    });
  });
}

withParts(["distribution", "openssl"], "tokens of a real key at the real distribution", () => {
  /** One scope a token, and no secret but at the token host. */
  function expectSparing({ tokenRequests, schemes }: TokenRegistry): void {
    expect(tokenRequests.length).toBeGreaterThan(0);
    for (const { scopes } of tokenRequests) expect(scopes).toHaveLength(1);
    expect([...schemes].filter((scheme) => scheme !== "Bearer")).toEqual([]);
  }

  describe.each([
    ["by GET", ["GET"]],
    ["by POST", ["POST"]],
  ] as const)("for user and password, %s", (_, methods) => {
    test.each(Object.entries(PASSWORD_PLACES))("from %s", async (name, place) => {
      const users = new Map([[ADA.username, ADA.password]]);
      const registry = await startTokenRegistry({ users, methods });
      const right = await runAt(registry.host, place, {});
      await right.push(REPOSITORY);
      expect(right.logins.uses()).toMatchObject([{ host: registry.host }]);

      const refused = await runAt(registry.host, place, wrong);
      await expect(refused.push(REPOSITORY)).rejects.toMatchObject(REFUSED);

      const missing = await runAt(registry.host, elsewhere(place), {});
      const { code } = await missing.push(REPOSITORY).then(
        () => ({ code: "none" }),
        (error) => error,
      );
      expect(code).toBe(name === FOR_ALL_HOSTS ? "none" : methods[0] === "GET" ? "UNAUTHORIZED" : "TOKEN_HOST_REFUSED");

      // A login that is taken away in the middle of a run.
      users.clear();
      await expect(right.push(`${REPOSITORY}/other`)).rejects.toMatchObject({ code: "CREDENTIALS_REFUSED" });
      expectSparing(registry);
    });
  });

  test.each(Object.entries(IDENTITY_PLACES))("for an identity token from %s", async (_, place) => {
    const identityTokens = new Set(["long-lived"]);
    const registry = await startTokenRegistry({ identityTokens });
    const right = await runAt(registry.host, place, { password: "long-lived" });
    await right.push(REPOSITORY);
    await expect((await runAt(registry.host, place, wrong)).push(REPOSITORY)).rejects.toMatchObject(REFUSED);
    await expect((await runAt(registry.host, elsewhere(place), wrong)).push(REPOSITORY)).rejects.toMatchObject({
      code: "UNAUTHORIZED",
      message: expect.stringContaining("no login for"),
    });
    identityTokens.clear();
    await expect(right.push(`${REPOSITORY}/other`)).rejects.toMatchObject({ code: "CREDENTIALS_REFUSED" });
    expectSparing(registry);
    const exchanges = registry.tokenRequests.filter(({ grant }) => grant === "refresh_token");
    expect(exchanges.map(({ authorization }) => authorization)).toEqual([undefined, undefined, undefined]);
  });

  test("for an identity token that each exchange replaces, by many requests at once and in the read back", async () => {
    const identityTokens = new Set(["long-lived"]);
    const registry = await startTokenRegistry({ identityTokens, rotates: true });
    const [place] = Object.values(IDENTITY_PLACES);
    const secrets: string[] = [];
    const run = await runAt(registry.host, place as Place, { password: "long-lived" }, (secret) =>
      secrets.push(secret),
    );
    await run.push(REPOSITORY);
    await Promise.all([1, 2, 3, 4, 5].map((part) => run.push(`${REPOSITORY}/${part}`)));
    await run.readBack(REPOSITORY);
    expect(registry.tokenRequests.filter(({ grant }) => grant === "refresh_token")).toHaveLength(7);
    const [last] = identityTokens;
    expect(last).not.toBe("long-lived");
    // Each of them is masked when it arrives.
    expect(secrets).toContain(last);
  });

  test("for an identity token that stays, by many requests at once", async () => {
    const registry = await startTokenRegistry({ identityTokens: new Set(["long-lived"]) });
    const [place] = Object.values(IDENTITY_PLACES);
    const run = await runAt(registry.host, place as Place, { password: "long-lived" });
    await Promise.all([1, 2, 3, 4, 5].map((part) => run.push(`${REPOSITORY}/${part}`)));
    expect(registry.tokenRequests).toHaveLength(5);
  });

  test.each(Object.entries(IDENTITY_PLACES))("that knows no POST, for an identity token from %s", async (_, place) => {
    const registry = await startTokenRegistry({ identityTokens: new Set(["long-lived"]), methods: ["GET"] });
    const run = await runAt(registry.host, place, { password: "long-lived" });
    await expect(run.push(REPOSITORY)).rejects.toMatchObject({ code: "IDENTITY_TOKEN_UNSUPPORTED" });
    expect(registry.tokenRequests.map(({ method }) => method)).toEqual(["POST"]);
  });

  test("that knows no POST, for an identity token with user and password beside it", async () => {
    const users = new Map([[ADA.username, ADA.password]]);
    const registry = await startTokenRegistry({ users, methods: ["GET"] });
    const place: Place = ({ host }) => {
      const entry = { auth: Buffer.from("ada:p:w").toString("base64"), identitytoken: "long-lived" };
      return { env: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: { [host]: entry } }) } };
    };
    await (await runAt(registry.host, place, {})).push(REPOSITORY);
    expect(registry.tokenRequests.map(({ method }) => method)).toEqual(["POST", "GET"]);
  });

  test.each(Object.entries(BEARER_PLACES))("given ready-made, from %s", async (_, place) => {
    const registry = await startTokenRegistry({});
    const right = await runAt(registry.host, place, { password: registry.sign(REPOSITORY) });
    await right.push(REPOSITORY);
    // It is for one repository, and wrong or too old for all others.
    await expect(right.push("team/other")).rejects.toMatchObject({ code: "CREDENTIALS_REFUSED" });
    await expect((await runAt(registry.host, place, wrong)).push(REPOSITORY)).rejects.toMatchObject(REFUSED);
    expect(registry.tokenRequests).toEqual([]);
    expect([...registry.schemes]).toEqual(["Bearer"]);
  });
});
