import { afterEach, describe, expect, test } from "@jest/globals";
import type { Finding } from "../../../src/errors/finding.ts";
import { createLogins } from "../../../src/logins/logins.ts";
import { parseOcmConfig } from "../../../src/logins/ocm-config.ts";
import { namedHosts } from "../../../src/net/address/named-hosts.ts";
import type { AccessMethodsOptions } from "../../../src/stores/elsewhere/access-methods.ts";
import type { Credential } from "../../../src/stores/registry/auth/credentials.ts";
import { createRegistries } from "../../../src/stores/registry/registries.ts";
import { type FileServer, startFileServer } from "../../../testing/fakes/file-server.ts";
import { loginsOf } from "../../../testing/product/logins-of.ts";
import { contentOf, openAccessMethods } from "../../../testing/product/open-access-methods.ts";
import { openClient } from "../../../testing/product/open-client.ts";
import { ada, adaBasic } from "../../../testing/product/open-registry.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

type CredentialFor = NonNullable<AccessMethodsOptions["credentialFor"]>;

/** A login for one server and one kind of content. */
const loginFor =
  (server: FileServer, kind: Parameters<CredentialFor>[1], credential: Credential = ada): CredentialFor =>
  async ({ host }, consumer) =>
    host === server.host && consumer === kind ? credential : undefined;

const sent = ({ requests }: FileServer) =>
  requests.map(({ path, headers }) => `${path} ${headers.authorization ?? "nobody"}`);

describe("a login for charts", () => {
  const index = (url: string) =>
    JSON.stringify({ apiVersion: "v1", entries: { shop: [{ name: "shop", version: "1.0.0", urls: [url] }] } });
  const access = ({ origin }: FileServer) => ({
    type: "helm",
    helmRepository: `${origin}/charts`,
    helmChart: "shop:1.0.0",
  });

  test("goes to the index and to the charts beside it", async () => {
    const server = await startFileServer();
    server.put("/charts/index.yaml", index("shop.tgz"));
    server.put("/charts/shop.tgz", "archive");
    const methods = openAccessMethods({ named: [server.host], credentialFor: loginFor(server, "chart") });
    expect(String(await contentOf(await methods.find(access(server))))).toBe("archive");
    expect(sent(server)).toEqual([`/charts/index.yaml ${adaBasic}`, `/charts/shop.tgz ${adaBasic}`]);
  });

  test("does not go to another server that an index names, nor to one that a server redirects to", async () => {
    const [server, other] = [await startFileServer(), await startFileServer()];
    server.put("/charts/index.yaml", index(`${other.origin}/shop.tgz`));
    other.put("/shop.tgz", "archive");
    const options = { named: [server.host, other.host], credentialFor: loginFor(server, "chart") };
    await contentOf(await openAccessMethods(options).find(access(server)));
    server.put("/charts/index.yaml", index("shop.tgz"));
    server.put("/charts/shop.tgz", { status: 302, headers: { location: `${other.origin}/shop.tgz` } });
    await contentOf(await openAccessMethods(options).find(access(server)));
    expect(sent(other)).toEqual(["/shop.tgz nobody", "/shop.tgz nobody"]);
  });
});

describe("a login for files", () => {
  const wget = ({ origin }: FileServer) => ({ type: "wget", url: `${origin}/file` });

  test.each<[string, Partial<Credential>, string]>([
    ["user and password", {}, adaBasic],
    ["an identity token, as the CLIs send it", { identityToken: "id" }, "Bearer id"],
    ["an access token", { accessToken: "at" }, "Bearer at"],
  ])("may be %s", async (_, more, expected) => {
    const server = await startFileServer();
    server.put("/file", "content");
    const credentialFor = loginFor(server, "file", { ...ada, ...more });
    await contentOf(await openAccessMethods({ named: [server.host], credentialFor }).find(wget(server)));
    expect(sent(server)).toEqual([`/file ${expected}`]);
  });

  test("is not one for charts", async () => {
    const server = await startFileServer();
    server.put("/file", "content");
    const credentialFor = loginFor(server, "chart");
    await contentOf(await openAccessMethods({ named: [server.host], credentialFor }).find(wget(server)));
    expect(sent(server)).toEqual(["/file nobody"]);
  });
});

describe("what a component descriptor names gets a login", () => {
  const config = `type: credentials.config.ocm.software
consumers:
  - identity: { type: Wget, hostname: files.corp, pathprefix: team }
    credentials: [{ type: Credentials, properties: { username: ada, password: pw } }]
`;
  const { logins } = parseOcmConfig(config, "~/.ocmconfig");
  const registries = (plainHttp: readonly string[], onFinding?: (finding: Finding) => void) =>
    createRegistries({
      client: openClient(),
      logins: loginsOf(logins),
      plainHttp,
      sources: [],
      target: undefined,
      onSecret: undefined,
      namedHosts: namedHosts([]),
      allowed: [],
      onFinding,
    });

  test.each<[string, readonly string[], string | undefined]>([
    ["https://files.corp/team/x", [], "ada"],
    ["https://FILES.corp:443/team/x", [], "ada"],
    ["https://files.corp:8443/team/x", [], "ada"],
    ["https://files.corp/teams/x", [], undefined],
    ["https://other.corp/team/x", [], undefined],
    ["http://files.corp/team/x", [], undefined],
    ["http://files.corp/team/x", ["files.corp"], "ada"],
    ["http://files.corp/team/x", ["other.corp"], undefined],
  ])("%s, with plain-http %j: %s", async (url, plainHttp, user) => {
    expect((await registries(plainHttp).credentialFor(new URL(url), "file"))?.username).toBe(user);
  });

  test("with a finding, once for a host", async () => {
    const findings: Finding[] = [];
    const { credentialFor } = registries([], (finding) => findings.push(finding));
    for (const path of ["team/x", "team/y", "other"]) {
      await credentialFor(new URL(`https://files.corp/${path}`), "file");
    }
    expect(findings.map(({ code, message }) => `${code} ${message}`)).toEqual([
      expect.stringContaining("LOGIN_BY_DESCRIPTOR files.corp received a login for charts or files"),
    ]);
  });

  test("of a registry never", async () => {
    const found = createLogins({
      sources: [{ name: "test", state: "found", logins }],
      askHelper: async () => undefined,
    }).find({ consumer: "registry", host: "files.corp", scheme: "https", path: "team/x" });
    expect(await found).toBeUndefined();
  });
});
