import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type ActionResult, runAction } from "../../testing/real/action.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const PROXY = "http://ada:pa%23ss@proxy.corp:3128";
const PEM_FREE_CDH = `# kept\n[image.image_pull_proxy]\nhttps_proxy = "${PROXY}" # kept too\n`;
const initdata = (cdh: string) => `version = "0.1.0"\nalgorithm = "sha256"\n[data]\n"cdh.toml" = '''\n${cdh}'''\n`;

const given = (name: string, text: string) => {
  const path = join(temporaryFolder(), name);
  writeFileSync(path, text);
  return path;
};
const setup = (inputs: Record<string, string>, env: Record<string, string> = {}): Promise<ActionResult> =>
  runAction({ inputs: { command: "setup", ...inputs }, env });

describe("proxy-config", () => {
  test.each([
    [".env", `export https_proxy="${PROXY}"\r\n`],
    ["config.json", JSON.stringify({ proxies: { default: { httpsProxy: PROXY } } })],
    ["cdh.toml", PEM_FREE_CDH],
    ["initdata.toml", initdata(PEM_FREE_CDH)],
  ])("%s gives the proxy, before the environment and after the input", async (name, text) => {
    const path = given(name, text);
    const { exported, masks } = await setup({ "proxy-config": path }, { HTTPS_PROXY: "http://other:1" });
    expect(exported.HTTPS_PROXY).toBe(PROXY);
    expect(masks).toContain("pa#ss");
    const overridden = await setup({ "proxy-config": path, "https-proxy": "http://input:2" });
    expect(overridden.exported.HTTPS_PROXY).toBe("http://input:2");
  });

  test.each([
    ["a broken file", () => given("cdh.toml", "[image.image_pull_proxy\nhttps_proxy = "), "PROXY_CONFIG_MALFORMED"],
    ["an empty file", () => given(".env", ""), "PROXY_CONFIG_EMPTY"],
    ["a missing file", () => "/nowhere/.env", "PROXY_CONFIG_MISSING"],
    [
      "a password that cannot be read",
      () => given(".env", "https_proxy=http://u:p#w@proxy:1\n"),
      "PROXY_URL_MALFORMED",
    ],
  ])("%s is an error, and nothing is exported", async (_, path, code) => {
    const { annotations, exported } = await setup({ "proxy-config": path() });
    expect(annotations.filter(({ level }) => level === "error").map(({ title }) => title)).toEqual([code]);
    expect(exported).toEqual({});
  });
});

describe("write-proxy-config", () => {
  test("writes into documents without touching the rest, and tells the new digest", async () => {
    const before = initdata(PEM_FREE_CDH.replace(PROXY, "http://old:1"));
    const path = given("initdata.toml", before);
    const result = await setup({ "https-proxy": "http://proxy.corp:3128", "write-proxy-config": `initdata=${path}` });
    expect(result.code).toBe(0);
    const after = readFileSync(path, "utf8");
    expect(after).toContain("# kept\n");
    expect(after).toContain('https_proxy = "http://proxy.corp:3128" # kept too');
    const [written] = JSON.parse(result.outputs.files ?? "");
    expect(written).toMatchObject({ format: "initdata", digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    expect(Buffer.from(written.annotation, "base64").subarray(0, 2)).toEqual(Buffer.from([0x1f, 0x8b]));
  });

  test("a file with a password is for its owner alone, and its wrapped form is not shown", async () => {
    const env = join(temporaryFolder(), ".env");
    const path = given("initdata.toml", initdata(PEM_FREE_CDH));
    const result = await setup({ "https-proxy": PROXY, "write-proxy-config": `env=${env}\ninitdata=${path}` });
    expect(result.code).toBe(0);
    expect(statSync(env).mode & 0o777).toBe(0o600);
    expect(readFileSync(env, "utf8")).toContain(`https_proxy=`);
    expect(JSON.stringify(JSON.parse(result.outputs.files ?? ""))).not.toContain("annotation");
  });
});

test("node-proxy makes Node.js programs of later steps follow", async () => {
  const { exported } = await setup({ "https-proxy": "http://proxy.corp:3128", "node-proxy": "true" });
  expect(exported.NODE_USE_ENV_PROXY).toBe("1");
});

test("what other clients would do otherwise, and what no step reaches, is told", async () => {
  const { outputs, code } = await runAction({
    inputs: {
      command: "setup",
      "https-proxy": "http://proxy.corp:3128",
      "no-proxy": "10.0.0.0/8",
      urls: "https://10.1.2.3/",
    },
  });
  expect(code).toBe(0);
  const findings: { code: string; message: string }[] = JSON.parse(outputs.findings ?? "");
  expect(findings.map((finding) => finding.code)).toContain("OUT_OF_REACH");
  expect(findings.find((finding) => finding.code === "CLIENTS_DISAGREE")).toMatchObject({
    message: expect.stringMatching(/^10\.1\.2\.3 is reached directly \(NO_PROXY entry "10\.0\.0\.0\/8".*undici 8/),
    remedy: "List 10.1.2.3 by itself in no-proxy; still with another route: GitHub runner.",
  });
});
