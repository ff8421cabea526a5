import { randomBytes } from "node:crypto";
import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { readInputs } from "../src/inputs.ts";
import { parseCredentialLines } from "../src/logins/credential-lines.ts";
import type { Login } from "../src/logins/login.ts";
import { describePurpose } from "../src/net/purpose.ts";
import { bytesOf } from "../src/oci/content.ts";
import type { Descriptor } from "../src/oci/descriptor.ts";
import { sha256 } from "../src/oci/digest.ts";
import { parseAccess, type WgetAccess } from "../src/ocm/access/access.ts";
import { parseRepository, type RegistrySpec } from "../src/ocm/descriptor/component-reference.ts";
import { readSettings } from "../src/proxy/settings.ts";
import { openSession, type Session } from "../src/session.ts";
import { writeArtifactSet } from "../src/stores/artifact-set/write.ts";
import { openCtfTarget } from "../src/stores/ctf/writable-store.ts";
import type { RemoteRegistry } from "../src/stores/registry/store.ts";
import { readGraph } from "../src/transfer/source/graph.ts";
import { addImage } from "../testing/content/content.ts";
import { createMemoryRegistry } from "../testing/content/memory-registry.ts";
import { startProxy } from "../testing/fakes/proxy.ts";
import { startFakeRegistry } from "../testing/fakes/registry.ts";
import { ctf, temporaryFolder } from "../testing/real/fixtures.ts";
import { remember, stopEverything } from "../testing/real/running.ts";

afterEach(stopEverything);

interface Given {
  readonly inputs?: Readonly<Record<string, string>>;
  readonly sources?: readonly string[];
  readonly target?: string;
  readonly credentials?: readonly Login[];
  readonly temp?: string;
  readonly signal?: AbortSignal;
}

const registrySpec = (text: string) => parseRepository(text, "test") as RegistrySpec;

function open({ inputs = {}, sources = [], target, credentials = [], temp, signal }: Given): Session {
  const read = readInputs(
    Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
  );
  const { httpProxy, httpsProxy, noProxy } = read;
  const session = openSession({
    inputs: read,
    settings: readSettings({ inputs: { httpProxy, httpsProxy, noProxy }, environment: {} }).effective,
    logins: [{ name: "test", state: "found", logins: credentials }],
    sources: sources.map((source) => parseRepository(source, "test")),
    target: target === undefined ? undefined : registrySpec(target),
    ...(temp === undefined ? {} : { temp }),
    signal,
  });
  remember(() => session.close());
  return session;
}

/** The registry that a descriptor names, for the repository `app`. */
const described = (session: Session, host: string, scheme?: "http" | "https") =>
  session.registryAt({ host, scheme, repository: "app" }, "resource app");

const originOf = (registry: object) => (registry as RemoteRegistry).origin;

async function openRemote(session: Session, spec: RegistrySpec): Promise<RemoteRegistry> {
  const { registry } = await session.openTarget(spec);
  if (registry.kind !== "registry") throw new Error("no remote registry");
  return registry as RemoteRegistry;
}

describe("plain HTTP", () => {
  test.each<[string, string, string]>([
    ["registry.corp", "", "registry.corp"],
    ["localhost:5000", "", "localhost:5000"],
    ["http://registry.corp", "", "http://registry.corp"],
    ["https://registry.corp", "registry.corp", "registry.corp"],
    ["registry.corp", "registry.corp", "http://registry.corp"],
    ["Registry.CORP:5000", "registry.corp", "http://registry.corp:5000"],
    ["registry.corp:5000", "registry.corp:5000", "http://registry.corp:5000"],
    ["registry.corp:5001", "registry.corp:5000", "registry.corp:5001"],
    ["a.registry.corp", "registry.corp", "a.registry.corp"],
    ["a.b.corp.test:5000", ".corp.test", "http://a.b.corp.test:5000"],
    ["corp.test", ".corp.test", "corp.test"],
    ["acorp.test", ".corp.test", "acorp.test"],
    ["a.corp.test:5000", ".corp.test:5001", "a.corp.test:5000"],
    ["[::1]:5000", "[::1]", "http://[::1]:5000"],
    ["[::1]:5000", "[::1]:5000", "http://[::1]:5000"],
  ])("%s with plain-http %j is %s", async (host, plainHttp, origin) => {
    const session = open({ inputs: { "plain-http": plainHttp }, target: host });
    expect(originOf(await openRemote(session, registrySpec(host)))).toBe(origin);
  });

  test("a scheme that was written for a host holds wherever the host is named", async () => {
    const session = open({ sources: ["http://registry.corp/a"], target: "registry.corp/b" });
    const source = await session.openSource(registrySpec("http://registry.corp/a"));
    expect(source).toMatchObject({ path: "a", display: "http://registry.corp/a" });
    expect(await openRemote(session, registrySpec("registry.corp/b"))).toBe(source.registry);
    expect(described(session, "REGISTRY.corp")).toBe(source.registry);
  });
});

test("the scheme in a descriptor counts for the host that it names", () => {
  const session = open({ inputs: { "plain-http": "plain.corp" }, sources: ["https://tls.corp"] });
  const at = (host: string, scheme?: "http" | "https") => originOf(described(session, host, scheme));
  expect([at("plain.corp"), at("plain.corp", "https"), at("plain.corp", "http")]).toEqual([
    "http://plain.corp",
    "plain.corp",
    "http://plain.corp",
  ]);
  expect([at("other.corp"), at("other.corp", "http")]).toEqual(["other.corp", "http://other.corp"]);
  // What the user wrote is stronger than what a descriptor says.
  expect(at("tls.corp", "http")).toBe("tls.corp");
});

test("the same host is the same registry, and another is another", () => {
  const session = open({});
  const at = (host: string) => described(session, host);
  expect(at("ghcr.io")).toBe(at("GHCR.io"));
  expect(at("index.docker.io")).toBe(at("docker.io"));
  expect(at("ghcr.io")).not.toBe(at("ghcr.io:443"));
});

test("a folder is a source too", async () => {
  const path = ctf("v1-by-value");
  const source = await open({}).openSource({ kind: "ctf", path });
  expect(source).toMatchObject({ path: "", display: path, registry: { name: path } });
});

describe("credentials", () => {
  const authorized = async (
    isDescribed: boolean,
    scheme: "http" | "https" | undefined,
    given: (host: string) => Given,
  ) => {
    const registry = await startFakeRegistry({ auth: { kind: "basic", user: "ada", password: "s3cret" } });
    registry.addManifest("app", { schemaVersion: 2, layers: [] }, { tag: "1" });
    const credentials = parseCredentialLines([`${registry.host}=ada:s3cret`]);
    const session = open({ credentials, ...given(registry.host) });
    const { host } = registry;
    const opened = isDescribed
      ? described(session, host, scheme)
      : await openRemote(session, registrySpec(`http://${host}`));
    await opened
      .repository("app")
      .resolve("1")
      .catch(() => {});
    return registry.requests.some(({ headers }) => headers.authorization !== undefined);
  };

  test("go to registries that the user named", async () => {
    expect(await authorized(false, undefined, (host) => ({ target: `http://${host}` }))).toBe(true);
  });

  test("do not go anywhere unprotected because a descriptor says http", async () => {
    expect(await authorized(true, "http", () => ({}))).toBe(false);
  });

  test("go where a descriptor says http and the user does too", async () => {
    expect(await authorized(true, "http", (host) => ({ sources: [`http://${host}`] }))).toBe(true);
    expect(await authorized(true, "http", (host) => ({ inputs: { "plain-http": host } }))).toBe(true);
  });
});

describe("requests", () => {
  test("take the way of the settings, and are noted with what they are for", async () => {
    const registry = await startFakeRegistry();
    const proxy = await startProxy({ hosts: { "registry.corp:80": registry.host } });
    const session = open({
      inputs: { "http-proxy": proxy.url },
      sources: ["http://registry.corp/a"],
      target: "http://registry.corp/b",
    });
    await (await openRemote(session, registrySpec("http://registry.corp/b"))).ping();
    expect(session.hops).toMatchObject([
      { host: "registry.corp:80", route: { via: "proxy" }, purpose: { kind: "registry", role: "source and target" } },
    ]);
    expect(proxy.log).toHaveLength(1);
  });

  test.each<[string, Given]>([
    ["source registry", { sources: ["http://HOST"] }],
    ["target registry", { target: "http://HOST" }],
    ["artifacts", { inputs: { "plain-http": "HOST" } }],
  ])("are for: %s", async (neededFor, given) => {
    const { host } = await startFakeRegistry();
    const session = open(JSON.parse(JSON.stringify(given).replaceAll("HOST", host)));
    await described(session, host)
      .repository("app")
      .resolve("1")
      .catch(() => {});
    expect(session.hops.map(({ purpose }) => describePurpose(purpose))).toEqual([neededFor]);
  });

  test("ask for the right to push at the target only", async () => {
    const [source, target] = [
      await startFakeRegistry({ auth: { kind: "bearer", users: {} } }),
      await startFakeRegistry({ auth: { kind: "bearer", users: {} } }),
    ];
    const session = open({ sources: [source.origin], target: target.origin });
    for (const { host } of [source, target])
      await described(session, host)
        .repository("app")
        .resolve("1")
        .catch(() => {});
    const scopes = [source, target].map(({ tokenRequests }) => tokenRequests[0]?.scopes);
    expect(scopes).toEqual([["repository:app:pull"], ["repository:app:pull,push"]]);
  });

  test("are tried twice while probing where no host answers, and as often as set while transferring", async () => {
    const registry = await startFakeRegistry();
    registry.addManifest("app", { schemaVersion: 2, layers: [] }, { tag: "1" });
    const session = open({ inputs: { retries: "2" }, target: registry.origin });
    const app = (await openRemote(session, registrySpec(registry.origin))).repository("app");
    const failOnce = { when: () => true, times: 1, act: { kind: "reset" } } as const;
    const isRead = () => expect(app.resolve("1")).resolves.toMatchObject({ size: expect.any(Number) });
    registry.inject({ ...failOnce, times: 2 });
    await session.probe(() => expect(app.resolve("1")).rejects.toMatchObject({ name: "HopError" }));
    registry.inject({ ...failOnce, act: { kind: "respond", status: 503 } });
    await session.probe(isRead);
    // A host that has answered before can be reached: a request whose connection is cut then is repeated.
    registry.inject(failOnce);
    await session.probe(isRead);
    registry.inject(failOnce);
    await isRead();
  });
});

describe("what a component descriptor leads to", () => {
  async function locate(session: Session, url: string) {
    const access = { type: "wget", url };
    const identity = { index: 0, name: "x", version: "", extraIdentity: {} };
    const element = { ...identity, kind: "resource", type: "", labels: [] } as const;
    const wanted = { element: { ...element, access, digest: undefined }, where: "x" };
    return session.accessMethods.locate(parseAccess(access) as WgetAccess, wanted);
  }

  const find = (given: Given, host: string) => locate(open(given), `http://${host}/x`);

  test.each<[string, (host: string) => Given]>([
    ["a source", (host) => ({ sources: [`http://${host}/ocm`] })],
    ["the target", (host) => ({ target: `http://${host}/ocm` })],
    ["a host in plain-http", (host) => ({ inputs: { "plain-http": host } })],
    ["a registry in no-proxy-registries", (host) => ({ inputs: { "no-proxy-registries": `https://${host}/ocm` } })],
  ])("is reached where it is %s, though it is no public address", async (_, given) => {
    const { host, requests } = await startFakeRegistry();
    await expect(find(given(host), host)).rejects.toMatchObject({ code: "ARTIFACT_UNKNOWN" });
    expect(requests).toHaveLength(1);
  });

  test("is not reached where nobody named it, or another port of it", async () => {
    const { host, requests } = await startFakeRegistry();
    const refused = { code: "ADDRESS_REFUSED", where: host };
    await expect(find({}, host)).rejects.toMatchObject(refused);
    await expect(find({ target: "http://127.0.0.1:1/ocm" }, host)).rejects.toMatchObject(refused);
    expect(requests).toEqual([]);
  });

  test("is kept in the folder for temporary files, until the session ends", async () => {
    const { host, addBlob } = await startFakeRegistry();
    const { digest } = addBlob("a", "content");
    const temp = temporaryFolder();
    const session = open({ target: `http://${host}`, temp });
    const found = await locate(session, `http://${host}/v2/a/blobs/${digest}`);
    expect(found).toMatchObject({ kind: "blob", descriptor: { digest } });
    expect(readdirSync(temp)).toHaveLength(1);
    await session.close();
    expect(readdirSync(temp)).toEqual([]);
  });
});

describe("archives and artifact sets", () => {
  test("whatever was put into the folder of the session is gone with it", async () => {
    const temp = temporaryFolder();
    const session = open({ temp });
    mkdirSync(session.temp, { recursive: true });
    writeFileSync(join(session.temp, "a"), "");
    await session.close();
    expect(readdirSync(temp)).toEqual([]);
  });

  test("a run that is stopped unpacks no archive to its end", async () => {
    const path = join(temporaryFolder(), "a.tgz");
    const archive = await openCtfTarget(path);
    const descriptor = { mediaType: "text/plain", digest: sha256(Buffer.from("content")), size: 7 };
    await archive.repository("app").push(descriptor, Buffer.from("content"));
    await archive.commit();
    const session = open({ signal: AbortSignal.abort(), temp: temporaryFolder() });
    await expect(session.openSource({ kind: "ctf", path })).rejects.toMatchObject({ name: "AbortError" });
  });

  test("an artifact set that breaks off on its way is asked for again", async () => {
    const memory = createMemoryRegistry();
    const image = addImage(memory, "images/one", { layers: [randomBytes(1_500_000).toString("latin1")] });
    const from = memory.repository("images/one");
    const { nodes } = await readGraph(from, image);
    const below = nodes.map(({ descriptor }) => descriptor).filter(({ digest }) => digest !== image.digest);
    const { read } = await writeArtifactSet(from, [image, ...below], { folder: temporaryFolder() });
    const registry = await startFakeRegistry();
    const blob = registry.addBlob("app", await bytesOf(read())) as Descriptor;
    registry.inject({ when: ({ kind }) => kind === "blob", times: 1, act: { kind: "truncate", after: 1_000_000 } });
    const temp = temporaryFolder();
    const session = open({ inputs: { retries: "2" }, target: registry.origin, temp });
    const repository = (await openRemote(session, registrySpec(registry.origin))).repository("app");
    await expect(session.unpack(repository, blob)).resolves.toMatchObject({ root: { digest: image.digest } });
    await session.close();
    expect(readdirSync(temp)).toEqual([]);
  });
});
