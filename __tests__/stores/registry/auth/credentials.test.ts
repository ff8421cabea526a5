import { describe, expect, test } from "@jest/globals";
import {
  boundCredential,
  credentialFor,
  parseCredentialLines,
  parseDockerConfig,
} from "../../../../src/stores/registry/auth/credentials.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const auths = (entries: Record<string, unknown>) =>
  parseDockerConfig(JSON.stringify({ auths: entries }), "config.json");

/** What `parse` throws, as everything a user may see of it. */
function complaint(parse: () => unknown): string {
  try {
    parse();
  } catch (error) {
    return JSON.stringify({ ...(error as object), message: String(error) });
  }
  throw new Error("nothing was thrown");
}

describe("lines of the input", () => {
  test.each([
    ["ghcr.io=robot:secret", "ghcr.io", "", "robot", "secret"],
    ["GHCR.io/acme/=robot:s:e=c/r@t ü ", "ghcr.io", "acme", "robot", "s:e=c/r@t ü "],
    ["registry.corp:5000/a/b=robot:", "registry.corp:5000", "a/b", "robot", ""],
    ["[::1]:5000=robot:x", "[::1]:5000", "", "robot", "x"],
    ["registry-1.docker.io=robot:x", "docker.io", "", "robot", "x"],
    ["https://ghcr.io/acme=robot:x", "ghcr.io", "acme", "robot", "x"],
  ])("%s", (line, host, path, username, password) => {
    const credential = { username, password, from: "input credentials, line 1" };
    expect(parseCredentialLines([line])).toEqual([{ host, path, credential }]);
  });

  test.each([
    ["gitlab.corp@registry.corp=robot:x", "gitlab.corp", "registry.corp", "", "x"],
    [
      "GitLab.corp:8443@Registry.corp:5000/team/=robot:p@ss=w:rd",
      "gitlab.corp:8443",
      "registry.corp:5000",
      "team",
      "p@ss=w:rd",
    ],
    ["https://gitlab.corp@https://registry.corp=robot:x", "gitlab.corp", "registry.corp", "", "x"],
    ["[::1]:5001@[::1]:5000=robot:x", "[::1]:5001", "[::1]:5000", "", "x"],
  ])("%s is for a token host", (line, tokenHost, host, path, password) => {
    const credential = { username: "robot", password, from: "input credentials, line 1" };
    expect(parseCredentialLines([line])).toEqual([{ host, path, tokenHost, credential }]);
  });

  test("a sign @ behind the first = belongs to user and password", () => {
    const credential = { username: "robot@corp", password: "p@ss", from: "input credentials, line 1" };
    expect(parseCredentialLines(["ghcr.io=robot@corp:p@ss"])).toEqual([{ host: "ghcr.io", path: "", credential }]);
  });

  test.each([
    "hunter2",
    "ghcr.io",
    "@ghcr.io=robot:hunter2",
    "gitlab.corp@=robot:hunter2",
    "gitlab.corp/jwt/auth@registry.corp=robot:hunter2",
    "a.corp@b.corp@c.corp=robot:hunter2",
    "registry.corp/a@b=robot:hunter2",
    "ghcr.io=hunter2",
    "=robot:hunter2",
    "gh cr.io=robot:hunter2",
    "ghcr.io=:hunter2",
  ])("%s is refused without being repeated", (line) => {
    const said = complaint(() => parseCredentialLines(["a.test=b:c", line]));
    expect(said).toContain("INPUT_INVALID");
    expect(said).toContain("line 2");
    expect(said).not.toContain("hunter2");
  });
});

describe("a docker configuration file", () => {
  test.each([
    ["ghcr.io", "ghcr.io", ""],
    ["https://ghcr.io", "ghcr.io", ""],
    ["https://index.docker.io/v1/", "docker.io", ""],
    ["http://registry.corp:5000/v2/", "registry.corp:5000", ""],
    ["registry.corp/team/project", "registry.corp", "team/project"],
    ["docker.io/acme", "docker.io", "acme"],
    ["Registry.Corp", "registry.corp", ""],
  ])("the key %s", (key, host, path) => {
    const credential = { username: "robot", password: "s:x", from: "config.json" };
    expect(auths({ [key]: { auth: base64("robot:s:x") } })).toEqual([{ host, path, credential }]);
  });

  test.each<[string, Record<string, unknown>, object]>([
    ["auth wins over fields", { auth: base64("a:b"), username: "c", password: "d" }, { username: "a", password: "b" }],
    ["fields", { username: "c", password: "d" }, { username: "c", password: "d" }],
    ["an empty auth means the fields", { auth: "", username: "c", password: "d" }, { username: "c", password: "d" }],
    ["padding with NUL", { auth: base64("a:b\0\0") }, { username: "a", password: "b" }],
    [
      "identity token",
      { auth: base64("<token>:"), identitytoken: "refresh" },
      { username: "<token>", password: "", identityToken: "refresh" },
    ],
    ["identity token alone", { identitytoken: "refresh" }, { username: "", password: "", identityToken: "refresh" }],
  ])("%s", (_, entry, credential) => {
    expect(auths({ "a.test": entry })[0]?.credential).toEqual({ ...credential, from: "config.json" });
  });

  test.each<[string, object]>([
    ["no auths", {}],
    ["an entry for a credential store", { auths: { "a.test": {} }, credsStore: "desktop" }],
    ["an empty auth", { auths: { "a.test": { auth: "" } } }],
    ["an entry that is no object", { auths: { "a.test": "x" } }],
  ])("%s holds no credentials", (_, config) => {
    expect(parseDockerConfig(JSON.stringify(config), "config.json")).toEqual([]);
  });

  test.each([
    ["no JSON", '{"auths":{"a.test":{"password":"hunter2"'],
    ["no object", '["hunter2"]'],
    ["auths that is a list", '{"auths":["hunter2"]}'],
    ["auth that is no base64", '{"auths":{"a.test":{"auth":"hunter2"}}}'],
    ["auth without colon", `{"auths":{"a.test":{"auth":"${base64("hunter2")}"}}}`],
    ["auth that is a number", '{"auths":{"a.test":{"auth":5,"note":"hunter2"}}}'],
  ])("%s is refused without being repeated", (_, text) => {
    const said = complaint(() => parseDockerConfig(text, "/home/robot/config.json"));
    expect(said).toContain("CREDENTIALS_MALFORMED");
    expect(said).toContain("/home/robot/config.json");
    expect(said).not.toMatch(new RegExp(`hunter2|${base64("hunter2")}`));
  });
});

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
    ["a.test:443", "shop", undefined],
    ["b.a.test", "shop", undefined],
    ["a.test.evil.test", "shop", undefined],
    ["registry-1.docker.io", "library/nginx", "hub"],
    ["index.docker.io", "library/nginx", "hub"],
    ["evil-docker.io", "library/nginx", undefined],
  ])("%s/%s: %s", (host, repository, username) => {
    expect(credentialFor(entries, host, repository)?.username).toBe(username);
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
    expect(boundCredential(entries, new URL(realm), host, repository)?.username).toBe(username);
  });

  test.each([
    ["registry.corp", "registry"],
    ["gitlab.corp", "own"],
    ["gitlab.corp:8443", undefined],
  ])("goes to no registry: %s gets %s", (host, username) => {
    expect(credentialFor(entries, host, "team/shop")?.username).toBe(username);
  });
});
