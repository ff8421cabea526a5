import { execFile } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterEach, expect, test } from "@jest/globals";
import { startProxy } from "../../testing/fakes/proxy.ts";
import { runAction } from "../../testing/real/action.ts";
import { createAuthority } from "../../testing/real/certificates.ts";
import { ctf, temporaryFolder } from "../../testing/real/fixtures.ts";
import { pathOf, withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

test("setup exports both spellings with equal values, repaired, and loopback in NO_PROXY", async () => {
  const env = { HTTPS_PROXY: "proxy.corp:3128\n", no_proxy: ".corp\n10.0.0.0/8" };
  const { code, exported, masks } = await runAction({ inputs: { command: "setup" }, env });
  expect(code).toBe(0);
  expect(exported).toEqual({
    HTTPS_PROXY: "http://proxy.corp:3128",
    https_proxy: "http://proxy.corp:3128",
    NO_PROXY: ".corp,10.0.0.0/8,localhost,127.0.0.1,::1",
    no_proxy: ".corp,10.0.0.0/8,localhost,127.0.0.1,::1",
  });
  expect(masks).toEqual([]);
});

test("other commands export only when asked to", async () => {
  const inputs = { command: "explain", "https-proxy": "proxy.corp:3128" };
  expect((await runAction({ inputs })).exported).toEqual({});
  const asked = await runAction({ inputs: { ...inputs, "export-environment": "true" } });
  expect(asked.exported.HTTPS_PROXY).toBe("http://proxy.corp:3128");
  const unasked = await runAction({ inputs: { ...inputs, command: "setup", "export-environment": "false" } });
  expect(unasked.exported).toEqual({});
});

test("direct as a proxy input means none, whatever the environment says", async () => {
  const env = { HTTPS_PROXY: "http://proxy.corp:3128", https_proxy: "http://proxy.corp:3128" };
  const { exported } = await runAction({ inputs: { command: "setup", "https-proxy": "direct" }, env });
  expect(exported.HTTPS_PROXY).toBe("");
  expect(exported.https_proxy).toBe("");
});

test("explain answers every line, in order, also those that are no URLs", async () => {
  const urls = [
    "https://ghcr.io/v2/",
    "http://localhost:5000/",
    "not a url",
    "https://10.1.2.3/",
    "https://ghcr.io/v2/",
  ];
  const { code, outputs } = await runAction({
    inputs: {
      command: "explain",
      urls: urls.join("\n"),
      "https-proxy": "http://ada:secret99@proxy:3128",
      "no-proxy": "10.0.0.0/8",
    },
  });
  expect(code).toBe(0);
  const routes = JSON.parse(outputs.routes ?? "");
  expect(routes.map(({ url }: { url: string }) => url)).toEqual(urls);
  expect(routes.map(({ via }: { via: string }) => via)).toEqual(["proxy", "direct", "error", "direct", "proxy"]);
  expect(routes[0]).toEqual({
    url: "https://ghcr.io/v2/",
    via: "proxy",
    proxy: "http://ada:***@proxy:3128",
    rule: "HTTPS_PROXY (input https-proxy)",
    before: "proxy",
    differs: expect.any(Array),
  });
  expect(outputs.routes).not.toContain("secret99");
});

test("setup prints the effective settings without secrets, each with its origin, in log, summary and report", async () => {
  const folder = temporaryFolder();
  const docker = join(folder, "config.json");
  const auth = Buffer.from("ada:docker-secret").toString("base64");
  writeFileSync(
    docker,
    JSON.stringify({ auths: { "registry.corp/team": { auth } }, credHelpers: { "a.corp": "test" }, credsStore: "all" }),
  );
  const cdh = join(folder, "cdh.toml");
  const certificate = createAuthority("test").cert;
  const image = `[image]\nextra_root_certificates = [${JSON.stringify(certificate)}]\n`;
  writeFileSync(cdh, `${image}[image.image_pull_proxy]\nno_proxy = ".svc"\n`);
  const { code, stdout, summary, report, outputs } = await runAction({
    inputs: {
      command: "setup",
      proxy: "http://ada:input-secret@proxy.corp:3128",
      "http-proxy": "direct",
      "no-proxy-registries": "ghcr.io",
      "proxy-config": cdh,
      "registry-config": docker,
      "plain-http": "localhost:5000",
      credentials: "token.corp@registry.corp=ada:line-secret",
    },
    env: { HTTPS_PROXY: "http://eve:environment-secret@other.corp:1", NO_PROXY: "unused.corp", SSL_CERT_DIR: folder },
    githubToken: "ghs_token_secret_token_secret",
  });
  expect(code).toBe(0);
  const rows = [
    ["http-proxy", "direct", "input http-proxy"],
    ["https-proxy", "http://ada:***@proxy.corp:3128", "input proxy"],
    ["no-proxy", ".svc", `proxy-config ${cdh}, line 4, image.image_pull_proxy.no_proxy`],
    ["no-proxy", "ghcr.io,pkg-containers.githubusercontent.com", "input no-proxy-registries"],
    ["no-proxy", "localhost,127.0.0.1,::1", "default of this action"],
    ["ca-certificates", "CAs of Node.js and of the system", "default of this action"],
    ["ca-certificates", folder, "environment SSL_CERT_DIR"],
    ["ca-certificates", "PEM text (1 certificate)", `proxy-config ${cdh}, line 2, image.extra_root_certificates[0]`],
    ["plain-http", "localhost:5000", "input plain-http"],
    ["login", "token.corp@registry.corp", "input credentials, line 1"],
    ["login", "a.corp", `docker-credential-test, named in ${docker}`],
    ["login", "registry.corp/team", docker],
    ["login", "every registry", `docker-credential-all, named in ${docker}`],
    ["login", "ghcr.io", "input github-token"],
  ].map(([setting, value, from]) => ({ setting, value, from }));
  expect(report.settings).toEqual(rows);
  for (const { setting, value, from } of rows) expect(stdout).toContain(`\n${setting}: ${value} (${from})\n`);
  expect(summary.match(/<tr>/g)).toHaveLength(rows.length + 1 + JSON.parse(outputs.findings ?? "").length + 1);
  const printed = stdout.replace(/^::add-mask::.*$/gm, "") + summary + JSON.stringify(report);
  expect(printed).not.toMatch(/(?:docker|input|line|environment|token)[-_]secret/);
});

test("setup without any setting says so, and a loopback proxy in a container job is a finding", async () => {
  const unset = await runAction({ inputs: { command: "setup" } });
  expect(unset.stdout).toContain("\nhttps-proxy: none (no input, file or variable)\n");
  const inputs = { command: "setup", proxy: "127.0.0.1:3128" };
  const { code, annotations } = await runAction({ inputs, env: { HOME: "/github/home" } });
  expect([code, annotations.map(({ title }) => title)]).toEqual([0, ["PROXY_LOOPBACK"]]);
});

test("explain prints settings and routes in the log", async () => {
  const inputs = { command: "explain", "https-proxy": "http://ada:pass-word@proxy:3128", urls: "https://ghcr.io/" };
  const { stdout } = await runAction({ inputs });
  expect(stdout).toContain("\nhttps-proxy: http://ada:***@proxy:3128 (input https-proxy)\n");
  expect(stdout).toContain("\nhttps://ghcr.io/: proxy http://ada:***@proxy:3128 (HTTPS_PROXY (input https-proxy))\n");
});

withParts(["curl"], "no-proxy-registries: ghcr.io, in a later step", () => {
  afterEach(stopEverything);

  test("curl goes to the registry and to its blob host without the proxy, and to others through it", async () => {
    const proxy = await startProxy({ deny: { "*": { status: 403 } } });
    const { exported } = await runAction({
      inputs: { command: "setup", "https-proxy": proxy.url, "no-proxy-registries": "ghcr.io" },
    });
    // Port 9 of this machine stands for the hosts where they are reached directly, so that no packet leaves it.
    const here = ["ghcr.io", "pkg-containers.githubusercontent.com"].flatMap((host) => [
      "--connect-to",
      `${host}:443:127.0.0.1:9`,
    ]);
    const tried = async (url: string) => {
      try {
        await promisify(execFile)(pathOf("curl"), ["-sS", "--max-time", "5", ...here, url], { env: { ...exported } });
        return "answered";
      } catch (error) {
        return (error as { code: number }).code;
      }
    };
    const CONNECTION_REFUSED = 7;
    expect(await tried("https://ghcr.io/v2/")).toBe(CONNECTION_REFUSED);
    expect(await tried("https://pkg-containers.githubusercontent.com/blob")).toBe(CONNECTION_REFUSED);
    await tried("https://example.com/");
    expect(proxy.log.map(({ target }) => target)).toEqual(["example.com:443"]);
  });
});

test("outside GitHub: results on standard output, no workflow commands, and a report", async () => {
  const temp = temporaryFolder();
  const output = temporaryFolder();
  const { code, stdout, stderr } = await runAction({
    github: false,
    env: {
      RUNNER_TEMP: temp,
      HTTPS_PROXY: "http://ada:secret99@proxy:3128",
      INPUT_COMMAND: "download",
      INPUT_COMPONENT_VERSIONS: `${ctf("v1-by-value")}//example.org/shop:1.2.0`,
      INPUT_OUTPUT: output,
    },
  });
  expect(stderr).not.toMatch(/error/);
  expect(code).toBe(0);
  expect(stdout + stderr).not.toMatch(/^::/m);
  expect(stdout + stderr).not.toContain("secret99");
  const results = Object.fromEntries(
    stdout
      .trim()
      .split("\n")
      .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
  );
  expect(JSON.parse(results["component-versions"] ?? "")).toMatchObject([{ component: "example.org/shop" }]);
  expect(results.report).toMatch(new RegExp(`^${temp}/ocm-proxied-transfer-.*\\.json$`));
});
