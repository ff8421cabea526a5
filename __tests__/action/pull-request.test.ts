import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { startFakeRegistry } from "../../testing/fakes/registry.ts";
import { runAction } from "../../testing/real/action.ts";
import { createAuthority } from "../../testing/real/certificates.ts";
import { acmePublicKey, ctf, temporaryFolder } from "../../testing/real/fixtures.ts";
import { withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";

let folder: string;
let workspace: string;
beforeEach(() => {
  folder = temporaryFolder();
  workspace = join(folder, "workspace");
  mkdirSync(workspace);
});
afterEach(stopEverything);

function put(path: string, text: string): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

type Texts = Readonly<Record<string, string>>;

/** The findings of a run, by code, with their messages. */
async function findingsOf(inputs: Texts, env: Texts) {
  const result = await runAction({ cwd: workspace, inputs: { command: "setup", ...inputs }, env });
  expect(result.code).toBe(0);
  return JSON.parse(result.outputs.findings ?? "") as { code: string; message: string }[];
}

const messagesOf = async (code: string, inputs: Texts, env: Texts) =>
  (await findingsOf(inputs, env)).filter((finding) => finding.code === code).map(({ message }) => message);

describe("S24: the event", () => {
  const payload = (run: object) =>
    put(join(folder, "event.json"), JSON.stringify({ repository: { full_name: "acme/shop" }, workflow_run: run }));
  const own = { head_repository: { full_name: "acme/shop" } };

  test.each<[string, Texts | (() => Texts), boolean]>([
    ["push", { GITHUB_EVENT_NAME: "push" }, false],
    ["pull_request", { GITHUB_EVENT_NAME: "pull_request" }, false],
    ["pull_request_target", { GITHUB_EVENT_NAME: "pull_request_target" }, true],
    ["none", {}, false],
    [
      "workflow_run after a push",
      () => ({ GITHUB_EVENT_NAME: "workflow_run", GITHUB_EVENT_PATH: payload({ ...own, event: "push" }) }),
      false,
    ],
    [
      "workflow_run after a pull request",
      () => ({ GITHUB_EVENT_NAME: "workflow_run", GITHUB_EVENT_PATH: payload({ ...own, event: "pull_request" }) }),
      true,
    ],
    [
      "workflow_run after a push to a fork",
      () => ({
        GITHUB_EVENT_NAME: "workflow_run",
        GITHUB_EVENT_PATH: payload({ head_repository: { full_name: "mallory/shop" }, event: "push" }),
      }),
      true,
    ],
    ["workflow_run without its payload", { GITHUB_EVENT_NAME: "workflow_run", GITHUB_EVENT_PATH: "/none" }, true],
  ])("%s", async (_, env, isPrivileged) => {
    const found = await messagesOf("EVENT_PRIVILEGED", {}, typeof env === "function" ? env() : env);
    expect(found).toHaveLength(isPrivileged ? 1 : 0);
  });
});

withParts(["openssl"], "settings from the checkout of a pull request", () => {
  afterEach(stopEverything);

  /** Each setting as a file at this place, and words of what is at stake. */
  const settings: [string, (place: string) => Texts, RegExp][] = [
    [
      "a proxy",
      (place) => ({ "proxy-config": put(join(place, ".env"), "https_proxy=http://a:1\n") }),
      /chooses the proxy/,
    ],
    [
      "hosts without TLS checks",
      (place) => {
        put(join(place, "proxy/registries.conf"), '[[registry]]\nlocation = "registry.corp"\ninsecure = true\n');
        put(join(place, "proxy/.env"), "https_proxy=http://a:1\n");
        return { "proxy-config": join(place, "proxy") };
      },
      /certificate verification for registry\.corp/,
    ],
    [
      "an authority",
      (place) => ({ "ca-certificates": put(join(place, "ca.pem"), createAuthority().cert) }),
      /impostor/,
    ],
    ["a key", () => ({ signatures: "acme=keys/acme.pub.pem" }), /forged signature/],
    ["accounts", (place) => ({ "registry-config": put(join(place, "config.json"), "{}") }), /accounts/],
  ];

  test.each(settings)("%s is a finding that says what is at stake", async (_, make, stake) => {
    for (const event of ["pull_request", "pull_request_target"]) {
      const found = await messagesOf("SETTING_PROPOSED", make(workspace), { GITHUB_EVENT_NAME: event });
      expect(found.join("\n")).toMatch(stake);
    }
  });

  test("other events, and files outside of the checkout, cause no finding", async () => {
    for (const [name, make] of settings) {
      expect(await messagesOf("SETTING_PROPOSED", make(workspace), { GITHUB_EVENT_NAME: "push" })).toEqual([]);
      if (name === "a key") continue;
      const elsewhere = make(join(folder, "elsewhere"));
      expect(await messagesOf("SETTING_PROPOSED", elsewhere, { GITHUB_EVENT_NAME: "pull_request" })).toEqual([]);
    }
    const inputs = { signatures: `acme=${acmePublicKey}`, "ca-certificates": createAuthority().cert };
    expect(await messagesOf("SETTING_PROPOSED", inputs, { GITHUB_EVENT_NAME: "pull_request" })).toEqual([]);
  });

  test("CA certificates in a cdh.toml are a finding for every event", async () => {
    const roots = [createAuthority().cert, createAuthority().cert].map((cert) => `"""${cert}"""`).join(",");
    const path = put(
      join(folder, "cdh.toml"),
      `[image]\nextra_root_certificates = [${roots}]\n[image.image_pull_proxy]\nhttps_proxy = "http://a:1"\n`,
    );
    const [message, ...others] = await messagesOf("AUTHORITIES_ADDED", { "proxy-config": path }, {});
    expect(message).toContain("2 CA certificates");
    expect(others).toEqual([]);
  });
});

describe("S19: a docker configuration in the checkout", () => {
  const login = (host: string) => JSON.stringify({ auths: { [host]: { auth: btoa("mallory:s3cret") } } });

  /** Which authorization the registry saw, and what was found. */
  async function run(env: (host: string) => Texts, inputs: (host: string) => Texts = () => ({})) {
    const target = await startFakeRegistry({ auth: { kind: "basic", user: "mallory", password: "s3cret" } });
    const result = await runAction({
      cwd: workspace,
      env: env(target.host),
      inputs: {
        "component-versions": `${ctf("v2-by-value")}//example.org/cart:2.0.0`,
        target: `${target.origin}/ocm`,
        ...inputs(target.host),
      },
    });
    return {
      isLoggedIn: target.requests.some(({ headers }) => headers.authorization !== undefined),
      codes: (JSON.parse(result.outputs.findings ?? "") as { code: string }[]).map(({ code }) => code),
    };
  }

  const ignored = { isLoggedIn: false, codes: expect.arrayContaining(["DOCKER_CONFIG_IGNORED"]) };
  const used = { isLoggedIn: true, codes: expect.not.arrayContaining(["DOCKER_CONFIG_IGNORED"]) };

  test("is not used where DOCKER_CONFIG leads there", async () => {
    const env = (host: string) => {
      put(join(workspace, ".docker/config.json"), login(host));
      return { DOCKER_CONFIG: join(workspace, ".docker") };
    };
    expect(await run(env)).toEqual(ignored);
    expect(await run((host) => ({ ...env(host), DOCKER_CONFIG: ".docker" }))).toEqual(ignored);
  });

  test("is not used where a link leads there, or the home lies there", async () => {
    expect(
      await run((host) => {
        put(join(workspace, "auth.json"), login(host));
        mkdirSync(join(folder, "docker"));
        symlinkSync(join(workspace, "auth.json"), join(folder, "docker/config.json"));
        return { DOCKER_CONFIG: join(folder, "docker") };
      }),
    ).toEqual(ignored);
    expect(
      await run((host) => {
        put(join(workspace, "home/.docker/config.json"), login(host));
        return { HOME: join(workspace, "home") };
      }),
    ).toEqual(ignored);
  });

  test("is used where registry-config names it", async () => {
    const place = (host: string) => put(join(workspace, ".docker/config.json"), login(host));
    const env = () => ({ DOCKER_CONFIG: join(workspace, ".docker") });
    expect(await run(env, (host) => ({ "registry-config": place(host) }))).toEqual(used);
  });

  test("elsewhere is used, and one that does not exist is no finding", async () => {
    expect(
      await run((host) => {
        put(join(folder, "docker/config.json"), login(host));
        return { DOCKER_CONFIG: join(folder, "docker") };
      }),
    ).toEqual(used);
    const none = await run(() => ({ DOCKER_CONFIG: join(workspace, "none") }));
    expect(none.codes).not.toContain("DOCKER_CONFIG_IGNORED");
  });
});
