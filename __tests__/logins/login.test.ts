import { describe, expect, test } from "@jest/globals";
import { parseCredentialLines } from "../../src/logins/credential-lines.ts";
import { boundLogins, type Login, type LoginPattern, matchingLogins, registryPattern } from "../../src/logins/login.ts";
import type { LoginRequest } from "../../src/stores/registry/auth/credentials.ts";

const registry = (host: string, path: string, scheme: "http" | "https" = "https") =>
  ({ consumer: "registry", host, scheme, path }) as const;
const userOf = ([login]: readonly Login[]) =>
  login !== undefined && "credential" in login ? login.credential.username : undefined;

describe("the credential that applies", () => {
  const entries = parseCredentialLines([
    "a.test=whole:x",
    "a.test/team=team:x",
    "a.test/team/project=project:x",
    "a.test/team=later:x",
    "a.test:5000=port:x",
    "docker.io=hub:x",
  ]);

  test.each([
    ["a.test", "shop", "whole"],
    ["A.TEST", "shop", "whole"],
    ["a.test", "team", "team"],
    ["a.test", "team/other", "team"],
    ["a.test", "team/project/image", "project"],
    ["a.test", "teams/project", "whole"],
    ["a.test", "team/projects", "team"],
    ["a.test:5000", "team/project", "port"],
    ["a.test:443", "shop", "whole"],
    ["a.test:8443", "shop", undefined],
    ["b.a.test", "shop", undefined],
    ["a.test.evil.test", "shop", undefined],
    ["registry-1.docker.io", "library/nginx", "hub"],
    ["index.docker.io", "library/nginx", "hub"],
    ["evil-docker.io", "library/nginx", undefined],
  ])("%s/%s: %s", (host, repository, username) => {
    expect(userOf(matchingLogins(entries, registry(host, repository)))).toBe(username);
  });
});

describe("the credential that is bound to a token host", () => {
  const entries = parseCredentialLines([
    "gitlab.corp=own:x",
    "registry.corp=registry:x",
    "gitlab.corp@registry.corp=whole:x",
    "gitlab.corp@registry.corp/team=team:x",
    "gitlab.corp:8443@registry.corp=port:x",
    "auth.corp:443@registry.corp=default:x",
  ]);

  test.each([
    ["https://gitlab.corp/jwt/auth", "registry.corp", "shop", "whole"],
    ["https://gitlab.corp/jwt/auth", "registry.corp", "team/shop", "team"],
    ["https://gitlab.corp:8443/jwt/auth", "registry.corp", "team/shop", "port"],
    ["https://auth.corp/token", "registry.corp", "shop", "default"],
    ["https://auth.corp:8443/token", "registry.corp", "shop", undefined],
    ["http://auth.corp/token", "registry.corp", "shop", undefined],
    ["https://gitlab.corp:9443/jwt/auth", "registry.corp", "shop", undefined],
    ["https://gitlab.corp.evil.test/jwt/auth", "registry.corp", "shop", undefined],
    ["https://gitlab.corp/jwt/auth", "registry.corp:5000", "shop", undefined],
    ["https://gitlab.corp/jwt/auth", "evil.test", "shop", undefined],
    ["https://registry.corp/token", "registry.corp", "shop", undefined],
  ])("%s for %s/%s: %s", (realm, host, repository, username) => {
    expect(userOf(boundLogins(entries, new URL(realm), registry(host, repository)))).toBe(username);
  });

  test.each([
    ["registry.corp", "registry"],
    ["gitlab.corp", "own"],
    ["gitlab.corp:8443", undefined],
  ])("goes to no registry: %s gets %s", (host, username) => {
    expect(userOf(matchingLogins(entries, registry(host, "team/shop")))).toBe(username);
  });
});

describe("what a pattern is for", () => {
  const login = (pattern: Partial<LoginPattern>): Login => ({
    ...registryPattern("a.test"),
    credential: { username: "ada", password: "x", from: "test" },
    ...pattern,
  });
  const isFor = (pattern: Partial<LoginPattern>, asked: LoginRequest) =>
    matchingLogins([login(pattern)], asked).length > 0;

  test.each<[string, Partial<LoginPattern>, LoginRequest, boolean]>([
    ["a scheme", { scheme: "https" }, registry("a.test", "x"), true],
    ["another scheme", { scheme: "https" }, registry("a.test", "x", "http"), false],
    ["no port, in plain HTTP at 80", {}, registry("a.test:80", "x", "http"), true],
    ["no port, in plain HTTP at 443", {}, registry("a.test:443", "x", "http"), false],
    ["every port", { port: "*" }, registry("a.test:5000", "x"), true],
    ["port 443, asked without one", { port: "443" }, registry("a.test", "x"), true],
    ["port 5000, asked without one", { port: "5000" }, registry("a.test", "x"), false],
    ["every host", { host: "*", port: "*" }, registry("b.test:5000", "x"), true],
    ["a chart repository", { consumer: "chart" }, registry("a.test", "x"), false],
    ["a glob of the repository", { path: "o*", isGlob: true }, registry("a.test", "ocm/shop"), true],
    ["a glob of two segments", { path: "ocm/*", isGlob: true }, registry("a.test", "ocm/shop/api"), true],
    ["a glob that stops at a slash", { path: "o*p", isGlob: true }, registry("a.test", "ocm/shop"), false],
    ["a glob with a class", { path: "[a-c]cm", isGlob: true }, registry("a.test", "bcm/x"), true],
    ["a glob with a negated class", { path: "[^a-c]cm", isGlob: true }, registry("a.test", "bcm/x"), false],
    ["a glob with an escape", { path: "o\\*m", isGlob: true }, registry("a.test", "ocm/x"), false],
    ["a glob that Go refuses", { path: "[z-a]", isGlob: true }, registry("a.test", "b"), false],
    ["a glob with signs of regular expressions", { path: "o.m(", isGlob: true }, registry("a.test", "ocm/x"), false],
  ])("%s", (_, pattern, asked, expected) => {
    expect(isFor(pattern, asked)).toBe(expected);
  });

  test("a port goes before none, and that before a path", () => {
    const logins = [
      login({ host: "*", port: "*" }),
      login({ port: "*", path: "team/project" }),
      login({ port: "5000" }),
      login({ port: "*" }),
    ];
    const found = matchingLogins(logins, registry("a.test:5000", "team/project/image"));
    expect(found.map(({ host, port, path }) => `${host}:${port}/${path}`)).toEqual([
      "a.test:5000/",
      "a.test:*/team/project",
      "a.test:*/",
      "*:*/",
    ]);
  });
});
