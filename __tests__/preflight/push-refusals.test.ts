import { readdirSync } from "node:fs";
import { afterEach, describe, expect, test } from "@jest/globals";
import { addComponentVersion, addImage, imageResource } from "../../testing/content/content.ts";
import { startProxy } from "../../testing/fakes/proxy.ts";
import { type FakeRegistry, type FakeRegistryOptions, startFakeRegistry } from "../../testing/fakes/registry.ts";
import { asked, ociError } from "../../testing/fakes/registry-faults.ts";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { createAuthority } from "../../testing/real/certificates.ts";
import { withParts } from "../../testing/real/parts.ts";
import { startRegistry } from "../../testing/real/registry.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { startTokenServer } from "../../testing/real/token-server.ts";

afterEach(stopEverything);

type Given = Readonly<Record<string, string>>;

/** None of them may write anything. */
const COMMANDS: readonly (readonly [string, Given])[] = [
  ["a preflight", { command: "preflight" }],
  ["a dry run", { command: "transfer", "dry-run": "true" }],
  ["a transfer", { command: "transfer" }],
];

/** A registry with `//acme.org/shop:1.0.0` and `//acme.org/shop:2.0.0`, each of one image. */
async function startSource(): Promise<FakeRegistry> {
  const source = await startFakeRegistry();
  for (const [version, name] of [
    ["1.0.0", "front"],
    ["2.0.0", "back"],
  ] as const) {
    addImage(source, `images/${name}`, { tag: "1" });
    addComponentVersion(source, { version, resources: [imageResource(name, `${source.origin}/images/${name}:1`)] });
  }
  return source;
}

async function run(target: string, given: Given): Promise<ActionResult> {
  const { origin } = await startSource();
  const lines = [`${origin}//acme.org/shop:1.0.0`, `${origin}//acme.org/shop:2.0.0`];
  return runAction({ inputs: { "component-versions": lines.join("\n"), target, retries: "1", ...given } });
}

/** `CODE: message (place). Remedy` of each error. */
const errorsOf = ({ annotations }: ActionResult) =>
  annotations.filter(({ level }) => level === "error").map(({ message }) => message);
const codesOf = (result: ActionResult) => errorsOf(result).map((text) => text.split(":")[0]);

withParts(["distribution", "openssl"], "the right to push to a real distribution with tokens", () => {
  async function start(grants: readonly string[]) {
    const authority = createAuthority();
    const server = await startTokenServer({ authority, grants, users: { ada: "right-one" } });
    const registry = await startRegistry({ kind: "distribution", token: server.token });
    const login = (password: string) => ({
      credentials: `${server.host}@${registry.host}=ada:${password}`,
      "plain-http": `${registry.host}\n${server.host}`,
    });
    return { ...registry, target: `http://${registry.host}/moved`, login };
  }

  test.each(COMMANDS)("is missing in %s: no login, a wrong one, one that may only read", async (_, given) => {
    const reader = await start(["pull"]);
    const withoutLogin = { ...reader.login("right-one"), credentials: "", ...given };
    const refused = await run(reader.target, withoutLogin);
    // What nobody in particular may do is named by the token, and bound credentials are what is missing.
    expect(codesOf(refused)).toEqual(["TOKEN_HOST_FOREIGN"]);
    expect(codesOf(await run(reader.target, { ...reader.login("wrong-one"), ...given }))).toEqual([
      "CREDENTIALS_REFUSED",
    ]);
    expect(codesOf(await run(reader.target, { ...reader.login("right-one"), ...given }))).toEqual(["PUSH_DENIED"]);
    expect(readdirSync(reader.storage, { recursive: true })).toEqual([]);
  });

  test.each(COMMANDS.slice(0, 2))("is proved by the token in %s, without an upload", async (_, given) => {
    const writer = await start(["pull", "push"]);
    expect(codesOf(await run(writer.target, { ...writer.login("right-one"), ...given }))).toEqual([]);
    const writes = (await writer.requests()).filter(({ method }) => method !== "GET" && method !== "HEAD");
    expect(writes).toEqual([]);
    expect(readdirSync(writer.storage, { recursive: true })).toEqual([]);
  });
});

/** A fake under the name of a public registry, which only a proxy can resolve. */
async function startAs(host: string, options: FakeRegistryOptions = {}) {
  const registry = await startFakeRegistry(options);
  const { url } = await startProxy({ hosts: { [`${host}:80`]: registry.host } });
  return { registry, proxied: { "http-proxy": url } };
}

const writesOf = ({ requests }: FakeRegistry) => requests.filter(({ method }) => method !== "GET" && method !== "HEAD");

describe("Amazon ECR", () => {
  const ECR = "123456789012.dkr.ecr.eu-central-1.amazonaws.com";
  const AWS = { credentials: `${ECR}=AWS:right-one` };
  const start = () => startAs(ECR, { auth: { kind: "basic", user: "AWS", password: "right-one" } });
  const unknown = {
    when: asked({ kind: "tags" }),
    act: { kind: "respond" as const, status: 404, body: ociError("NAME_UNKNOWN", "does not exist in the registry") },
  };

  test.each(COMMANDS)("without the repositories is red in %s, with a command for each", async (_, given) => {
    const { registry, proxied } = await start();
    registry.inject(unknown);
    const forms = { access: "relativeOciReference", ...AWS, ...proxied };
    const result = await run(`http://${ECR}/moved`, { ...forms, ...given });
    expect(codesOf(result)).toEqual(["REPOSITORY_UNKNOWN"]);
    for (const name of ["component-descriptors/acme.org/shop", "images/front", "images/back"]) {
      expect(errorsOf(result)[0]).toContain(`${ECR}/moved/${name}`);
      expect(errorsOf(result)[0]).toContain(
        `aws ecr create-repository --region eu-central-1 --repository-name moved/${name}.`,
      );
    }
    expect(writesOf(registry)).toEqual([]);
  });

  test("with the repositories is green in a preflight, which begins no upload", async () => {
    const { registry, proxied } = await start();
    registry.inject({ ...unknown, act: { kind: "respond", status: 200, body: '{"name":"moved","tags":[]}' } });
    expect(codesOf(await run(`http://${ECR}/moved`, { command: "preflight", ...AWS, ...proxied }))).toEqual([]);
    expect(writesOf(registry)).toEqual([]);
  });

  test("that creates repositories by itself is green with probe-push: off", async () => {
    const { registry, proxied } = await start();
    registry.inject(unknown);
    const result = await run(`http://${ECR}/moved`, { command: "transfer", "probe-push": "off", ...AWS, ...proxied });
    expect(codesOf(result)).toEqual([]);
    expect(result.code).toBe(0);
  });

  test.each(COMMANDS)("refuses names with two separators in a row in %s: all of them", async (_, given) => {
    const { registry, proxied } = await start();
    const forms = { access: "relativeOciReference", ...AWS, ...proxied };
    const result = await run(`http://${ECR}/team__a`, { ...forms, ...given });
    expect(codesOf(result)).toEqual(["REPOSITORY_NAME_REFUSED"]);
    for (const name of ["component-descriptors/acme.org/shop", "images/front", "images/back"]) {
      expect(errorsOf(result)[0]).toContain(`team__a/${name} ("team__a" has two separators in a row)`);
    }
    expect(writesOf(registry)).toEqual([]);
  });
});

test("Quay.io, whose tokens create repositories, is asked for the right to push in a transfer, and not in a dry run", async () => {
  const realm = "http://quay.io/token";
  const auth = { kind: "bearer", users: { ada: "right-one" }, realm } as const;
  const { registry, proxied } = await startAs("quay.io", { auth });
  const given = { command: "transfer", credentials: "quay.io=ada:right-one", ...proxied };
  const scopes = () => new Set(registry.tokenRequests.flatMap((request) => request.scopes));
  const repository = "repository:acme/component-descriptors/acme.org/shop";
  expect(codesOf(await run("http://quay.io/acme", { ...given, "dry-run": "true" }))).toEqual([]);
  expect(scopes()).toEqual(new Set([`${repository}:pull`]));
  expect(codesOf(await run("http://quay.io/acme", given))).toEqual([]);
  expect(scopes()).toEqual(new Set([`${repository}:pull`, `${repository}:pull,push`]));
});

describe("Docker Hub", () => {
  test.each([
    ...COMMANDS,
    ["a transfer without a preflight", { command: "transfer", "preflight-mode": "off" }],
    ["a preflight that warns", { command: "preflight", "preflight-mode": "warn" }],
  ] as const)("cannot have component versions, which is red in %s", async (_, given) => {
    const { registry, proxied } = await startAs("registry-1.docker.io");
    const result = await run("http://docker.io/acme", { ...proxied, ...given });
    expect(codesOf(result)).toEqual(["REPOSITORY_NAME_REFUSED"]);
    expect(errorsOf(result)[0]).toMatch(
      /acme\/component-descriptors\/acme\.org\/shop \(4 parts\); Docker Hub accepts names of the form namespace\/repository only/,
    );
    expect(registry.requests.filter(({ repository }) => repository !== "")).toEqual([]);
  });
});

describe("a registry that is not known", () => {
  test.each(COMMANDS)("cannot have the name of a component that ends with a separator, in %s", async (_, given) => {
    const source = await startFakeRegistry();
    const target = await startFakeRegistry();
    addComponentVersion(source, { name: "acme.org/a-", references: ["acme.org/b-:1.0.0"] });
    const lines = `${source.origin}//acme.org/a-:1.0.0`;
    const result = await runAction({ inputs: { "component-versions": lines, target: target.origin, ...given } });
    // Neither registry can have it, so that it comes out of an archive at most.
    expect(codesOf(result)).toEqual(["REFERENCE_MALFORMED"]);
    expect(writesOf(target)).toEqual([]);
  });

  /** Grants nothing, as Harbor and GitLab do for a project that does not exist. */
  async function startWithout(service: string, answer: { readonly status: number; readonly body: string }) {
    const target = await startFakeRegistry({ auth: { kind: "bearer", users: { ada: "right-one" }, service } });
    target.inject(
      {
        when: asked({ kind: "token" }),
        act: { kind: "respond", status: 200, body: JSON.stringify({ token: jwt({ access: [] }) }) },
      },
      {
        when: ({ repository, headers }) => repository !== "" && headers.authorization !== undefined,
        act: { kind: "respond", ...answer, headers: { "www-authenticate": "" } },
      },
    );
    return target;
  }

  test.each(COMMANDS)("with a missing project of Harbor is red in %s, with what to create", async (_, given) => {
    const body = ociError("UNAUTHORIZED", "project moved not found");
    const target = await startWithout("harbor-registry", { status: 401, body });
    const result = await run(`${target.origin}/moved`, { credentials: `${target.host}=ada:right-one`, ...given });
    expect(codesOf(result)).toEqual(["REPOSITORY_UNKNOWN"]);
    expect(errorsOf(result)[0]).toMatch(/project moved not found.*Create the project moved in Harbor/);
    expect(writesOf(target)).toEqual([]);
  });

  test.each([
    ["container_registry", "If the repository does not exist: Create the project in GitLab"],
    ["harbor-registry", "If the repository does not exist: Create the project moved in Harbor"],
    ["another", "Ask the owner of the target for the right to push, or use other credentials."],
  ])("with the token service %s names what may be missing where nothing is granted", async (service, remedy) => {
    const target = await startWithout(service, { status: 401, body: ociError("UNAUTHORIZED", "no") });
    const given = { command: "preflight", credentials: `${target.host}=ada:right-one` };
    const result = await run(`${target.origin}/moved`, given);
    expect(codesOf(result)).toEqual(["PUSH_DENIED"]);
    expect(errorsOf(result)[0]).toContain(remedy);
  });
});

/** Unsigned: nobody verifies it but the fake, which does not. */
function jwt(claims: object): string {
  return ["{}", JSON.stringify(claims), ""].map((part) => Buffer.from(part).toString("base64url")).join(".");
}
