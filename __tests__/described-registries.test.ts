import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { parseDockerConfig } from "../src/logins/docker-config.ts";
import { registryPattern } from "../src/logins/login.ts";
import { parseImageReference } from "../src/oci/reference.ts";
import type { ReadableStore } from "../src/oci/store.ts";
import { addImage, resource } from "../testing/content/content.ts";
import { createMemoryRegistry } from "../testing/content/memory-registry.ts";
import { type FakeRegistryOptions, startFakeRegistry } from "../testing/fakes/registry.ts";
import { surveyed } from "../testing/product/surveyed.ts";
import { uniqueAddress } from "../testing/real/address.ts";
import { stopEverything } from "../testing/real/running.ts";
import { type Given, type OpenedSession, openTestSession, startWorld, WAYS, type World } from "./led-astray.ts";

afterEach(stopEverything);

const at = (session: OpenedSession, reference: string, where = "resource app"): ReadableStore =>
  session.registryAt(parseImageReference(reference, "test"), where);

/** The outcome of reading the tag `1` of a repository that a descriptor names. */
async function read(session: OpenedSession, reference: string): Promise<string> {
  const { repository } = parseImageReference(reference, "test");
  return Promise.resolve()
    .then(() => at(session, reference).repository(repository).resolve("1"))
    .then(
      () => "read",
      (error: { readonly code?: string; readonly name: string }) => error.code ?? error.name,
    );
}

describe("allowed-registries", () => {
  let world: World;
  beforeEach(async () => {
    world = await startWorld();
  });

  const openWith = (allowed: string, given: Given = {}) =>
    openTestSession({
      ...given,
      inputs: {
        "http-proxy": `http://${world.host}`,
        "plain-http": ".example.test\n.below.test",
        retries: "1",
        "allowed-registries": allowed,
      },
    });

  test("without it descriptors lead to any registry", async () => {
    const session = openWith("");
    expect(await read(session, "one.example.test/app:1")).toBe("read");
    expect(session.findings).toEqual([]);
  });

  test.each([
    ["one.example.test/app:1", "read"],
    ["two.example.test/acme/app:1", "read"],
    ["two.example.test/other/app:1", "REGISTRY_NOT_ALLOWED"],
    ["deep.below.test/app:1", "read"],
    ["other.example.test/app:1", "REGISTRY_NOT_ALLOWED"],
    ["one.example.test:5000/app:1", "REGISTRY_NOT_ALLOWED"],
    ["app:1", "REGISTRY_NOT_ALLOWED"],
    ["http://other.example.test/app:1", "REGISTRY_NOT_ALLOWED"],
    ["source.example.test/app:1", "read"],
    ["target.example.test/app:1", "read"],
    ["http://SOURCE.example.test/app:1", "read"],
  ])("with it they lead to those in it, and to the user's own: %s is %s", async (reference, expected) => {
    const session = openWith("one.example.test\ntwo.example.test/acme\n.below.test", {
      sources: ["http://source.example.test/ocm"],
      target: "http://target.example.test/ocm",
    });
    expect(await read(session, reference)).toBe(expected);
    expect(world.asked).toHaveLength(expected === "read" ? 1 : 0);
    // A refused host must not be one that a network team is asked to open.
    const known = session.registries().map(({ name }) => name);
    expect(known).toHaveLength(new Set(known).size);
    expect(known.includes(parseImageReference(reference, "test").host.toLowerCase())).toBe(expected === "read");
  });

  test("the user's own are the same with their port", async () => {
    const session = openWith("one.example.test", { sources: ["http://source.example.test:80/ocm"] });
    expect(await read(session, "source.example.test/app:1")).toBe("read");
    expect(await read(session, "source.example.test:5000/app:1")).toBe("REGISTRY_NOT_ALLOWED");
  });

  test("the error names the resource, and the line to add", () => {
    const there = at(
      openWith("one.example.test"),
      "two.example.test/acme/app:1",
      "resource app of acme.org/shop:1.0.0",
    );
    expect(() => there.repository("acme/app")).toThrow(
      expect.objectContaining({
        code: "REGISTRY_NOT_ALLOWED",
        message: expect.stringContaining("resource app of acme.org/shop:1.0.0 is at two.example.test/acme/app"),
        where: "two.example.test",
        remedy: expect.stringContaining("two.example.test/acme/app"),
      }),
    );
  });

  test.each(["ociBlob", "helm of a registry", "foreign registry"] as const)("holds for %s too", async (way) => {
    const session = openWith("one.example.test");
    const led = { beginning: "", origin: "http://two.example.test" };
    await expect(WAYS[way](session, led)).rejects.toMatchObject({ code: "REGISTRY_NOT_ALLOWED" });
    expect(world.asked).toEqual([]);
  });

  test("an artifact that lies beside its component version is found there, whatever registry its reference names", async () => {
    const home = createMemoryRegistry();
    const image = addImage(home, "images/app");
    const session = openTestSession({ inputs: { "allowed-registries": "ghcr.io" } });
    const imageReference = `127.0.0.9:9/images/app:1@${image.digest}`;
    const resources = [resource("app", { type: "ociArtifact", imageReference })];
    const { items, errors } = await surveyed(home, { resources }, { registryAt: session.registryAt });
    expect(errors).toEqual([]);
    expect(items).toMatchObject([{ kind: "artifact", graph: { root: image } }]);
  });

  test("one that does not is an error of its resource", async () => {
    const session = openTestSession({ inputs: { "allowed-registries": "ghcr.io" } });
    const resources = [resource("app", { type: "ociArtifact", imageReference: "127.0.0.9:9/images/app:1" })];
    const { errors } = await surveyed(createMemoryRegistry(), { resources }, { registryAt: session.registryAt });
    expect(errors).toMatchObject([
      {
        code: "REGISTRY_NOT_ALLOWED",
        message: expect.stringMatching(/^resource app:\S+ of acme\.org\/shop:1\.0\.0 is at 127/),
      },
    ]);
  });

  test("a registry in it may redirect to private hosts, which one that only a descriptor names may not", async () => {
    world.leadTo("http://10.0.0.1");
    const led = { beginning: "one.example.test", origin: "" };
    const proxied = { "http-proxy": `http://${world.host}`, retries: "1" };
    const foreign = openTestSession({ inputs: proxied });
    await expect(WAYS["redirect of a foreign registry"](foreign, led)).rejects.toMatchObject({
      code: "ADDRESS_REFUSED",
    });
    for (const line of ["one.example.test", "one.example.test:80", ".example.test:80"]) {
      const session = openTestSession({
        inputs: { ...proxied, "allowed-registries": line, "plain-http": "one.example.test" },
      });
      await WAYS["redirect of a foreign registry"](session, led);
    }
    expect(world.asked.filter(({ host }) => host === "10.0.0.1")).toHaveLength(3);
  });

  test("a suffix in it opens nothing for web servers", async () => {
    const session = openTestSession({ inputs: { "allowed-registries": ".localhost:9" } });
    const wget = WAYS.wget(session, { beginning: "", origin: "http://files.localhost:9" });
    await expect(wget).rejects.toMatchObject({ code: "ADDRESS_REFUSED" });
  });
});

test.each(["169.254.169.254", "0xa9fea9fe:80", "[fe80::1]:5000", "a..b"])(
  "a descriptor makes no registry of %s, neither to ask nor to let a proxy allow",
  async (host) => {
    const session = openTestSession({});
    expect(await read(session, `http://${host}/app:1`)).toBe("ADDRESS_REFUSED");
    expect([session.hops, session.registries()]).toEqual([[], []]);
  },
);

describe("a login that a registry receives which only a descriptor names", () => {
  const found = ({ findings }: OpenedSession) => findings.map(({ code, message }) => `${code}: ${message}`);
  const basic = { kind: "basic", user: "ada", password: "s3cret" } as const;
  const bearer = { kind: "bearer", users: { ada: "s3cret" } } as const;

  async function start(auth: FakeRegistryOptions["auth"] = basic) {
    const registry = await startFakeRegistry({ address: uniqueAddress(), auth });
    for (const name of ["app", "other"]) registry.addManifest(name, { schemaVersion: 2, layers: [] }, { tag: "1" });
    return registry;
  }

  async function readAt(host: string, given: Given, reference = `${host}/app:1`): Promise<OpenedSession> {
    const session = openTestSession({ credentials: [`${host}=ada:s3cret`], ...given });
    await read(session, reference);
    return session;
  }

  test.each([
    ["by a password", basic],
    ["by a token of its own", bearer],
  ])("is a finding with host and resource: %s", async (_, auth) => {
    const { port, ...registry } = await start(auth);
    const name = registry.host.replace(`:${port}`, "");
    // Bare, the line names the default ports: the registry at its port is named by nobody.
    const session = await readAt(registry.host, { inputs: { "plain-http": name } });
    expect(registry.requests.at(-1)?.status).toBe(200);
    expect(found(session)).toEqual([
      `LOGIN_BY_DESCRIPTOR: ${registry.host} received a login, and only the component descriptor names it, in resource app.`,
    ]);
    await read(session, `${registry.host}/other:1`);
    expect(session.findings).toHaveLength(1);
  });

  test("is a finding for a bearer token that is sent as it is given", async () => {
    const { port, ...registry } = await start(bearer);
    const inputs = { "plain-http": registry.host.replace(`:${port}`, "") };
    await readAt(registry.host, { inputs });
    const registrytoken = registry.requests.at(-1)?.headers.authorization?.replace("Bearer ", "");
    const config = JSON.stringify({ auths: { [registry.host]: { registrytoken } } });
    const session = await readAt(registry.host, {
      inputs,
      credentials: [],
      logins: parseDockerConfig(config, "config.json"),
    });
    expect(registry.requests.at(-1)?.headers.authorization).toBe(`Bearer ${registrytoken}`);
    expect(registry.requests.at(-1)?.status).toBe(200);
    expect(session.findings.map(({ code }) => code)).toEqual(["LOGIN_BY_DESCRIPTOR"]);
  });

  describe("of the job's token", () => {
    async function readByJob(auth: FakeRegistryOptions["auth"]) {
      const { port, ...registry } = await start(auth);
      const credential = { username: "ada", password: "s3cret", from: "input github-token", isAmbient: true };
      const session = await readAt(registry.host, {
        inputs: { "plain-http": registry.host.replace(`:${port}`, "") },
        credentials: [],
        logins: [{ ...registryPattern(registry.host), credential }],
      });
      expect(registry.requests.at(-1)?.status).toBe(200);
      return { registry, codes: session.findings.map(({ code }) => code) };
    }

    test("is not sent for what is public, and no finding", async () => {
      const { registry, codes } = await readByJob({ kind: "bearer", users: { ada: "s3cret" }, anonymous: "pull" });
      expect(codes).toEqual([]);
      expect(registry.tokenRequests.map(({ user }) => user)).toEqual([undefined]);
    });

    test.each<[string, FakeRegistryOptions["auth"]]>([
      ["behind a password", basic],
      ["behind a token", { ...bearer, anonymous: "nothing" }],
    ])("is sent, and a finding, for what is private: %s", async (_, auth) => {
      expect((await readByJob(auth)).codes).toEqual(["LOGIN_BY_DESCRIPTOR"]);
    });
  });

  test.each<[string, (host: string) => Given]>([
    ["a source", (host) => ({ sources: [`http://${host}/ocm`] })],
    ["the target", (host) => ({ target: `http://${host}/ocm` })],
    [
      "allowed-registries",
      (host) => ({ inputs: { "plain-http": host.replace(/:\d+$/, ""), "allowed-registries": host } }),
    ],
    ["plain-http", (host) => ({ inputs: { "plain-http": host } })],
  ])("is no finding where the user names it too: %s", async (_, given) => {
    const registry = await start(basic);
    const session = await readAt(registry.host, given(registry.host));
    expect(registry.requests.at(-1)?.status).toBe(200);
    expect(session.findings).toEqual([]);
  });

  test("is no finding where the login is not sent", async () => {
    const registry = await start(basic);
    const isDescriptors = await readAt(registry.host, {}, `http://${registry.host}/app:1`);
    const inputs = { "plain-http": registry.host.replace(/:\d+$/, "") };
    const anonymous = await readAt(registry.host, { inputs, credentials: [] });
    expect(registry.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, undefined]);
    expect([...isDescriptors.findings, ...anonymous.findings]).toEqual([]);
  });
});
