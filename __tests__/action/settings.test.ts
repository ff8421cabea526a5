import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, expect, test } from "@jest/globals";
import { startProxy } from "../../testing/fakes/proxy.ts";
import { runAction } from "../../testing/real/action.ts";
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
