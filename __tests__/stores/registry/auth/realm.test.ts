import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import type { Login } from "../../../../src/logins/login.ts";
import { parseRealm } from "../../../../src/stores/registry/auth/realm.ts";
import { blobOf } from "../../../../testing/product/open-registry.ts";
import { withParts } from "../../../../testing/real/parts.ts";
import { stopEverything } from "../../../../testing/real/running.ts";
import {
  askForBlob,
  createRealmCertificates,
  identityTokens,
  passwords,
  type RealmCertificates,
  type RealmHostsOptions,
  startRealmHosts,
} from "./realm-hosts.ts";

afterEach(stopEverything);

describe("a realm's own query", () => {
  const registry = { host: "registry.corp", origin: "https://registry.corp" };
  const queryOf = (search: string) => parseRealm(`https://registry.corp/token${search}`, registry, () => false).search;

  test.each([
    "?scope=repository:secret/app:pull",
    "?scope=a&scope=b",
    "?SCOPE=a",
    "?%73co%70e=a",
    "?scope[]=a",
    "?scope%5B0%5D=a",
    "?scope[x]=a",
    "?[scope=a",
    "?%20scope=a",
    "?+scope=a",
    "?scope%00=a",
    "?scope%09=a",
    "?scope",
    "?service=target",
    "?Service=target",
    "?account=admin",
    "?client_id=x",
    "?client.id=x",
    "?offline_token=true",
    "?access_type=offline",
    "?grant_type=password&username=a&password=b",
    "?refresh_token=x",
    "#scope=a",
    "?&&#?scope=a",
  ])("%s sets nothing that is the client's to set", (search) => {
    expect(queryOf(search)).toBe("");
  });

  test.each([
    ["?x=y", "?x=y"],
    ["?tenant=acme&scope=a&region=eu", "?tenant=acme&region=eu"],
    ["?scopes=a", "?scopes=a"],
    ["?x=1;scope=a", "?x=1%3Bscope%3Da"],
    ["?x=1%26scope=a", "?x=1%26scope%3Da"],
    ["?%2573cope=a", "?%2573cope=a"],
  ])("%s: what is left is %s", (search, left) => {
    expect(queryOf(search)).toBe(left);
  });
});

const KINDS: readonly (readonly [string, readonly Login[], string])[] = [
  ["password", passwords, "Basic ada:of "],
  ["identity token", identityTokens, "identity token of "],
];

/** What a realm gets of the user's: the login of the registry, or nothing but a request; or the realm is not asked at all. */
type Outcome = "login" | "nothing" | "refused";

const ROWS: readonly (readonly [string, string, string, Outcome])[] = [
  ["the registry's own origin", "https://registry.corp", "https://registry.corp/token", "login"],
  ["the registry's own origin with its port", "https://registry.corp", "https://registry.corp:443/token", "login"],
  ["the registry's own origin in upper case", "https://registry.corp", "https://REGISTRY.corp/token", "login"],
  ["the own origin of a registry in plain HTTP", "http://plain.corp", "http://plain.corp/token", "login"],
  ["another port of the registry's host", "https://registry.corp", "https://registry.corp:8443/token", "nothing"],
  ["the registry's host at 443", "https://registry.corp:8443", "https://registry.corp/token", "nothing"],
  ["the registry's host behind TLS", "http://plain.corp", "https://plain.corp/token", "nothing"],
  ["another plain port of the registry's host", "http://plain.corp", "http://plain.corp:8080/token", "refused"],
  ["plain HTTP of the registry's own host", "https://registry.corp", "http://registry.corp/token", "refused"],
  ["a known token host", "https://registry.gitlab.com", "https://gitlab.com/jwt/auth", "login"],
  ["another port of a known token host", "https://registry.gitlab.com", "https://gitlab.com:8443/jwt/auth", "nothing"],
  ["a known token host in plain HTTP", "https://registry.gitlab.com", "http://gitlab.com/jwt/auth", "refused"],
  ["a known token host of another port", "https://registry.gitlab.com:8443", "https://gitlab.com/jwt/auth", "nothing"],
  ["a known token host of a plain registry", "http://registry.gitlab.com", "https://gitlab.com/jwt/auth", "nothing"],
  ["a known token host of another registry", "https://registry.corp", "https://gitlab.com/jwt/auth", "nothing"],
  ["a token host that nobody named", "https://target.corp", "https://registry.corp.evil.test/token", "nothing"],
  ["a host that looks like the registry", "https://registry.corp", "https://registry.corp.evil.test/token", "nothing"],
  ["a host below a known name", "https://registry.gitlab.com", "https://gitlab.com.evil.test/token", "nothing"],
  ["a host that ends like one", "https://registry.gitlab.com", "https://evil-gitlab.com/token", "nothing"],
  ["a token host with a login of its own", "https://registry.corp", "https://tokens.corp/token", "nothing"],
  ["another registry with a login", "https://registry.corp", "https://target.corp/token", "nothing"],
  ["plain HTTP of another host", "https://registry.corp", "http://tokens.corp/token", "refused"],
  ["plain HTTP of another host, for a plain registry", "http://plain.corp", "http://tokens.corp/token", "refused"],
  ["TLS of another host, for a plain registry", "http://plain.corp", "https://tokens.corp/token", "nothing"],
  ["a user in the realm", "https://registry.corp", "https://ada@registry.corp/token", "refused"],
  ["a password in the realm", "https://registry.corp", "https://:pw@registry.corp/token", "refused"],
  ["a host behind a user", "https://registry.corp", "https://registry.corp@target.corp/token", "refused"],
  ["a host that ends a pasted line early", "https://registry.corp", "https://gitlab.com=eve/token", "refused"],
  ["a host that is many", "https://registry.corp", "https://*.corp,evil.test/token", "refused"],
  ["a host behind a backslash", "https://registry.corp", "https://target.corp\\\\@registry.corp/token", "nothing"],
];

withParts(["openssl"], "S1, V2, V12: credentials and where they arrive", () => {
  let tls: RealmCertificates;
  beforeAll(() => {
    tls = createRealmCertificates();
  });

  const start = (options: Omit<RealmHostsOptions, "tls">) => startRealmHosts({ tls, ...options });

  describe.each(KINDS)("a login by %s", (_kind, credentials, secret) => {
    test.each(ROWS)("realm: %s", async (_title, registry, realm, outcome) => {
      const hosts = await start({ realm });
      const asking = askForBlob(hosts, { registry, credentials });
      if (outcome === "refused") await expect(asking).rejects.toMatchObject({ code: "TOKEN_REALM_REFUSED" });
      else await expect(asking).resolves.toBe(true);
      const url = new URL(realm.replaceAll("\\\\", "\\"));
      const own = new URL(registry);
      const arrived = outcome === "refused" ? [] : [[own.origin, `Bearer from-${url.host}`]];
      const login = outcome === "login" ? [[url.origin, `${secret}${own.host}`]] : [];
      const expected = Object.groupBy([...login, ...arrived], ([origin]) => origin ?? "");
      expect(hosts.seen()).toEqual(
        Object.fromEntries(Object.entries(expected).map(([origin, all = []]) => [origin, all.map(([, one]) => one)])),
      );
      expect(hosts.tokenRequests.map(({ origin }) => origin)).toEqual(outcome === "refused" ? [] : [url.origin]);
    });
  });

  test("V2: a token is for the registry that it was asked for: another one of the same token host gets its own", async () => {
    const hosts = await start({ realm: "https://tokens.corp/token" });
    const registries = hosts.open({ credentials: [] });
    for (const name of ["registry.corp", "target.corp", "registry.corp"]) {
      const repository = "team/app";
      const registry = registries.described({ host: name, scheme: undefined, repository }, "test");
      await registry.repository(repository).exists(blobOf("a layer"));
    }
    expect(hosts.tokenRequests.map(({ url }) => url.searchParams.get("service"))).toEqual([
      "of https://registry.corp",
      "of https://target.corp",
    ]);
  });

  test("a realm that redirects elsewhere does not take the password along", async () => {
    const hosts = await start({ realm: "https://registry.corp/moved", moved: "https://target.corp/token" });
    expect(await askForBlob(hosts, { registry: "https://registry.corp", credentials: passwords })).toBe(true);
    expect(hosts.seen()).toEqual({
      "https://registry.corp": ["Basic ada:of registry.corp", "Bearer from-target.corp"],
    });
  });

  test("a realm that redirects elsewhere does not take the identity token along", async () => {
    const hosts = await start({ realm: "https://registry.corp/moved", moved: "https://target.corp/token" });
    const asking = askForBlob(hosts, { registry: "https://registry.corp", credentials: identityTokens });
    await expect(asking).rejects.toMatchObject({ code: "TOKEN_HOST_REFUSED", status: 307 });
    expect(hosts.seen()).toEqual({ "https://registry.corp": ["identity token of registry.corp"] });
  });

  test("V2: the realm's own scope and service are not asked for, with a password and with an identity token", async () => {
    const asked = "repository:secret/app:pull,push,delete";
    const realm = `https://registry.corp/token?scope=${asked}&service=target&%73cope=${asked}&x=1;scope=${asked}`;
    for (const [, credentials] of KINDS) {
      const hosts = await start({ realm });
      await askForBlob(hosts, { registry: "https://registry.corp", credentials });
      const { url, form } = hosts.tokenRequests[0] ?? {};
      const sent = [...(url?.searchParams ?? []), ...(form ?? [])].filter(([name]) => name !== "x");
      expect(sent.filter(([name]) => name === "scope")).toEqual([["scope", "repository:team/app:pull"]]);
      expect(sent.filter(([name]) => name === "service")).toEqual([["service", "of https://registry.corp"]]);
      expect(url?.search).not.toContain(";");
    }
  });
});
