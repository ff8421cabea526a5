import { describe, expect, test } from "@jest/globals";
import { TransferError } from "../../src/errors/transfer-error.ts";
import { parseCredentialLines } from "../../src/logins/credential-lines.ts";
import { parseDockerConfig } from "../../src/logins/docker-config.ts";
import { githubTokenLogins } from "../../src/logins/github-token.ts";
import { createLogins, type LoginSource } from "../../src/logins/logins.ts";
import type { Credential, LoginRequest } from "../../src/stores/registry/auth/credentials.ts";

const at = (host: string, path = "app"): LoginRequest => ({ consumer: "registry", host, scheme: "https", path });
const FILE = "/home/ada/.docker/config.json";
const file = (config: object): LoginSource => ({
  name: FILE,
  state: "found",
  logins: parseDockerConfig(JSON.stringify(config), FILE),
});
const lines = (...text: readonly string[]): LoginSource => ({
  name: "input credentials",
  state: "found",
  logins: parseCredentialLines(text),
});
const token: LoginSource = {
  name: "input github-token",
  state: "found",
  logins: githubTokenLogins("ghs", { GITHUB_SERVER_URL: "https://github.com" }),
};
const absent: LoginSource = { name: "/home/ada/.ocmconfig", state: "absent", logins: [] };
const ignored: LoginSource = { name: "/checkout/config.json", state: "ignored", logins: [] };

/** Logins with helpers that know what is said, and what they were asked. */
function opened(sources: readonly LoginSource[], known: Readonly<Record<string, string>> = {}) {
  const asked: string[] = [];
  const announced: Credential[] = [];
  const logins = createLogins({
    sources,
    onCredential: (credential) => announced.push(credential),
    askHelper: async (helper, server) => {
      asked.push(`${helper} ${server}`);
      if (helper === "broken") throw new TransferError("CREDENTIAL_HELPER_FAILED", "broken");
      const password = known[`${helper} ${server}`];
      return password === undefined ? undefined : { username: "helped", password, from: `docker-credential-${helper}` };
    },
  });
  return { logins, asked, announced };
}

const userAt = async ({ logins }: ReturnType<typeof opened>, host: string) => (await logins.find(at(host)))?.username;

describe("helpers", () => {
  test("are asked once for a host, and only for hosts that ask for a login", async () => {
    const all = opened([file({ credHelpers: { "a.test": "one", "b.test": "two" } })], { "one a.test": "x" });
    expect(all.asked).toEqual([]);
    await Promise.all([
      all.logins.find(at("a.test")),
      all.logins.find(at("a.test", "other")),
      all.logins.find(at("c.test")),
    ]);
    expect(all.asked).toEqual(["one a.test"]);
    expect(await userAt(all, "b.test")).toBeUndefined();
    expect(all.asked).toEqual(["one a.test", "two b.test"]);
  });

  test("are asked for Docker Hub by its old URL", async () => {
    const all = opened([file({ credsStore: "store" })], { "store https://index.docker.io/v1/": "x" });
    expect(await userAt(all, "docker.io")).toBe("helped");
  });

  test("announce what they gave before it is used", async () => {
    const all = opened([file({ credsStore: "store" })], { "store a.test:5000": "x" });
    const credential = await all.logins.find(at("a.test:5000"));
    expect(all.announced).toEqual([credential]);
  });

  test("that know none leave it to the next one", async () => {
    const config = {
      credsStore: "store",
      credHelpers: { "a.test": "one" },
      auths: { "a.test": { username: "file", password: "x" } },
    };
    const all = opened([file(config), token]);
    expect(await userAt(all, "a.test")).toBe("file");
    expect(await userAt(all, "ghcr.io")).toBe("x-access-token");
    expect(all.asked).toEqual(["one a.test", "store ghcr.io"]);
  });

  test("that fail are an error where they are needed, and nothing elsewhere", async () => {
    const all = opened([lines("a.test=input:x"), file({ credsStore: "broken" })]);
    expect(await userAt(all, "a.test")).toBe("input");
    await expect(all.logins.find(at("b.test"))).rejects.toMatchObject({ code: "CREDENTIAL_HELPER_FAILED" });
  });
});

describe("order", () => {
  test("of sources, among equals", async () => {
    const config = file({ auths: { "a.test": { username: "file", password: "x" } } });
    expect(await userAt(opened([lines("a.test=input:x"), config]), "a.test")).toBe("input");
    expect(await userAt(opened([config, lines("a.test=input:x")]), "a.test")).toBe("file");
  });

  test("a longer path of a later source wins", async () => {
    const config = file({ auths: { "a.test/app": { username: "file", password: "x" } } });
    expect(await userAt(opened([lines("a.test=input:x"), config]), "a.test")).toBe("file");
  });

  test("the token of the job comes last, even before a store for all hosts that knows one", async () => {
    const config = file({ credsStore: "store" });
    expect(await userAt(opened([token, config], { "store ghcr.io": "x" }), "ghcr.io")).toBe("helped");
  });
});

describe("for the refusal of a login", () => {
  test("it is said where one was looked for, and what was found there", async () => {
    const config = file({ auths: { "registry.corp:5000": { auth: btoa("a:b") }, "ghcr.io": { auth: btoa("a:b") } } });
    const { logins } = opened([config, absent, ignored]);
    expect(logins.explain(at("registry.corp", "team/app"))).toBe(
      `no login for registry.corp/team/app: ${FILE} holds a login for registry.corp:5000, not for registry.corp; /checkout/config.json lies in the checkout and is not read; not there: /home/ada/.ocmconfig`,
    );
  });

  test("a path counts where a login has one", () => {
    const { logins } = opened([lines("a.test/team=x:y", "a.test:5000=x:y")]);
    expect(logins.explain(at("a.test", "other/app"))).toBe(
      "no login for a.test/other/app: input credentials holds a login for a.test/team, a.test:5000, not for a.test/other/app",
    );
  });

  test("of many others, some are named", () => {
    const hosts = ["a", "b", "c", "d", "e", "f", "g"].map((name) => `${name}.test=x:y`);
    expect(opened([lines(...hosts)]).logins.explain(at("z.test", ""))).toBe(
      "no login for z.test: input credentials holds a login for a.test, b.test, c.test, d.test, e.test and 2 more, not for z.test",
    );
  });

  test("a file without logins and a helper without one are named", async () => {
    const { logins } = opened([file({}), { ...file({ credHelpers: { "a.test": "ecr-login" } }), name: "/x.json" }]);
    await logins.find(at("a.test"));
    expect(logins.explain(at("a.test", ""))).toBe(
      `no login for a.test: ${FILE} holds none; docker-credential-ecr-login (named in /x.json) knows none`,
    );
  });

  test("what was sent for another path is not meant", async () => {
    const { logins } = opened([lines("a.test/team=ada:hunter2")]);
    await Promise.all([logins.find(at("a.test", "team/a")), logins.find(at("a.test", "team/b"))]);
    expect(logins.explain(at("a.test", "other"))).toContain("no login for a.test/other");
    expect(logins.uses()).toHaveLength(1);
  });

  test("the one that was sent is named by its source", async () => {
    const { logins } = opened([lines("a.test=ada:hunter2")]);
    await logins.find(at("a.test"));
    expect(logins.explain(at("a.test"))).toBe("the login for a.test is from input credentials, line 1");
    expect(logins.uses()).toEqual([{ host: "a.test", from: "input credentials, line 1" }]);
  });
  test("an empty password is reported, since a secret that is not set is empty", async () => {
    const { logins } = opened([lines("a.test=ada:")]);
    await logins.find(at("a.test"));
    expect(logins.explain(at("a.test"))).toBe(
      "the login for a.test is from input credentials, line 1, and the password is empty: is its secret set?",
    );
  });

  test("an identity token needs no password", async () => {
    const { logins } = opened([file({ auths: { "a.test": { identitytoken: "long-lived" } } })]);
    await logins.find(at("a.test"));
    expect(logins.explain(at("a.test"))).toBe(`the login for a.test is from ${FILE}`);
  });
});
