import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { podmanFolder } from "../../src/logins/login-files.ts";
import { type LoginInputs, readLogins } from "../../src/logins/read-logins.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { complaintOf } from "./complaint.ts";

afterEach(stopEverything);

const base64 = (text: string) => Buffer.from(text).toString("base64");
const dockerConfig = (password: string) =>
  JSON.stringify({ auths: { "ghcr.io": { auth: base64(`ada:${password}`) } } });
const ocmConfig = (password: string) => `type: credentials.config.ocm.software
consumers:
  - identity: { type: OCIRegistry, hostname: ghcr.io }
    credentials: [{ type: Credentials, properties: { username: ada, password: ${password} } }]
`;

function write(path: string, content: string | Buffer): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

/** A home with these files in it. */
function homeWith(files: Readonly<Record<string, string | Buffer>>): string {
  const home = temporaryFolder();
  for (const [name, content] of Object.entries(files)) write(join(home, name), content);
  return home;
}

const NO_FOLDER = "/nowhere/podman";
const read = (inputs: Partial<LoginInputs>, environment: Readonly<Record<string, string>>) =>
  readLogins(
    { credentials: [], registryConfig: "", ocmConfig: "", githubToken: "", ...inputs },
    environment,
    NO_FOLDER,
  );

async function passwords(inputs: Partial<LoginInputs>, environment: Readonly<Record<string, string>>) {
  const { sources } = await read(inputs, environment);
  return sources
    .flatMap(({ logins }) => logins)
    .map((login) => ("credential" in login ? login.credential.password : login.helper));
}

describe("logins are read", () => {
  test("from every source, in the order of the documentation", async () => {
    const home = homeWith({
      ".docker/config.json": dockerConfig("docker"),
      "auth.json": dockerConfig("REGISTRY_AUTH_FILE"),
      "run/containers/auth.json": dockerConfig("XDG_RUNTIME_DIR"),
      ".config/containers/auth.json": dockerConfig("config"),
      ".ocmconfig": ocmConfig("ocm"),
    });
    const environment = {
      HOME: home,
      DOCKER_AUTH_CONFIG: dockerConfig("DOCKER_AUTH_CONFIG"),
      REGISTRY_AUTH_FILE: join(home, "auth.json"),
      XDG_RUNTIME_DIR: join(home, "run"),
      GITHUB_SERVER_URL: "https://github.com",
    };
    expect(await passwords({ credentials: ["ghcr.io=ada:input"], githubToken: "ghs" }, environment)).toEqual([
      "input",
      "DOCKER_AUTH_CONFIG",
      "docker",
      "REGISTRY_AUTH_FILE",
      "XDG_RUNTIME_DIR",
      "config",
      "ocm",
      "ghs",
    ]);
  });

  test("from the files that inputs name, instead of others of their kind", async () => {
    const home = homeWith({ ".docker/config.json": dockerConfig("docker"), ".ocmconfig": ocmConfig("home") });
    const named = homeWith({ "config.json": dockerConfig("named"), "ocm.yaml": ocmConfig("ocm") });
    const inputs = { registryConfig: join(named, "config.json"), ocmConfig: join(named, "ocm.yaml") };
    const environment = { HOME: home, DOCKER_AUTH_CONFIG: dockerConfig("variable") };
    expect(await passwords(inputs, environment)).toEqual(["named", "ocm"]);
  });

  test("from DOCKER_CONFIG and XDG_CONFIG_HOME instead of the home", async () => {
    const home = homeWith({ ".docker/config.json": "broken", ".config/containers/auth.json": "broken" });
    const other = homeWith({ "config.json": dockerConfig("docker"), "containers/auth.json": dockerConfig("podman") });
    expect(await passwords({}, { HOME: home, DOCKER_CONFIG: other, XDG_CONFIG_HOME: other })).toEqual([
      "docker",
      "podman",
    ]);
  });

  test("from docker configurations that an OCM configuration refers to", async () => {
    const text = JSON.stringify(dockerConfig("inline"));
    const home = homeWith({
      "other.json": dockerConfig("tilde"),
      ".docker/config.json": dockerConfig("docker"),
      "ocm.yaml": `type: credentials.config.ocm.software
repositories:
  - repository: { type: DockerConfig/v1, dockerConfigFile: ~/other.json }
  - repository: { type: DockerConfig/v1, dockerConfig: ${text} }
  - repository: { type: DockerConfig/v1 }
  - repository: { type: DockerConfig/v1, dockerConfigFile: /nowhere/config.json }
`,
    });
    const registryConfig = write(join(home, "empty.json"), "{}");
    const inputs = { ocmConfig: "~/ocm.yaml", registryConfig };
    expect(await passwords(inputs, { HOME: home })).toEqual(["tilde", "inline", "docker"]);
  });

  test("from podman's folder of the user, only without XDG_RUNTIME_DIR", async () => {
    const folder = dirname(write(join(temporaryFolder(), "auth.json"), dockerConfig("per user")));
    const home = homeWith({ "run/containers/auth.json": dockerConfig("XDG_RUNTIME_DIR") });
    const inputs = { credentials: [], registryConfig: "", ocmConfig: "", githubToken: "" };
    const foundIn = async (environment: Readonly<Record<string, string>>) =>
      (await readLogins(inputs, environment, folder)).sources.filter(({ state }) => state === "found");
    expect(await foundIn({ HOME: home })).toMatchObject([{ name: join(folder, "auth.json") }]);
    expect(await foundIn({ HOME: home, XDG_RUNTIME_DIR: join(home, "run") })).toMatchObject([
      { name: join(home, "run/containers/auth.json") },
    ]);
    expect(podmanFolder()).toBe(process.platform === "linux" ? `/run/containers/${process.getuid?.()}` : undefined);
  });

  test("without any file there are no logins, and every place is remembered", async () => {
    const home = temporaryFolder();
    const { sources } = await read({}, { HOME: home });
    expect(sources.map(({ name, state, logins }) => [name.replace(home, ""), state, logins.length])).toEqual([
      ["/.docker/config.json", "absent", 0],
      ["/nowhere/podman/auth.json", "absent", 0],
      ["/.config/containers/auth.json", "absent", 0],
      ["/.ocmconfig", "absent", 0],
    ]);
  });
});

describe("a file as it was saved", () => {
  const mark = Buffer.from([0xef, 0xbb, 0xbf]);

  test.each<[string, string | Buffer]>([
    ["of 0 bytes", ""],
    ["of blanks", " \n\t\n"],
    ["null", "null"],
    ["a byte order mark alone", mark],
  ])("%s holds nothing, where nobody named it", async (_, content) => {
    expect(await passwords({}, { HOME: homeWith({ ".docker/config.json": content, ".ocmconfig": content }) })).toEqual(
      [],
    );
  });

  test("with a byte order mark of UTF-8 is read", async () => {
    const files = {
      ".docker/config.json": Buffer.concat([mark, Buffer.from(dockerConfig("docker"))]),
      ".ocmconfig": Buffer.concat([mark, Buffer.from(ocmConfig("ocm"))]),
    };
    expect(await passwords({}, { HOME: homeWith(files) })).toEqual(["docker", "ocm"]);
  });

  test.each<[string, Buffer]>([
    ["with its mark", Buffer.from(`\uFEFF${dockerConfig("hunter2")}`, "utf16le")],
    ["without its mark", Buffer.from(dockerConfig("hunter2"), "utf16le")],
    ["big-endian", Buffer.from(`\uFEFF${dockerConfig("hunter2")}`, "utf16le").swap16()],
    ["as YAML without its mark", Buffer.from(ocmConfig("hunter2"), "utf16le")],
  ])("in UTF-16 %s is an error that says so", async (_, content) => {
    const name = content.includes("i\0d\0e\0n\0") ? ".ocmconfig" : ".docker/config.json";
    const said = await complaintOf(read({}, { HOME: homeWith({ [name]: content }) }));
    expect(said).toContain("CREDENTIALS_MALFORMED");
    expect(said).toContain("UTF-16");
    expect(said).toContain("-Encoding utf8");
    expect(said).not.toMatch(/hunter2|h\0u\0n/);
  });

  test.each(["registryConfig", "ocmConfig"] as const)("empty is an error where %s names it", async (input) => {
    const said = await complaintOf(
      read({ [input]: join(homeWith({ file: " \n" }), "file") }, { HOME: temporaryFolder() }),
    );
    expect(said).toContain("is empty");
    expect(said).toContain(input === "ocmConfig" ? "input ocm-config" : "input registry-config");
  });

  test.each([
    ["registryConfig", "CREDENTIALS_MALFORMED", "input registry-config"],
    ["ocmConfig", "OCM_CONFIG_MALFORMED", "input ocm-config"],
  ])("that %s names has to be there", async (input, code, where) => {
    const reading = read({ [input]: join(temporaryFolder(), "x") }, { HOME: temporaryFolder() });
    await expect(reading).rejects.toMatchObject({ code, where });
  });

  test("its content is no name", async () => {
    const said = await complaintOf(read({ registryConfig: dockerConfig("hunter2") }, { HOME: temporaryFolder() }));
    expect(said).toContain("holds the content of a file, not its name");
    expect(said).not.toContain(base64("ada:hunter2"));
  });

  test("that cannot be read is an error, and its content no part of it", async () => {
    const said = await complaintOf(read({}, { HOME: homeWith({ ".docker/config.json": '{"auths": s3cret' }) }));
    expect(said).toContain("CREDENTIALS_MALFORMED");
    expect(said).not.toContain("s3cret");
    const folder = temporaryFolder();
    mkdirSync(join(folder, "config.json"));
    await expect(read({}, { HOME: temporaryFolder(), DOCKER_CONFIG: folder })).rejects.toMatchObject({
      code: "CREDENTIALS_MALFORMED",
      where: join(folder, "config.json"),
    });
  });

  test("DOCKER_AUTH_CONFIG is named where it cannot be read", async () => {
    const reading = read({}, { HOME: temporaryFolder(), DOCKER_AUTH_CONFIG: "hunter2" });
    await expect(reading).rejects.toMatchObject({ code: "CREDENTIALS_MALFORMED", where: "DOCKER_AUTH_CONFIG" });
  });
});

describe("a file in the checkout that no input names is not read, with a finding", () => {
  async function findingsOf(inputs: Partial<LoginInputs>, environment: Readonly<Record<string, string>>) {
    const { findings, sources } = await read(inputs, environment);
    const found = sources.filter(({ logins }) => logins.length > 0).map(({ name }) => name);
    return { found, ignored: findings.map(({ code, message }) => `${code} ${message}`) };
  }

  test.each([
    ["DOCKER_CONFIG", "config.json", (folder: string) => ({ DOCKER_CONFIG: folder })],
    ["REGISTRY_AUTH_FILE", "auth.json", (folder: string) => ({ REGISTRY_AUTH_FILE: join(folder, "auth.json") })],
    ["XDG_RUNTIME_DIR", "containers/auth.json", (folder: string) => ({ XDG_RUNTIME_DIR: folder })],
    ["XDG_CONFIG_HOME", "containers/auth.json", (folder: string) => ({ XDG_CONFIG_HOME: folder })],
    ["HOME", ".docker/config.json", (folder: string) => ({ HOME: folder })],
  ])("%s", async (_, name, variables) => {
    const workspace = homeWith({ [name]: dockerConfig("of a commit") });
    const environment = { HOME: temporaryFolder(), GITHUB_WORKSPACE: workspace, ...variables(workspace) };
    const { found, ignored } = await findingsOf({}, environment);
    expect(found).toEqual([]);
    expect(ignored).toEqual([
      expect.stringContaining(`DOCKER_CONFIG_IGNORED The configuration ${join(workspace, name)}`),
    ]);
  });

  test("the OCM configuration of the home", async () => {
    const workspace = homeWith({ ".ocmconfig": ocmConfig("of a commit") });
    const { found, ignored } = await findingsOf({}, { HOME: workspace, GITHUB_WORKSPACE: workspace });
    expect(found).toEqual([]);
    expect(ignored).toEqual([expect.stringContaining(".ocmconfig lies in the checkout")]);
  });

  test("behind a link", async () => {
    const workspace = homeWith({ "config.json": dockerConfig("of a commit") });
    const folder = temporaryFolder();
    symlinkSync(join(workspace, "config.json"), join(folder, "config.json"));
    const environment = { HOME: temporaryFolder(), DOCKER_CONFIG: folder, GITHUB_WORKSPACE: workspace };
    expect((await findingsOf({}, environment)).found).toEqual([]);
  });

  test("but those that inputs name are", async () => {
    const workspace = homeWith({ "config.json": dockerConfig("meant"), "ocm.yaml": ocmConfig("meant") });
    const inputs = { registryConfig: join(workspace, "config.json"), ocmConfig: join(workspace, "ocm.yaml") };
    const { found, ignored } = await findingsOf(inputs, { HOME: temporaryFolder(), GITHUB_WORKSPACE: workspace });
    expect(found).toEqual([inputs.registryConfig, inputs.ocmConfig]);
    expect(ignored).toEqual([]);
  });
});
