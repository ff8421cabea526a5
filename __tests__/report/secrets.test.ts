import { describe, expect, test } from "@jest/globals";
import { parseCredentialLines } from "../../src/logins/credential-lines.ts";
import { type Login, registryPattern } from "../../src/logins/login.ts";
import type { LoginSource } from "../../src/logins/logins.ts";
import { parseProxyUrl } from "../../src/proxy/proxy-url.ts";
import { readSettings } from "../../src/proxy/settings.ts";
import { secretsOf, tokenSpellings } from "../../src/report/secrets.ts";
import type { Credential } from "../../src/stores/registry/auth/credentials.ts";

const none = readSettings({ environment: {} }).effective;
const base64 = (text: string) => Buffer.from(text).toString("base64");

function sourcesOf(logins: readonly Login[]): readonly LoginSource[] {
  return [{ name: "test", state: "found", logins }];
}

function ofCredential(credential: Partial<Credential>): string[] {
  const whole = { username: "ada", password: "", from: "test", ...credential };
  return secretsOf(none, sourcesOf([{ ...registryPattern("ghcr.io"), credential: whole }]));
}

function ofProxies(httpProxy: string, httpsProxy = ""): string[] {
  return secretsOf(readSettings({ inputs: { httpProxy, httpsProxy }, environment: {} }).effective, []);
}

test("without credentials, nothing is masked", () => {
  expect(secretsOf(none, [])).toEqual([]);
});

describe("every spelling of a password is masked:", () => {
  const password = "p/ä+ss!(1)";
  const user = "ada";
  const expected = [
    password,
    "p%2F%C3%A4%2Bss!(1)",
    "p%2F%C3%A4%2Bss%21%281%29",
    "p%2f%c3%a4%2bss!(1)",
    base64(password),
    base64(password).replace(/=+$/, ""),
    `${user}:${password}`,
    base64(`${user}:${password}`),
  ];

  test("that of a registry", () => {
    const secrets = ofCredential({ password });
    for (const spelling of expected) expect(secrets).toContain(spelling);
  });

  test("those of both proxies", () => {
    const secrets = ofProxies("http://ada:p%2F%C3%A4%2Bss!(1)@proxy:3128", "http://ada:other-one@proxy:3128");
    for (const spelling of [...expected, "other-one"]) expect(secrets).toContain(spelling);
  });

  test("the exported form, since runners print the environment of later steps", () => {
    for (const text of ["http://ada:it's*me@proxy", "http://ada:a%20b!c@proxy", "http://ada:äöü(x)@proxy"]) {
      const exported = /:([^:@]*)@/.exec(parseProxyUrl(text, "test")?.href ?? "")?.[1];
      expect(ofProxies(text)).toContain(exported);
    }
  });

  test("the value of the Authorization header", () => {
    expect(ofProxies("http://ada:s3cret@proxy")).toContain(base64("ada:s3cret"));
  });
});

test("a bearer token is one", () => {
  expect(ofCredential({ accessToken: "eyJ.b3arer" })).toEqual(
    expect.arrayContaining(["eyJ.b3arer", btoa("eyJ.b3arer")]),
  );
});

test("an identity token is one, its user name none", () => {
  const secrets = ofCredential({ username: "<token>", identityToken: "eyJ.s3cret" });
  expect(secrets).toContain("eyJ.s3cret");
  expect(secrets.some((secret) => secret.includes("<token>"))).toBe(false);
});

test("user names alone are not masked, since outputs with them would be dropped", () => {
  expect(ofProxies("http://long-user-name@proxy")).toEqual([]);
  expect(ofCredential({ username: "long-user-name" })).toEqual([]);
  const all = [
    ...ofProxies("http://long-user-name:s3cret@proxy"),
    ...secretsOf(none, sourcesOf(parseCredentialLines(["a.b=long-user-name:s3cret"]))),
  ];
  expect(all).not.toContain("long-user-name");
  expect(all).not.toContain(base64("long-user-name"));
});

test("short secrets are not masked, since half of the log would be replaced", () => {
  expect(ofCredential({ username: "", password: "1" }).filter((secret) => secret.length < 4)).toEqual([]);
  expect(ofCredential({ password: "abc" })).not.toContain("abc");
  expect(ofCredential({ password: "abcd" })).toContain("abcd");
});

test("what is bound to a token host is as secret as any other login", () => {
  const secrets = secretsOf(none, sourcesOf(parseCredentialLines(["gitlab.corp@registry.corp=ada:s3cret"])));
  expect(secrets).toEqual(expect.arrayContaining(["s3cret", "ada:s3cret", btoa("ada:s3cret")]));
});

test("each spelling is listed once", () => {
  const secrets = ofProxies("http://ada:s3cret@proxy", "http://ada:s3cret@proxy");
  expect(new Set(secrets).size).toBe(secrets.length);
});

describe("a token that a registry issues", () => {
  test("is masked in the spellings that a response could repeat", () => {
    const token = "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0.c2ln";
    expect(tokenSpellings(token)).toEqual(expect.arrayContaining([token, base64(token)]));
    const identifier = "9f86d081-884c-7d65-9a2f-eaa0c55ad015";
    expect(tokenSpellings(identifier)).toContain(identifier);
  });

  test.each([
    "",
    "e",
    "true",
    "sha256",
    "registry.corp",
    "a token of words",
    "line\nbreak-of-a-token",
    '{"a":"bcdefghijkl"}',
    "component-descriptors/acme.org/shop",
    "registry.corp.example/ocm",
    "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  ])("is not masked where it looks like ordinary text, which would be blanked elsewhere: %j", (token) => {
    expect(tokenSpellings(token)).toEqual([]);
  });
});
