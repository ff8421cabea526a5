import { afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { parseCredentialLines } from "../../../../src/logins/credential-lines.ts";
import type { Login } from "../../../../src/logins/login.ts";
import { parseRepository } from "../../../../src/ocm/descriptor/component-reference.ts";
import { blobOf } from "../../../../testing/product/open-registry.ts";
import { withParts } from "../../../../testing/real/parts.ts";
import { stopEverything } from "../../../../testing/real/running.ts";
import {
  type Asking,
  askForBlob,
  createRealmCertificates,
  passwords,
  type RealmCertificates,
  type RealmHostsOptions,
  startRealmHosts,
} from "./realm-hosts.ts";

afterEach(stopEverything);

withParts(["openssl"], "what a user can say of token hosts", () => {
  let tls: RealmCertificates;
  beforeAll(() => {
    tls = createRealmCertificates();
  });

  const start = (options: Omit<RealmHostsOptions, "tls">) => startRealmHosts({ tls, ...options });

  describe("a line that binds a token host to a registry", () => {
    const binding = (...lines: readonly string[]) => [...passwords, ...parseCredentialLines(lines)];
    const realm = "https://tokens.corp/jwt/auth";
    const at = async (credentials: readonly Login[], given: Partial<Asking> & { readonly realm?: string }) => {
      const hosts = await start({ realm, ...given });
      await askForBlob(hosts, { registry: "https://registry.corp", credentials, ...given });
      return hosts.seen()[new URL(given.realm ?? realm).origin] ?? [];
    };

    test("lets the token host have its credential, and the registry's stays at home", async () => {
      const lines = binding("tokens.corp@registry.corp=bob:bound");
      expect(await at(lines, {})).toEqual(["Basic bob:bound"]);
    });

    test("is enough without a login for the registry", async () => {
      const lines = parseCredentialLines(["tokens.corp@registry.corp=bob:bound"]);
      expect(await at(lines, {})).toEqual(["Basic bob:bound"]);
    });

    test.each([
      ["tokens.corp:443@registry.corp", {}],
      ["TOKENS.corp@Registry.corp", {}],
      ["https://tokens.corp@https://registry.corp", {}],
      ["tokens.corp@registry.corp/team", {}],
      ["tokens.corp:8443@registry.corp", { realm: "https://tokens.corp:8443/token" }],
      ["tokens.corp@registry.corp:8443", { registry: "https://registry.corp:8443" }],
      ["tokens.corp@plain.corp", { registry: "http://plain.corp" }],
      [
        "tokens.corp@plain.corp",
        { registry: "http://plain.corp", realm: "http://tokens.corp/t", plainHttp: ["tokens.corp"] },
      ],
    ])("holds as %s", async (bound, given) => {
      expect(await at(binding(`${bound}=bob:bound`), given)).toEqual(["Basic bob:bound"]);
    });

    test.each([
      ["for another registry", "tokens.corp@registry.corp", { registry: "https://target.corp" }],
      ["for another port of the registry", "tokens.corp@registry.corp", { registry: "https://registry.corp:8443" }],
      ["for another path of the registry", "tokens.corp@registry.corp/other", {}],
      ["at another token host", "gitlab.com@registry.corp", {}],
      ["at another port of the token host", "tokens.corp@registry.corp", { realm: "https://tokens.corp:8443/token" }],
      ["at 443 of the token host", "tokens.corp:8443@registry.corp", {}],
      ["with both sides exchanged", "registry.corp@tokens.corp", {}],
    ])("does not hold %s", async (_title, bound, given) => {
      expect(await at(binding(`${bound}=bob:bound`), given)).toEqual([]);
    });

    test("keeps its credential from the registry, which may ask for Basic at any time", async () => {
      const hosts = await start({ realm, challenge: 'Basic realm="registry"' });
      const credentials = parseCredentialLines(["tokens.corp@registry.corp=bob:bound"]);
      const asking = askForBlob(hosts, { registry: "https://registry.corp", credentials });
      await expect(asking).rejects.toMatchObject({ code: "UNAUTHORIZED" });
      expect(hosts.seen()).toEqual({});
    });

    test("does not hold for a registry that only a descriptor calls http", async () => {
      const hosts = await start({ realm });
      const credentials = binding("tokens.corp@plain.corp=bob:bound");
      await hosts
        .open({ credentials })
        .described({ host: "plain.corp", scheme: "http", repository: "a" }, "test")
        .repository("a")
        .exists(blobOf("a layer"));
      expect(hosts.seen()).toEqual({ "http://plain.corp": ["Bearer from-tokens.corp"] });
    });
  });

  describe("a token host that refuses, since it got no credentials", () => {
    test.each([401, 403])("with %d: the error holds the line to add", async (anonymous) => {
      const hosts = await start({ realm: "https://tokens.corp/jwt/auth", anonymous });
      const given = { registry: "https://registry.corp", credentials: passwords };
      const error = await askForBlob(hosts, given).catch((thrown: unknown) => thrown as { remedy: string });
      expect(error).toMatchObject({ code: "TOKEN_HOST_FOREIGN", where: "tokens.corp:443" });
      const line = /add the line (\S+) to credentials/.exec((error as { remedy: string }).remedy)?.[1] ?? "";
      expect(line).toBe("tokens.corp@registry.corp=user:password");
      const credentials = parseCredentialLines([line]);
      expect(await askForBlob(hosts, { registry: "https://registry.corp", credentials })).toBe(true);
    });

    test("where the port is not the default one, the line has it", async () => {
      const hosts = await start({ realm: "https://tokens.corp:8443/jwt/auth", anonymous: 401 });
      await expect(
        askForBlob(hosts, { registry: "https://registry.corp:8443", credentials: [] }),
      ).rejects.toMatchObject({
        code: "TOKEN_HOST_FOREIGN",
        remedy: expect.stringContaining(" tokens.corp:8443@registry.corp:8443=user:password "),
      });
    });
  });

  describe("a token host in plain HTTP", () => {
    const realm = "http://tokens.corp/token";
    const asking = async (plainHttp: readonly string[], ...further: readonly string[]) => {
      const hosts = await start({ realm });
      const sources = ["http://plain.corp", ...further].map((text) => parseRepository(text, "test"));
      const registry = hosts
        .open({ credentials: passwords, plainHttp, sources })
        .described({ host: "plain.corp", scheme: undefined, repository: "team/app" }, "test");
      await registry.repository("team/app").exists(blobOf("a layer"));
      return hosts.seen();
    };
    const anonymous = { "http://plain.corp": ["Bearer from-tokens.corp"] };

    test.each([["tokens.corp"], ["tokens.corp:80"], [".corp"]])("is asked where plain-http lists %s", async (line) => {
      expect(await asking([line])).toEqual(anonymous);
    });

    test("is asked where the user wrote http for it as a registry", async () => {
      expect(await asking([], "http://tokens.corp/ocm")).toEqual(anonymous);
    });

    test.each([
      ["plain-http lists another port of it", ["tokens.corp:8080"], []],
      ["plain-http lists the registry", ["plain.corp"], []],
      ["the user wrote https for it", ["tokens.corp"], ["https://tokens.corp/ocm"]],
    ])("is not asked where %s", async (_title, plainHttp, further) => {
      await expect(asking(plainHttp, ...further)).rejects.toMatchObject({ code: "TOKEN_REALM_REFUSED" });
    });
  });
});
