import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { TransferError } from "../src/errors/transfer-error.ts";
import { COMMANDS, type Inputs, readInputs } from "../src/inputs.ts";

/** As the runner passes inputs, or with underscores as a shell can. */
function read(inputs: Readonly<Record<string, string>>, separator = "-"): Inputs {
  const entries = Object.entries(inputs).map(([name, value]) => [
    `INPUT_${name.toUpperCase().replaceAll("-", separator)}`,
    value,
  ]);
  return readInputs(Object.fromEntries(entries));
}

const shop = { component: "acme.org/shop", version: "1.2.0" };
const ghcr = { kind: "registry", scheme: undefined, host: "ghcr.io", path: "acme" };

describe("good values", () => {
  test.each<[string, string, keyof Inputs, unknown]>([
    ...COMMANDS.map((command): [string, string, keyof Inputs, unknown] => ["command", command, "command", command]),
    ["component-versions", "ghcr.io/acme//acme.org/shop:1.2.0", "componentVersions", [{ repository: ghcr, ...shop }]],
    [
      "component-versions",
      "# the shop\r\n\r\n  ghcr.io/acme//acme.org/shop:1.2.0  \n./ctf//acme.org/shop:1.2.0\n",
      "componentVersions",
      [
        { repository: ghcr, ...shop },
        { repository: { kind: "ctf", path: "./ctf" }, ...shop },
      ],
    ],
    ["aliases", "true", "versions", { constraint: undefined, isLatestOnly: false, withAliases: true }],
    ["target", "ghcr.io/acme", "target", ghcr],
    [
      "target",
      " http://localhost:5000 \n",
      "target",
      { kind: "registry", scheme: "http", host: "localhost:5000", path: "" },
    ],
    ["recursive", "true", "recursive", true],
    ["recursive", "FALSE", "recursive", false],
    ["copy-resources", "false", "copyResources", false],
    ["copy-sources", "True", "copySources", true],
    ["access", "localBlob", "access", "localBlob"],
    ["access", "relativeOciReference", "access", "relativeOciReference"],
    ["access", "ociArtifact", "access", "ociArtifact"],
    [
      "rename",
      "acme/=x\nghcr.io/acme/ = mirror/acme/\nIndex.Docker.io/=",
      "renames",
      [
        { from: "ghcr.io/acme", to: "mirror/acme" },
        { from: "docker.io", to: "" },
        { from: "acme", to: "x" },
      ],
    ],
    ["origin-names", "false", "originNames", false],
    ["global-access", "TRUE", "globalAccess", true],
    ["descriptor-format", "json", "descriptorFormat", "json"],
    ["base-repositories", "ocm/shop\n# none\nshop", "baseRepositories", ["ocm/shop", "shop"]],
    ["write-inventory", "./base.json", "writeInventory", "./base.json"],
    ["existing", "skip", "existing", "skip"],
    ["existing", "overwrite", "existing", "overwrite"],
    ["existing", "fail", "existing", "fail"],
    ["dry-run", "true", "dryRun", true],
    [
      "signatures",
      "acme = keys/a=b.pem\n# none\nother=./o.pem",
      "signatures",
      [
        { name: "acme", path: "keys/a=b.pem" },
        { name: "other", path: "./o.pem" },
      ],
    ],
    ["preflight-mode", "warn", "preflightMode", "warn"],
    ["preflight-mode", "off", "preflightMode", "off"],
    ["probe-push", "token", "probePush", "token"],
    ["proxy", "http://proxy:3128", "proxy", "http://proxy:3128"],
    ["probe-timeout", "3", "probeTimeout", 3000],
    ["http-proxy", "http://proxy:3128", "httpProxy", "http://proxy:3128"],
    ["https-proxy", "direct", "httpsProxy", "direct"],
    ["no-proxy", ".corp,10.0.0.0/8", "noProxy", ".corp,10.0.0.0/8"],
    [
      "no-proxy-registries",
      "ghcr.io, quay.io\nregistry.corp:5000,\n",
      "noProxyRegistries",
      ["ghcr.io", "quay.io", "registry.corp:5000"],
    ],
    [
      "plain-http",
      "localhost:5000\n.Corp.test\nmy_registry\n[::1]:5000\n10.0.0.1",
      "plainHttp",
      ["localhost:5000", ".corp.test", "my_registry", "[::1]:5000", "10.0.0.1"],
    ],
    ["export-environment", "true", "exportEnvironment", true],
    ["urls", "https://ghcr.io\n# no\n\nno url", "urls", ["https://ghcr.io", "no url"]],
    ["registry-config", "./config.json", "registryConfig", "./config.json"],
    ["ocm-config", "./ocm.yaml", "ocmConfig", "./ocm.yaml"],
    ["github-token", "ghs_token", "githubToken", "ghs_token"],
    [
      "allowed-registries",
      "ghcr.io/acme\n.Corp\nhttps://registry.corp:5000/\nindex.docker.io/acme/shop\n[::1]:5000\n.corp:5000",
      "allowedRegistries",
      [
        { pattern: "ghcr.io", path: "acme" },
        { pattern: ".corp", path: "" },
        { pattern: "registry.corp:5000", path: "" },
        { pattern: "docker.io", path: "acme/shop" },
        { pattern: "[::1]:5000", path: "" },
        { pattern: ".corp:5000", path: "" },
      ],
    ],
    ["credentials", "ghcr.io=a:b=c#d\nquay.io=x:y", "credentials", ["ghcr.io=a:b=c#d", "quay.io=x:y"]],
    ["output", "./out", "output", "./out"],
    ["format", "docker-archive", "format", "docker-archive"],
    ["platform", "Linux/arm/7", "platform", { os: "linux", architecture: "arm", variant: "v7", version: "" }],
    ["concurrency", "64", "concurrency", 64],
    ["retries", "1", "retries", 1],
    ["stall-timeout", "86400", "stallTimeout", 86_400_000],
  ])("%s: %j", (name, value, key, expected) => {
    expect(read({ [name]: value })[key]).toEqual(expected);
    expect(read({ [name]: value }, "_")[key]).toEqual(expected);
  });
});

test.each(["./shop.delta.tgz", "./shop.delta.tar", "./shop.delta.tar.gz"])(
  "base is for a target such as %s",
  (target) => {
    expect(read({ base: "./base.tgz\n./base.json", target }).base).toEqual(["./base.tgz", "./base.json"]);
  },
);

describe("types of action-types.yml", () => {
  const { inputs } = parse(readFileSync(join(import.meta.dirname, "../action-types.yml"), "utf8")) as {
    inputs: Record<string, { type: string; "allowed-values"?: readonly string[] }>;
  };
  const ofType = (type: string) => Object.entries(inputs).filter((entry) => entry[1].type === type);
  const remedyFor = (name: string) => {
    try {
      read({ [name]: "?" });
    } catch (error) {
      return (error instanceof TransferError && error.remedy) || String(error);
    }
    return "accepted";
  };

  test.each(ofType("enum"))(
    "%s takes the values of the enum and no others",
    (name, { "allowed-values": values = [] }) => {
      const choices = /^Use one of (.*)\.$/.exec(remedyFor(name))?.[1]?.split(", ");
      expect(choices).toEqual(values);
    },
  );

  test.each(ofType("boolean"))("%s takes booleans only", (name) => {
    expect(remedyFor(name)).toBe("Use true or false.");
  });

  test.each(ofType("integer"))("%s takes integers only", (name) => {
    expect(remedyFor(name)).toMatch(/^Use a whole number from \d+ to \d+\.$/);
  });

  test("the other inputs have no choices", () => {
    const others = [...ofType("string"), ...ofType("list")].map(([name]) => name);
    expect(others.filter((name) => /^Use (?:one of|true or|a whole)/.test(remedyFor(name)))).toEqual([]);
    expect(others.length).toBeGreaterThan(10);
  });
});

test("defaults", () => {
  expect(read({})).toEqual({
    command: "transfer",
    allowedRegistries: [],
    componentVersions: [],
    proxyConfig: "",
    writeProxyConfig: [],
    nodeProxy: false,
    caCertificates: "",
    insecureSkipTlsVerify: [],
    versions: { constraint: undefined, isLatestOnly: false, withAliases: false },
    resolvers: [],
    include: [],
    exclude: [],
    accessFallback: "none",
    descriptorFormat: "yaml",
    format: "oci-layout",
    platform: undefined,
    publishArtifacts: undefined,
    renames: [],
    writeImages: [],
    consumerRepository: undefined,
    globalAccess: false,
    base: [],
    baseRepositories: [],
    writeInventory: "",
    target: undefined,
    recursive: false,
    copyResources: true,
    copySources: false,
    access: "localBlob",
    originNames: true,
    existing: "skip",
    dryRun: false,
    signatures: [],
    trustNames: false,
    preflightMode: "fail",
    probePush: "auto",
    proxy: "",
    probeTimeout: 10_000,
    httpProxy: "",
    httpsProxy: "",
    noProxy: "",
    noProxyRegistries: [],
    plainHttp: [],
    exportEnvironment: false,
    urls: [],
    registryConfig: "",
    ocmConfig: "",
    githubToken: "",
    credentials: [],
    output: "",
    concurrency: 8,
    retries: 6,
    stallTimeout: 60_000,
  });
});

test.each([
  ["setup", "", true],
  ["setup", "false", false],
  ["transfer", "", false],
  ["explain", "true", true],
])("%s exports with export-environment %j: %s", (command, value, expected) => {
  expect(read({ command, "export-environment": value }).exportEnvironment).toBe(expected);
});

test("hyphens win over underscores, unless they are empty", () => {
  const both = { "INPUT_DRY-RUN": "true", INPUT_DRY_RUN: "false" };
  expect(readInputs(both).dryRun).toBe(true);
  expect(readInputs({ ...both, "INPUT_DRY-RUN": "" }).dryRun).toBe(false);
});

test("inputs are frozen", () => {
  expect(Object.isFrozen(read({}))).toBe(true);
});

describe("bad values are refused by name, with what to use", () => {
  test.each<[string, string, string, string]>([
    ["command", "Transfer", "COMMAND_UNKNOWN", "transfer, download"],
    ["command", "verify all", "COMMAND_UNKNOWN", "Use one of"],
    ["recursive", "yes", "INPUT_INVALID", "true or false"],
    ["copy-resources", "1", "INPUT_INVALID", "true or false"],
    ["copy-sources", "on", "INPUT_INVALID", "true or false"],
    ["dry-run", "no", "INPUT_INVALID", "true or false"],
    ["export-environment", "always", "INPUT_INVALID", "true or false"],
    ["access", "localblob", "INPUT_INVALID", "localBlob, relativeOciReference, ociArtifact"],
    ["existing", "replace", "INPUT_INVALID", "skip, overwrite, fail"],
    ["preflight-mode", "none", "INPUT_INVALID", "fail, warn, off"],
    ["probe-timeout", "0", "INPUT_INVALID", "from 1 to 86400"],
    ["probe-timeout", "1.5", "INPUT_INVALID", "whole number"],
    ["stall-timeout", "86401", "INPUT_INVALID", "from 1 to 86400"],
    ["stall-timeout", "60s", "INPUT_INVALID", "whole number"],
    ["concurrency", "0", "INPUT_INVALID", "from 1 to 64"],
    ["concurrency", "65", "INPUT_INVALID", "from 1 to 64"],
    ["concurrency", "-1", "INPUT_INVALID", "whole number"],
    ["concurrency", "0x8", "INPUT_INVALID", "whole number"],
    ["retries", "21", "INPUT_INVALID", "from 1 to 20"],
    ["retries", "many", "INPUT_INVALID", "whole number"],
    ["plain-http", "*", "INPUT_INVALID", "no pattern matches every host"],
    ["plain-http", ".", "INPUT_INVALID", "no pattern matches every host"],
    ["plain-http", ".com", "INPUT_INVALID", "top-level domain"],
    ["plain-http", "registry.corp\n.COM:5000", "INPUT_INVALID", "top-level domain"],
    ["insecure-skip-tls-verify", ".corp", "INPUT_INVALID", "top-level domain"],
    ["no-proxy-registries", "ghcr.io, .com", "INPUT_INVALID", "top-level domain"],
    ["plain-http", "localhost:5000\nhttp://localhost", "INPUT_INVALID", "host:port"],
    ["plain-http", "10.0.0.0/8", "INPUT_INVALID", "host:port"],
    ["semver-constraint", "one", "CONSTRAINT_MALFORMED", "Write it as for the OCM CLIs"],
    ["target", "ghcr.io/Acme", "REFERENCE_MALFORMED", "Write ghcr.io/acme: names of repositories are in lower case"],
    ["target", "oci::https://Ghcr.io:5000/Acme/Acme/", "REFERENCE_MALFORMED", "Write https://Ghcr.io:5000/acme/acme: "],
    ["target", "ghcr.io/acme/_ocm", "REFERENCE_MALFORMED", "Write a registry"],
  ])("%s: %j", (name, value, code, remedy) => {
    expect(() => read({ [name]: value })).toThrow(
      expect.objectContaining({ code, where: `input ${name}`, remedy: expect.stringContaining(remedy) }),
    );
  });

  test.each([
    "*",
    ".",
    "*.corp",
    "..corp",
    ".corp/acme",
    "ghcr.io/Acme",
    "ghcr.io/acme/*",
    "a,b",
    "ada@ghcr.io",
    "ftp://ghcr.io",
  ])("allowed-registries %j", (value) => {
    expect(() => read({ "allowed-registries": `ghcr.io\n${value}` })).toThrow(
      expect.objectContaining({ code: "INPUT_INVALID", where: "input allowed-registries, line 2" }),
    );
  });

  test.each([
    ["ghcr.io/Acme-Org/ocm//acme.org/shop:1.0.0-RC1", "Write ghcr.io/acme-org/ocm//acme.org/shop:1.0.0-RC1: "],
    [
      "ghcr.io/Acme/component-descriptors/acme.org/shop:1",
      "Write ghcr.io/acme/component-descriptors/acme.org/shop:1: ",
    ],
    ["ghcr.io/acme//acme.org/Shop:1", "Write acme.org/shop: "],
  ])("component-versions %j, with the line in lower case", (line, remedy) => {
    expect(() => read({ "component-versions": line })).toThrow(
      expect.objectContaining({
        code: "REFERENCE_MALFORMED",
        where: "input component-versions, line 1",
        remedy: expect.stringContaining(remedy),
      }),
    );
  });

  test("consumer-repository is quoted as it was written", () => {
    expect(() => read({ "consumer-repository": "ghcr.io/Acme" })).toThrow(
      /^input consumer-repository: "ghcr\.io\/Acme" has the path/,
    );
  });

  test.each([
    ["acme.org/shop", "INPUT_INVALID"],
    ["acme.org/Shop=ghcr.io/acme", "INPUT_INVALID"],
    ["acme.org/shop=ghcr.io/Acme", "REFERENCE_MALFORMED"],
  ])("resolvers %j: %s", (value, code) => {
    expect(() => read({ resolvers: `=./all\n${value}` })).toThrow(
      expect.objectContaining({ code, where: "input resolvers, line 2" }),
    );
  });

  test.each([
    ["publish-artifacts", "{repo}:{tag}", "INPUT_INVALID", "{repository}:{tag}"],
    ["publish-artifacts", "{repository}:{tag}:x", "INPUT_INVALID", "{repository}:{tag}"],
    ["publish-artifacts", "/{repository}", "INPUT_INVALID", "{repository}:{tag}"],
    ["publish-artifacts", "component-descriptors/{repository}", "INPUT_INVALID", "{repository}:{tag}"],
    ["access-fallback", "localBlob", "INPUT_INVALID", "artifact-set"],
    ["consumer-repository", "registry.corp/OCM", "REFERENCE_MALFORMED", "Write registry.corp/ocm: "],
    ["consumer-repository", "oci::registry.corp/ocm", "REFERENCE_MALFORMED", "Write a registry"],
    ["platform", "linux", "INPUT_INVALID", "os/arch"],
    ["platform", "linux/amd64\nlinux/arm64", "INPUT_INVALID", "os/arch"],
    ["descriptor-format", "tar", "INPUT_INVALID", "Use one of yaml, json."],
    ["publish-artifacts", "Images/{repository}", "INPUT_INVALID", "{repository}:{tag}"],
  ])("%s: %j: %s", (name, value, code, remedy) => {
    expect(() => read({ [name]: value })).toThrow(
      expect.objectContaining({ code, where: `input ${name}`, remedy: expect.stringContaining(remedy) }),
    );
  });

  test.each([
    ["ghcr.io/acme", "is not of the form"],
    ["=mirror", "is not of the form"],
    ["a=b=c", "is not of the form"],
    ["https://ghcr.io/acme=x", "has a scheme"],
    ["ghcr.io/acme=Mirror", "has capitals"],
    ["ghcr.io/acme=component-descriptors/x", "repositories of component versions"],
  ])("rename %j %s", (line, why) => {
    expect(() => read({ rename: `a=b\n${line}` })).toThrow(
      expect.objectContaining({
        code: "INPUT_INVALID",
        where: "input rename, line 2",
        message: expect.stringContaining(why),
      }),
    );
  });

  describe("references with a host need consumer-repository", () => {
    const missing = expect.objectContaining({ code: "INPUT_MISSING", where: "input consumer-repository" });
    const absolute = [{ access: "ociArtifact" }, { "access-fallback": "ociArtifact" }, { "global-access": "true" }];
    const loopback = [
      "localhost:5000",
      "http://LOCALHOST",
      "127.0.0.9:5000/ocm",
      "127.1",
      "[::1]:5000",
      "a.localhost",
      "0.0.0.0:1",
    ];

    test.each(loopback)("where the target is %s", (target) => {
      for (const inputs of absolute) {
        expect(() => read({ ...inputs, target })).toThrow(missing);
        const consumer = { "consumer-repository": "http://registry.svc:5000/ocm" };
        expect(read({ ...inputs, ...consumer, target }).consumerRepository).toMatchObject({
          host: "registry.svc:5000",
        });
        expect(read({ ...inputs, target: "registry.corp/ocm" }).consumerRepository).toBeUndefined();
      }
      expect(read({ target, access: "relativeOciReference" }).consumerRepository).toBeUndefined();
    });

    test.each<Record<string, string>>([
      { access: "ociArtifact" },
      { "global-access": "true" },
      { "write-images": "helm=images.yaml" },
    ])("where the target is an archive: %j", (inputs) => {
      expect(() => read({ ...inputs, target: "./shop.tgz" })).toThrow(missing);
      const consumer = { "consumer-repository": "registry.corp" };
      expect(read({ ...inputs, ...consumer, target: "./shop.tgz" }).consumerRepository).toEqual({
        kind: "registry",
        scheme: undefined,
        host: "registry.corp",
        path: "",
      });
    });
  });

  test.each([
    ["acme.pem", "line 2"],
    ["=acme.pem", "line 2"],
    ["acme=", "line 2"],
    ["first=other.pem", "twice"],
    ["x=-----BEGIN PRIVATE KEY-----\nMIIsecret", "contains a key"],
  ])("signatures %j: %s", (value, why) => {
    const thrown = expect.objectContaining({
      code: "INPUT_INVALID",
      message: expect.stringMatching(`^(?!.*MIIsecret).*${why}`),
    });
    expect(() => read({ signatures: `first=./first.pem\n${value}` })).toThrow(thrown);
  });

  test.each([
    ["ghcr.io/acme//acme.org/shop:1.2.0\nghcr.io/acme/shop", "REFERENCE_MALFORMED", 2],
    ["ghcr.io/acme//acme.org/shop", "VERSION_MISSING", 1],
  ])("component-versions %j: %s in line %d", (value, code, line) => {
    expect(() => read({ "component-versions": value })).toThrow(
      expect.objectContaining({ code, where: `input component-versions, line ${line}` }),
    );
  });

  test("the command preflight cannot turn the preflight off", () => {
    expect(() => read({ command: "preflight", "preflight-mode": "off" })).toThrow(
      expect.objectContaining({ code: "INPUT_INVALID", where: "input preflight-mode" }),
    );
  });

  test("control characters in a bad value are not printed", () => {
    expect(() => read({ access: "x\n::error::y" })).toThrow(/^access has the invalid value "x : :error: :y"$/);
  });
});
