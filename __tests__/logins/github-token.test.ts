import { expect, test } from "@jest/globals";
import { githubTokenLogins } from "../../src/logins/github-token.ts";
import { registryPattern } from "../../src/logins/login.ts";

test.each([
  ["https://github.com", "ghcr.io"],
  ["https://github.com/", "ghcr.io"],
  ["https://acme.ghe.com", "containers.acme.ghe.com"],
  ["https://github.corp", "containers.github.corp"],
  ["https://github.com.evil.test", "containers.github.com.evil.test"],
])("a job on %s has a login for %s", (server, host) => {
  const environment = { GITHUB_SERVER_URL: server, GITHUB_ACTOR: "ada" };
  expect(githubTokenLogins("ghs_x", environment)).toEqual([
    {
      ...registryPattern(host),
      scheme: "https",
      credential: { username: "ada", password: "ghs_x", from: "input github-token", isAmbient: true },
    },
  ]);
});

test.each([
  ["no token", "", { GITHUB_SERVER_URL: "https://github.com" }],
  ["no job", "ghs_x", {}],
  ["a server in plain HTTP", "ghs_x", { GITHUB_SERVER_URL: "http://github.corp" }],
])("the token of the job is no login for %s", (_, token, environment) => {
  expect(githubTokenLogins(token, environment)).toEqual([]);
});
