import { describe, expect, test } from "@jest/globals";
import { stringify } from "yaml";
import { matchingLogins } from "../../src/logins/login.ts";
import { parseOcmConfig } from "../../src/logins/ocm-config.ts";
import type { LoginRequest } from "../../src/stores/registry/auth/credentials.ts";
import { complaint } from "./complaint.ts";

const FROM = "~/.ocmconfig";
const HERE = { type: "OCIRegistry", hostname: "127.0.0.1", port: "5000" };
const ADA = { type: "Credentials", properties: { username: "ada", password: "pw" } };
const AUTH = Buffer.from("ada:pw").toString("base64");

const consumer = (identity: object, ...credentials: readonly object[]) => ({
  identity,
  credentials: credentials.length === 0 ? [ADA] : credentials,
});
const credentials = (more: object) => ({ type: "credentials.config.ocm.software", ...more });
const generic = (...configurations: readonly object[]) =>
  stringify({ type: "generic.config.ocm.software/v1", configurations });
const withIdentity = (identity: object) => generic(credentials({ consumers: [consumer(identity)] }));
const withCredential = (...given: readonly object[]) => generic(credentials({ consumers: [consumer(HERE, ...given)] }));
const withRepository = (repository: object) =>
  generic(credentials({ repositories: [{ repository: { type: "DockerConfig/v1", ...repository } }] }));

const ASKED: LoginRequest = {
  consumer: "registry",
  host: "127.0.0.1:5000",
  scheme: "http",
  path: "ocm/component-descriptors/acme.org/shop",
};

function found(text: string, asked: LoginRequest = ASKED): string | undefined {
  const [login] = matchingLogins(parseOcmConfig(text, FROM).logins, asked);
  if (login === undefined || !("credential" in login)) return undefined;
  const { username, password, identityToken, accessToken } = login.credential;
  if (accessToken !== undefined) return `Bearer ${accessToken}`;
  return identityToken === undefined ? `${username}:${password}` : `exchanges ${identityToken}`;
}

/**
 * What the CLIs send for `http://127.0.0.1:5000/ocm//acme.org/shop`, of release 0.50 (v1) and of main in August 2026 (v2): each file
 * was tried with both against a server that notes what it is sent. Where one of them logs in, so does this action, but for the rows
 * with a reason.
 */
const ROWS: readonly (readonly [string, string, string | undefined, string | undefined, reason?: string])[] = [
  ["pathprefix", withIdentity({ ...HERE, pathprefix: "ocm" }), "ada:pw", undefined],
  ["pathprefix with a slash", withIdentity({ ...HERE, pathprefix: "/ocm" }), "ada:pw", undefined],
  [
    "pathprefix below",
    withIdentity({ ...HERE, pathprefix: "ocm/component-descriptors/acme.org" }),
    "ada:pw",
    undefined,
  ],
  ["half a segment as pathprefix", withIdentity({ ...HERE, pathprefix: "oc" }), undefined, undefined],
  ["path", withIdentity({ ...HERE, path: "ocm" }), "ada:pw", "ada:pw"],
  ["path with a glob", withIdentity({ ...HERE, path: "o*" }), "ada:pw", "ada:pw"],
  ["another path", withIdentity({ ...HERE, path: "other" }), "ada:pw", undefined, "v1 overlooks path"],
  ["Credentials/v1", withCredential({ ...ADA, type: "Credentials/v1" }), "ada:pw", "ada:pw"],
  ["DirectCredentials/v1", withCredential({ ...ADA, type: "DirectCredentials/v1" }), undefined, "ada:pw"],
  [
    "OCICredentials/v1",
    withCredential({ type: "OCICredentials/v1", username: "ada", password: "pw" }),
    undefined,
    "ada:pw",
  ],
  ["no port", withIdentity({ type: "OCIRegistry", hostname: "127.0.0.1" }), "ada:pw", undefined],
  ["another port", withIdentity({ ...HERE, port: "1" }), undefined, undefined],
  ["a port that is a number", withIdentity({ ...HERE, port: 5000 }), "ada:pw", undefined],
  ["scheme http", withIdentity({ ...HERE, scheme: "http" }), "ada:pw", "ada:pw"],
  ["scheme https", withIdentity({ ...HERE, scheme: "https" }), "ada:pw", undefined, "v1 overlooks scheme"],
  ["no host name", withIdentity({ type: "OCIRegistry" }), "ada:pw", undefined, "v1 would send it to every host"],
  ["a port in the host name", withIdentity({ type: "OCIRegistry", hostname: "127.0.0.1:5000" }), undefined, undefined],
  ["no type", withIdentity({ hostname: "127.0.0.1", port: "5000" }), undefined, undefined],
  [
    "identities",
    generic(credentials({ consumers: [{ identities: [HERE], credentials: [ADA] }] })),
    undefined,
    "ada:pw",
  ],
  [
    "a generic document in another",
    generic({
      type: "generic.config.ocm.software/v1",
      configurations: [{ ...credentials({ consumers: [consumer(HERE)] }), type: "credentials.config.ocm.software/v1" }],
    }),
    "ada:pw",
    "ada:pw",
  ],
  ["credentials alone", stringify(credentials({ consumers: [consumer(HERE)] })), "ada:pw", undefined],
  [
    "a path after a host",
    generic(
      credentials({
        consumers: [
          consumer(HERE, { ...ADA, properties: { username: "ada", password: "host" } }),
          consumer({ ...HERE, pathprefix: "ocm" }, { ...ADA, properties: { username: "ada", password: "path" } }),
        ],
      }),
    ),
    "ada:path",
    "ada:host",
    "the longest path wins, as in v1",
  ],
  [
    "a port after none",
    generic(
      credentials({
        consumers: [
          consumer({ type: "OCIRegistry", hostname: "127.0.0.1" }),
          consumer(HERE, { ...ADA, properties: { username: "ada", password: "port" } }),
        ],
      }),
    ),
    "ada:port",
    "ada:port",
  ],
  [
    "the same host twice",
    generic(
      credentials({
        consumers: [consumer(HERE), consumer(HERE, { ...ADA, properties: { username: "ada", password: "later" } })],
      }),
    ),
    "ada:later",
    "ada:later",
  ],
  [
    "an identity token",
    withCredential({ type: "Credentials", properties: { identityToken: "id" } }),
    "exchanges id",
    undefined,
  ],
  ["a refresh token", withCredential({ type: "OCICredentials/v1", refreshToken: "rt" }), undefined, "exchanges rt"],
  ["an access token", withCredential({ type: "OCICredentials/v1", accessToken: "at" }), undefined, "Bearer at"],
  [
    "an identity token with a user",
    withCredential({ type: "Credentials", properties: { username: "ada", identityToken: "id" } }),
    "ada:id",
    undefined,
  ],
  ["a type of credentials that nobody knows", withCredential({ type: "Vault/v9", x: "y" }), undefined, undefined],
  [
    "a type of configuration that nobody knows",
    generic(credentials({ consumers: [consumer(HERE)] }), { type: "nobody.knows/v7", a: "b" }),
    undefined,
    "ada:pw",
  ],
  ["null", "null\n", undefined, undefined],
  ["another type at the top", "type: x.y.z\n", undefined, undefined],
];

describe("an OCM configuration logs in where a CLI does", () => {
  test.each(ROWS.filter(([, , , , reason]) => reason === undefined))("%s", (_, text, v1, v2) => {
    expect(found(text)).toBe(v1 ?? v2);
  });

  test.each([
    ["another path", undefined],
    ["scheme https", undefined],
    ["no host name", undefined],
    ["a path after a host", "ada:path"],
  ])("but for %s", (name, expected) => {
    const [row] = ROWS.filter(([title, , , , reason]) => title === name && reason !== undefined);
    expect(found(row?.[1] ?? "")).toBe(expected);
  });
});

describe("docker configurations that it refers to", () => {
  const refs = (repository: object) => parseOcmConfig(withRepository(repository), FROM).dockerConfigs;

  test.each<[string, object, object]>([
    ["a file", { dockerConfigFile: "/x.json" }, { kind: "file", path: "/x.json" }],
    [
      "a file that v1 is not to propagate",
      { type: "DockerConfig", dockerConfigFile: "~/x.json", propagateConsumerIdentity: false },
      { kind: "file", path: "~/x.json" },
    ],
    ["content as text (v2)", { dockerConfig: '{"auths":{}}' }, { kind: "content", text: '{"auths":{}}' }],
    [
      "content as a mapping (v1)",
      { dockerConfig: { auths: { x: { auth: AUTH } } } },
      { kind: "content", text: JSON.stringify({ auths: { x: { auth: AUTH } } }) },
    ],
    ["docker's own (v2)", {}, { kind: "default" }],
  ])("%s", (_, repository, ref) => {
    expect(refs(repository)).toEqual([ref]);
  });

  test("other types of credential repositories give no logins", () => {
    expect(refs({ type: "HashiCorpVault" })).toEqual([]);
  });
});

describe("servers of charts and files", () => {
  const asked = (part: "chart" | "file", url: string): LoginRequest => {
    const { host, pathname, protocol } = new URL(url);
    return { consumer: part, host, scheme: protocol === "https:" ? "https" : "http", path: pathname.slice(1) };
  };

  test.each<[string, object, "chart" | "file", string, string | undefined]>([
    ["HelmChartRepository", { hostname: "charts.corp" }, "chart", "https://charts.corp/stable/index.yaml", "ada:pw"],
    [
      "HelmChartRepository",
      { hostname: "charts.corp", pathprefix: "stable" },
      "chart",
      "https://charts.corp/edge/index.yaml",
      undefined,
    ],
    ["HelmChartRepository", { hostname: "charts.corp" }, "file", "https://charts.corp/x", undefined],
    ["Wget", { hostname: "files.corp", scheme: "https", port: "443" }, "file", "https://files.corp/x", "ada:pw"],
    ["wget", { hostname: "files.corp", pathprefix: "a" }, "file", "https://files.corp/a/x", "ada:pw"],
    ["wget", { hostname: "files.corp" }, "file", "https://other.corp/x", undefined],
    ["OCIRegistry", { hostname: "files.corp" }, "file", "https://files.corp/x", undefined],
  ])("%s %j: %s of %s", (type, identity, part, url, expected) => {
    expect(found(withIdentity({ type, ...identity }), asked(part, url))).toBe(expected);
  });

  test("their credentials have types of their own", () => {
    const text = generic(
      credentials({
        consumers: [
          consumer({ type: "Wget", hostname: "files.corp" }, { type: "WgetCredentials/v1", identityToken: "id" }),
        ],
      }),
    );
    expect(found(text, asked("file", "https://files.corp/x"))).toBe("exchanges id");
  });
});

test.each(["::1", "[::1]"])("an IPv6 address is a host name: %s", (hostname) => {
  const asked = { ...ASKED, host: "[::1]:5000" };
  expect(found(withIdentity({ ...HERE, hostname }), asked)).toBe("ada:pw");
});

describe("resolvers", () => {
  test("of v1, the highest priority first, and of v2 with globs", () => {
    const text = generic(
      {
        type: "ocm.config.ocm.software",
        resolvers: [
          { prefix: "acme.org/", repository: { type: "OCIRegistry", baseUrl: "ghcr.io", subPath: "acme/low" } },
          { priority: 20, repository: { type: "OCIRepository/v1", baseUrl: "https://ghcr.io/acme/high/" } },
          { repository: { type: "CommonTransportFormat", filePath: "./shop.tgz" } },
          { repository: { type: "Unknown", baseUrl: "ghcr.io" } },
        ],
      },
      {
        type: "resolvers.config.ocm.software/v1alpha1",
        resolvers: [
          { componentNamePattern: "acme.org/*", repository: { type: "OCIRepository/v1", baseUrl: "quay.io/acme" } },
        ],
      },
    );
    expect(parseOcmConfig(text, FROM).resolvers).toEqual([
      { prefix: "", repository: { kind: "registry", scheme: "https", host: "ghcr.io", path: "acme/high" } },
      { prefix: "acme.org", repository: { kind: "registry", scheme: undefined, host: "ghcr.io", path: "acme/low" } },
      { prefix: "", repository: { kind: "ctf", path: "./shop.tgz" } },
      {
        prefix: "",
        pattern: "acme.org/*",
        repository: { kind: "registry", scheme: undefined, host: "quay.io", path: "acme" },
      },
    ]);
  });

  const REPOSITORY = { type: "OCIRepository/v1", baseUrl: "quay.io/acme" };
  const resolversOf = (...resolvers: readonly object[]) =>
    parseOcmConfig(generic({ type: "resolvers.config.ocm.software/v1alpha1", resolvers }), FROM).resolvers;

  test("of v2 are for the versions that their constraint allows", () => {
    const [resolver] = resolversOf({
      componentNamePattern: "*",
      versionConstraint: ">=1.2.0 <2.0.0",
      repository: REPOSITORY,
    });
    const versions = ["1.1.9", "1.2.0", "v1.9.0", "1.3.0-rc.1", "2.0.0", "not-a-version"];
    expect(versions.filter((version) => resolver?.versions?.allows(version))).toEqual(["1.2.0", "v1.9.0"]);
  });

  test("of v2 without a pattern are for no component", () => {
    expect(resolversOf({ repository: REPOSITORY })).toMatchObject([{ pattern: "" }]);
  });

  test("of v2 with an invalid constraint are refused, as by the CLI", () => {
    const invalid = { componentNamePattern: "*", versionConstraint: "newest", repository: REPOSITORY };
    expect(complaint(() => resolversOf(invalid))).toContain("CONSTRAINT_MALFORMED");
  });
});

test.each([
  ["a token with a line break", withCredential({ type: "OCICredentials/v1", accessToken: "hunter2\nx: y" })],
  ["no YAML", "type: [\n  hunter2"],
  ["a list", "- hunter2"],
  ["text", "hunter2"],
])("%s is refused without being repeated", (_, text) => {
  const said = complaint(() => parseOcmConfig(text, FROM));
  expect(said).toContain("OCM_CONFIG_MALFORMED");
  expect(said).toContain(FROM);
  expect(said).not.toContain("hunter2");
});
