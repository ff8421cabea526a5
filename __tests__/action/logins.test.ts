import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { addComponentVersion, addImage, resource } from "../../testing/content/content.ts";
import { type FakeRegistry, startFakeRegistry } from "../../testing/fakes/registry.ts";
import type { Auth } from "../../testing/fakes/registry-authorization.ts";
import { asked, ociError } from "../../testing/fakes/registry-faults.ts";
import { helperProgram } from "../../testing/product/helper-program.ts";
import { runAction } from "../../testing/real/action.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";
import {
  encodings,
  IDENTITY_TOKEN,
  leaksIn,
  REGISTRY_PASSWORD,
  runWatched,
  STRAY_PASSWORD,
  TOKEN,
  USER,
} from "./canaries.ts";

afterEach(stopEverything);

function write(path: string, content: string | object): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

const auth = Buffer.from(`${USER}:${REGISTRY_PASSWORD}`).toString("base64");
const basic = { kind: "basic", user: USER, password: REGISTRY_PASSWORD } as const;

/** Registries of a transfer that let nobody in without the password, or without what a test asks for. */
async function stage(auth: Auth = basic) {
  const [source, target] = [await startFakeRegistry({ auth }), await startFakeRegistry({ auth })];
  addImage(source, "images/one", { tag: "1" });
  const access = { type: "ociArtifact", imageReference: `${source.origin}/images/one:1` };
  addComponentVersion(source, { path: "ocm", resources: [resource("one", access)] });
  const inputs = {
    "component-versions": `${source.origin}/ocm//acme.org/shop:1.0.0`,
    target: `${target.origin}/moved`,
    // A secret of another host, which no helper is to see.
    credentials: `other.corp=${USER}:${STRAY_PASSWORD}`,
    retries: "1",
  };
  return { source, target, inputs, hosts: [source.host, target.host] };
}

const forHosts = (hosts: readonly string[], value: unknown) => Object.fromEntries(hosts.map((host) => [host, value]));

const ocmConfig = (hosts: readonly string[], credential: object) => ({
  type: "generic.config.ocm.software/v1",
  configurations: [
    {
      type: "credentials.config.ocm.software",
      consumers: hosts.map((host) => {
        const [hostname, port] = host.split(":");
        return { identity: { type: "OCIRegistry", hostname, port }, credentials: [credential] };
      }),
    },
  ],
});

/** A helper that answers with what lies in a file, since the canary has every sign that a shell knows. */
function helperFor(username: string, secret: string) {
  const answer = write(join(temporaryFolder(), "answer.json"), { ServerURL: "", Username: username, Secret: secret });
  return helperProgram("canary", `/bin/cat ${answer}`);
}

type Login = (
  hosts: readonly string[],
  home: string,
) => {
  readonly inputs?: Record<string, string>;
  readonly env?: Record<string, string>;
};

const LOGINS: readonly (readonly [name: string, from: string, login: Login])[] = [
  [
    "docker's file",
    ".docker/config.json",
    (hosts, home) => {
      write(join(home, ".docker/config.json"), { auths: forHosts(hosts, { auth }) });
      return {};
    },
  ],
  [
    "DOCKER_AUTH_CONFIG",
    "DOCKER_AUTH_CONFIG",
    (hosts) => ({ env: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: forHosts(hosts, { auth }) }) } }),
  ],
  [
    "podman's file",
    "containers/auth.json",
    (hosts, home) => {
      write(join(home, "run/containers/auth.json"), { auths: forHosts(hosts, { auth }) });
      return { env: { XDG_RUNTIME_DIR: join(home, "run") } };
    },
  ],
  [
    "an OCM configuration of v1",
    ".ocmconfig",
    (hosts, home) => {
      const properties = { username: USER, password: REGISTRY_PASSWORD };
      write(join(home, ".ocmconfig"), ocmConfig(hosts, { type: "Credentials", properties }));
      return {};
    },
  ],
  [
    "an OCM configuration of v2 that is named",
    "ocm.json",
    (hosts, home) => {
      const credential = { type: "OCICredentials/v1", username: USER, password: REGISTRY_PASSWORD };
      return { inputs: { "ocm-config": write(join(home, "ocm.json"), ocmConfig(hosts, credential)) } };
    },
  ],
];

/** Which source each host got its login from. */
const loginsOf = (report: { logins: readonly { host: string; from: string }[] }) =>
  Object.fromEntries(report.logins.map(({ host, from }) => [host, from]));

describe("a transfer logs in at both registries, and no canary is seen, with", () => {
  test.each(LOGINS)("%s", async (_, from, login) => {
    const { hosts, inputs } = await stage();
    const home = temporaryFolder();
    const { env = {}, inputs: more = {} } = login(hosts, home);
    const result = await runWatched({ inputs: { ...inputs, ...more }, env: { HOME: home, ...env } });
    expect({ errors: result.annotations, leaks: leaksIn(result.places) }).toEqual({ errors: [], leaks: [] });
    const used = loginsOf(result.report);
    for (const host of hosts) expect(used[host]).toContain(from);
    expect(result.summary).toContain("Login from");
    const { raw, percent, base64, "base64 of user:password": both } = encodings(REGISTRY_PASSWORD);
    expect(result.masks).toEqual(expect.arrayContaining([raw, percent, base64, both]));
    expect(result.masks).not.toContain(USER);
  });

  test("a credential helper, which sees none of them either", async () => {
    const { hosts, inputs } = await stage();
    const home = temporaryFolder();
    const helper = helperFor(USER, REGISTRY_PASSWORD);
    write(join(home, ".docker/config.json"), { credHelpers: forHosts(hosts, "canary") });
    const env = { HOME: home, PATH: helper.folder, OCM_TRANSFER_CREDENTIALS: STRAY_PASSWORD };
    const result = await runWatched({ inputs, env });
    expect({ errors: result.annotations, leaks: leaksIn(result.places) }).toEqual({ errors: [], leaks: [] });
    expect(loginsOf(result.report)).toEqual(forHosts(hosts, "docker-credential-canary"));
    const calls = helper.calls();
    expect(calls.map(({ args, server }) => `${args} ${server}`).sort()).toEqual(
      hosts.map((host) => `get ${host}`).sort(),
    );
    expect(
      leaksIn(Object.fromEntries(calls.map(({ environment }, index) => [index, JSON.stringify(environment)]))),
    ).toEqual([]);
    expect(
      calls.flatMap(({ environment }) => Object.keys(environment)).filter((name) => /^(INPUT|GITHUB|OCM)_/.test(name)),
    ).toEqual([]);
    expect(result.masks).toEqual(expect.arrayContaining(Object.values(encodings(REGISTRY_PASSWORD)).slice(0, 2)));
    const mask = result.stdout.indexOf("::add-mask::qZ7CanaryRegistry");
    expect(mask).toBeGreaterThan(-1);
  });
});

/** A registry that hands one token out to everybody, and lets nobody in without it. */
function wantsToken(registry: FakeRegistry, status = 200): void {
  const challenge = `Bearer realm="${registry.tokenOrigin}/token",service="s"`;
  const body = status === 200 ? JSON.stringify({ access_token: TOKEN }) : `no: ${IDENTITY_TOKEN}`;
  registry.inject(
    { when: asked({ kind: "token" }), act: { kind: "respond", status, body } },
    {
      when: ({ headers }) => headers.authorization !== `Bearer ${TOKEN}`,
      act: { kind: "respond", status: 401, headers: { "www-authenticate": challenge }, body: ociError("DENIED", "no") },
    },
  );
}

describe("tokens of every kind are masked and seen nowhere:", () => {
  async function runWith(login: Login, status = 200) {
    const { source, target, hosts, inputs } = await stage({ kind: "none" });
    for (const registry of [source, target]) wantsToken(registry, status);
    const home = temporaryFolder();
    const { env = {}, inputs: more = {} } = login(hosts, home);
    const result = await runWatched({ inputs: { ...inputs, ...more }, env: { HOME: home, ...env } });
    expect(leaksIn(result.places)).toEqual([]);
    return { result, source };
  }

  const IDENTITIES: readonly (readonly [string, Login])[] = [
    [
      "docker's file",
      (hosts) => ({
        env: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: forHosts(hosts, { identitytoken: IDENTITY_TOKEN }) }) },
      }),
    ],
    [
      "a helper",
      (hosts, home) => {
        write(join(home, ".docker/config.json"), { credHelpers: forHosts(hosts, "canary") });
        return { env: { PATH: helperFor("<token>", IDENTITY_TOKEN).folder } };
      },
    ],
    [
      "an OCM configuration",
      (hosts, home) => {
        write(join(home, ".ocmconfig"), ocmConfig(hosts, { type: "OCICredentials/v1", refreshToken: IDENTITY_TOKEN }));
        return {};
      },
    ],
  ];

  test.each(IDENTITIES)("an identity token from %s", async (_, login) => {
    const { result } = await runWith(login);
    expect(result.annotations).toEqual([]);
    expect(result.masks).toEqual(expect.arrayContaining([IDENTITY_TOKEN, btoa(IDENTITY_TOKEN), TOKEN]));
  });

  test.each(IDENTITIES)("an identity token from %s that is refused", async (_, login) => {
    const { result } = await runWith(login, 401);
    expect(result.annotations[0]).toMatchObject({ level: "error", title: "CREDENTIALS_REFUSED" });
    expect(result.masks).toContain(IDENTITY_TOKEN);
  });

  test("a bearer token, which the token host is not asked for", async () => {
    const { result, source } = await runWith((hosts) => ({
      env: { DOCKER_AUTH_CONFIG: JSON.stringify({ auths: forHosts(hosts, { registrytoken: TOKEN }) }) },
    }));
    expect(result.annotations).toEqual([]);
    expect(source.tokenRequests).toEqual([]);
    expect(result.masks).toEqual(expect.arrayContaining([TOKEN, btoa(TOKEN)]));
  });

  test("the token of the job", async () => {
    const result = await runWatched({ inputs: { command: "explain", urls: "https://ghcr.io/" }, githubToken: TOKEN });
    expect(leaksIn(result.places)).toEqual([]);
    expect(result.masks).toEqual(expect.arrayContaining([TOKEN, btoa(TOKEN)]));
  });
});

describe("a helper that fails", () => {
  test.each([
    ["crashes", "CREDENTIAL_HELPER_FAILED", `printf '%s' "$secret" >&2; exit 3`],
    ["writes the secret and fails", "CREDENTIAL_HELPER_FAILED", `printf '{"Secret":"%s"}' "$secret"; exit 1`],
    ["answers with the secret alone", "CREDENTIAL_HELPER_FAILED", `printf '%s' "$secret"`],
    ["knows none", "UNAUTHORIZED", "echo credentials not found in native keychain; exit 1"],
  ])("and %s ends the run with %s, without its secret", async (_, code, script) => {
    const { hosts, inputs } = await stage();
    const home = temporaryFolder();
    const secret = write(join(temporaryFolder(), "secret"), STRAY_PASSWORD);
    const { folder } = helperProgram("canary", `secret=$(/bin/cat ${secret})\n${script}`);
    write(join(home, ".docker/config.json"), { credHelpers: forHosts(hosts, "canary") });
    const result = await runWatched({ inputs, env: { HOME: home, PATH: folder } });
    expect(result.code).toBe(1);
    expect(result.annotations[0]).toMatchObject({ level: "error", title: code });
    expect(result.annotations[0]?.message).toContain("docker-credential-canary");
    expect(leaksIn(result.places)).toEqual([]);
  });
});

test("a refusal says where a login was looked for, and what was found there", async () => {
  const { source, inputs } = await stage();
  const home = temporaryFolder();
  const file = write(join(home, ".docker/config.json"), { auths: { "127.0.0.1:1": { auth } } });
  const { annotations, code } = await runAction({ inputs, env: { HOME: home } });
  expect(code).toBe(1);
  expect(annotations[0]).toMatchObject({ level: "error", title: "UNAUTHORIZED" });
  const message = annotations[0]?.message ?? "";
  expect(message).toContain(`no login for ${source.host}`);
  expect(message).toContain(`${file} holds a login for 127.0.0.1:1, not for ${source.host}`);
  expect(message).toMatch(new RegExp(`not there: .*${home}/\\.ocmconfig`));
});

test("references are looked up where an OCM configuration says", async () => {
  const [source, other, target] = [await startFakeRegistry(), await startFakeRegistry(), await startFakeRegistry()];
  addComponentVersion(source, { references: ["acme.org/base:1.0.0"] });
  addComponentVersion(other, { name: "acme.org/base", path: "ocm" });
  const home = temporaryFolder();
  const repository = { type: "OCIRepository/v1", baseUrl: other.origin, subPath: "ocm" };
  const resolvers = [{ componentNamePattern: "acme.org/b*", repository }];
  write(join(home, ".ocmconfig"), { type: "resolvers.config.ocm.software/v1alpha1", resolvers });
  const result = await runAction({
    inputs: {
      "component-versions": `${source.origin}//acme.org/shop:1.0.0`,
      recursive: "true",
      target: `${target.origin}/moved`,
    },
    env: { HOME: home },
  });
  expect(result.annotations).toEqual([]);
  expect(Object.keys(target.tags("moved/component-descriptors/acme.org/base"))).toEqual(["1.0.0"]);
});
