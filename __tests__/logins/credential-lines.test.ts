import { describe, expect, test } from "@jest/globals";
import { parseCredentialLines } from "../../src/logins/credential-lines.ts";
import { registryPattern } from "../../src/logins/login.ts";
import { complaint } from "./complaint.ts";

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
    expect(parseCredentialLines([line])).toEqual([{ ...registryPattern(host, path), credential }]);
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
    expect(parseCredentialLines([line])).toEqual([{ ...registryPattern(host, path), tokenHost, credential }]);
  });

  test("a sign @ behind the first = belongs to user and password", () => {
    const credential = { username: "robot@corp", password: "p@ss", from: "input credentials, line 1" };
    expect(parseCredentialLines(["ghcr.io=robot@corp:p@ss"])).toEqual([{ ...registryPattern("ghcr.io"), credential }]);
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
