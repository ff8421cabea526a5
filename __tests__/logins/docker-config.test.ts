import { describe, expect, test } from "@jest/globals";
import { parseDockerConfig } from "../../src/logins/docker-config.ts";
import { registryPattern } from "../../src/logins/login.ts";
import { complaint } from "./complaint.ts";

const base64 = (text: string) => Buffer.from(text).toString("base64");
const auths = (entries: Record<string, unknown>) =>
  parseDockerConfig(JSON.stringify({ auths: entries }), "config.json");

describe("a docker configuration file", () => {
  test.each(["", " \n\t", "null"])("%j holds no logins", (text) => {
    expect(parseDockerConfig(text, "config.json")).toEqual([]);
  });

  test("keeps what Docker Desktop stores beside a login behind it", () => {
    const hub = "https://index.docker.io/v1/";
    const logins = auths({
      [`${hub}refresh-token`]: { auth: base64("ada:refresh") },
      [`${hub}access-token`]: { auth: base64("ada:access") },
      [hub]: { auth: base64("ada:password") },
    });
    const [first] = logins;
    expect(first !== undefined && "credential" in first && first.credential.password).toBe("password");
    expect(logins).toHaveLength(3);
  });

  test("names helpers: those for one host first, the one for all hosts last", () => {
    const config = {
      credsStore: "desktop",
      auths: { "a.test": { auth: base64("a:b") }, "b.test": {} },
      credHelpers: { "a.test": "ecr-login", "https://index.docker.io/v1/": "pass", "c.test:5000": "gcr" },
    };
    const logins = parseDockerConfig(JSON.stringify(config), "config.json");
    expect(logins.map((login) => [login.host, login.port, "helper" in login ? login.helper : "written"])).toEqual([
      ["a.test", "", "ecr-login"],
      ["docker.io", "", "pass"],
      ["c.test", "5000", "gcr"],
      ["a.test", "", "written"],
      ["*", "*", "desktop"],
    ]);
  });

  test.each([
    ["ghcr.io", "ghcr.io", ""],
    ["https://ghcr.io", "ghcr.io", ""],
    ["https://index.docker.io/v1/", "docker.io", ""],
    ["http://registry.corp:5000/v2/", "registry.corp:5000", ""],
    ["registry.corp/team/project", "registry.corp", "team/project"],
    ["docker.io/acme", "docker.io", "acme"],
    ["Registry.Corp", "registry.corp", ""],
    ["registry.corp/", "registry.corp", ""],
    ["https://ada:hunter2@registry.corp/", "registry.corp", ""],
    ["ada:hunter2@registry.corp:5000/team", "registry.corp:5000", "team"],
    ["registry.corp/v1/", "registry.corp", ""],
    ["registry.corp/v2", "registry.corp", ""],
    ["https://registry.corp/team/", "registry.corp", ""],
    ["HTTPS://registry.corp", "registry.corp", ""],
    ["registry.corp/v1/team", "registry.corp", "v1/team"],
    ["[::1]:5000", "[::1]:5000", ""],
  ])("the key %s", (key, host, path) => {
    const credential = { username: "robot", password: "s:x", from: "config.json" };
    expect(auths({ [key]: { auth: base64("robot:s:x") } })).toEqual([{ ...registryPattern(host, path), credential }]);
  });

  test.each<[string, Record<string, unknown>, object]>([
    ["auth wins over fields", { auth: base64("a:b"), username: "c", password: "d" }, { username: "a", password: "b" }],
    ["fields", { username: "c", password: "d" }, { username: "c", password: "d" }],
    ["an empty auth means the fields", { auth: "", username: "c", password: "d" }, { username: "c", password: "d" }],
    ["a line break at the end", { auth: base64("a:b\n") }, { username: "a", password: "b" }],
    ["padding with NUL", { auth: base64("a:b\0\0") }, { username: "a", password: "b" }],
    [
      "identity token",
      { auth: base64("<token>:"), identitytoken: "refresh" },
      { username: "<token>", password: "", identityToken: "refresh" },
    ],
    ["registry token", { registrytoken: "eyJ" }, { username: "", password: "", accessToken: "eyJ" }],
    ["identity token alone", { identitytoken: "refresh" }, { username: "", password: "", identityToken: "refresh" }],
  ])("%s", (_, entry, credential) => {
    expect(auths({ "a.test": entry })).toEqual([
      { ...registryPattern("a.test"), credential: { ...credential, from: "config.json" } },
    ]);
  });

  test.each<[string, object]>([
    ["no auths", {}],
    ["null for its members", { auths: null, credHelpers: null, credsStore: null }],
    ["no name of a store or helper", { auths: { "a.test": null }, credsStore: "", credHelpers: { "a.test": "" } }],
    ["an empty auth", { auths: { "a.test": { auth: "" } } }],
    ["an entry that is no object", { auths: { "a.test": "x" } }],
  ])("%s holds no credentials", (_, config) => {
    expect(parseDockerConfig(JSON.stringify(config), "config.json")).toEqual([]);
  });

  test.each([
    ["no JSON", '{"auths":{"a.test":{"password":"hunter2"'],
    ["no object", '["hunter2"]'],
    ["credHelpers that is a list", '{"credHelpers":["hunter2"]}'],
    ["a helper that is no name", '{"credHelpers":{"a.test":{"x":"hunter2"}}}'],
    ["credsStore that is no name", '{"credsStore":["hunter2"]}'],
    ["a number", "5"],
    ["auths that is a list", '{"auths":["hunter2"]}'],
    ["auth that is no base64", '{"auths":{"a.test":{"auth":"hunter2"}}}'],
    ["auth without colon", `{"auths":{"a.test":{"auth":"${base64("hunter2")}"}}}`],
    ["a token with a line break", '{"auths":{"a.test":{"registrytoken":"hunter2\\nx: y"}}}'],
    ["auth that is a number", '{"auths":{"a.test":{"auth":5,"note":"hunter2"}}}'],
  ])("%s is refused without being repeated", (_, text) => {
    const said = complaint(() => parseDockerConfig(text, "/home/robot/config.json"));
    expect(said).toContain("CREDENTIALS_MALFORMED");
    expect(said).toContain("/home/robot/config.json");
    expect(said).not.toMatch(new RegExp(`hunter2|${base64("hunter2")}`));
  });
});
