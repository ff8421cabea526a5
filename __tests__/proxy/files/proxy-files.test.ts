import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { reqwestNoProxy } from "../../../src/proxy/files/reqwest-no-proxy.ts";
import { parseWriteRequest, WRITE_FORMATS, type WriteFormat } from "../../../src/proxy/files/write-request.ts";
import type { ProxySettings } from "../../../src/proxy/settings.ts";
import { readProxyConfig, writeProxyFiles } from "../../../src/setup/proxy-files.ts";
import { temporaryFolder } from "../../../testing/real/fixtures.ts";
import { stopEverything } from "../../../testing/real/running.ts";
import { full, outline, readBack, settingsOf } from "./some-settings.ts";

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(stopEverything);

function put(name: string, content: string | Buffer): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}
const modeOf = (path: string) => (statSync(path).mode & 0o777).toString(8);
const write = (format: WriteFormat, path: string, settings: ProxySettings = full) =>
  writeProxyFiles([{ format, path }], { settings, squidRules: "# rules\n", workspace: folder });

const cdh = '[image.image_pull_proxy]\nhttps_proxy = "http://proxy:1"\n';
const initdata = `version = "0.1.0"\nalgorithm = "sha256"\n[data]\n"cdh.toml" = '''\n${cdh}'''\n`;

/** Each source: a file in it, a good one, and one that is broken. */
const sources: [name: string, file: string, good: string, broken: string][] = [
  [".env", ".env", "https_proxy=http://proxy:1\n", "https_proxy\n"],
  ["proxy", "proxy/https.proxy", "http://proxy:1\n", "http://proxy:1\nhttp://proxy:2\n"],
  ["proxy", "proxy/.env", "HTTPS_PROXY=http://proxy:1\n", "HTTPS_PROXY='\n"],
  ["cdh.toml", "cdh.toml", cdh, cdh.replace("]", "")],
  ["initdata.toml", "initdata.toml", initdata, initdata.replace("sha256", "md5")],
  ["config.json", "config.json", '{"proxies": {"default": {"httpsProxy": "http://proxy:1"}}}', '{"proxies": 1}'],
];

describe.each(sources)("proxy-config: %s with %s", (name, file, good, broken) => {
  const read = () => readProxyConfig(join(folder, name));

  test("that is valid is used, with the origin of each setting", async () => {
    const path = put(file, good);
    const { effective } = readBack(await read());
    expect(effective.httpsProxy).toMatchObject({ href: "http://proxy:1" });
    expect(effective.httpsProxy?.from).toMatch(/^proxy-config .+, (line \d|proxies\.default\.httpsProxy$|data)/);
    expect(effective.httpsProxy?.from).toContain(path);
  });

  test.each([
    ["broken", "PROXY_CONFIG_MALFORMED", broken],
    ["not in UTF-8", "PROXY_CONFIG_MALFORMED", Buffer.from([0x61, 0x3d, 0xff])],
    ["empty", "PROXY_CONFIG_EMPTY", ""],
  ])("that is %s fails with a code", async (_what, code, content) => {
    const path = put(file, content);
    await expect(read()).rejects.toMatchObject({ code, where: expect.stringContaining(path) });
  });

  test("that is missing fails with a code", async () => {
    await expect(read()).rejects.toMatchObject({
      code: "PROXY_CONFIG_MISSING",
      where: `proxy-config ${join(folder, name)}`,
    });
    mkdirSync(join(folder, name));
    await expect(read()).rejects.toMatchObject({
      code: "PROXY_CONFIG_MISSING",
      message: expect.stringContaining("none of the files"),
    });
  });
});

test("a folder with insecure registries is read", async () => {
  put("proxy/https.proxy", "http://proxy:1");
  put("proxy/registries.conf", '[[registry]]\nlocation = "registry.corp:5000"\ninsecure = true\n');
  const { insecureRegistries } = await readProxyConfig(join(folder, "proxy"));
  expect(insecureRegistries).toEqual([
    { value: "registry.corp:5000", from: `proxy-config ${folder}/proxy/registries.conf, line 2, registry.0.location` },
  ]);
});

test("DOCKER_HOST selects the proxies of its daemon", async () => {
  const path = put("config.json", '{"proxies": {"default": {}, "tcp://d:1": {"httpProxy": "http://proxy:1"}}}');
  expect(await readProxyConfig(path, { DOCKER_HOST: "tcp://d:1" })).toMatchObject({ httpProxy: "http://proxy:1" });
  expect(await readProxyConfig(path)).toMatchObject({
    httpProxy: undefined,
    findings: [{ code: "PROXY_CONFIG_SILENT" }],
  });
});

test("a file of more than 4 MiB is not read", async () => {
  await expect(readProxyConfig(put(".env", Buffer.alloc(4 * 1024 * 1024 + 1, "#")))).rejects.toMatchObject({
    code: "PROXY_CONFIG_MISSING",
  });
});

describe("write-proxy-config", () => {
  const plain = settingsOf({ httpProxy: "http://proxy:3128", noProxy: "a.b" });
  const started: Partial<Record<WriteFormat, string>> = { cdh, initdata };

  test.each<[WriteFormat, ProxySettings]>(
    (["env", "folder", "docker", "cdh", "initdata"] as const).flatMap((format) =>
      [full, plain].map((settings) => [format, settings] as [WriteFormat, ProxySettings]),
    ),
  )("%s: what is read is what was written", async (format, settings) => {
    const path = started[format] === undefined ? join(folder, "new", "file") : put("file", started[format]);
    const [written] = await write(format, path, settings);
    const translated = reqwestNoProxy(settings.noProxy);
    const isTranslated = format === "cdh" || format === "initdata";
    const noProxy = isTranslated ? settingsOf({ noProxy: translated.list }).noProxy : settings.noProxy;
    expect(outline(readBack(await readProxyConfig(path)).effective)).toEqual(outline({ ...settings, noProxy }));
    expect(written).toMatchObject({ format, path, findings: isTranslated ? translated.findings : [] });
  });

  test("writes a file with a password for its owner only, and leaves no temporary files", async () => {
    put("old.env", "A=1");
    put("config.json", "{}");
    put("cdh.toml", cdh);
    chmodSync(join(folder, "old.env"), 0o640);
    await write("env", join(folder, "plain.env"), plain);
    await write("env", join(folder, "old.env"), plain);
    expect(["plain.env", "old.env"].map((name) => modeOf(join(folder, name)))).toEqual(["644", "640"]);
    const files = {
      env: "old.env",
      folder: "proxy",
      docker: "config.json",
      cdh: "cdh.toml",
      squid: "allow.conf",
    } as const;
    for (const [format, name] of Object.entries(files)) await write(format as WriteFormat, join(folder, name));
    const modes = readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((name) => name !== "proxy")
      .map((name) => [name, modeOf(join(folder, name))]);
    expect(Object.fromEntries(modes)).toEqual({
      "plain.env": "644",
      "old.env": "600",
      "config.json": "600",
      "cdh.toml": "600",
      "allow.conf": "644",
      "proxy/.env": "600",
      "proxy/http.proxy": "600",
      "proxy/https.proxy": "600",
    });
  });

  test("removes the file of a proxy that is no longer set", async () => {
    const path = join(folder, "proxy");
    await write("folder", path);
    await write("folder", path, plain);
    expect(readdirSync(path).sort()).toEqual([".env", "http.proxy"]);
    expect(readFileSync(join(path, "http.proxy"), "utf8")).toBe("http://proxy:3128\n");
  });

  test("keeps a link that stays in the workspace", async () => {
    put("real/.env", "A=1\n");
    symlinkSync("real/.env", join(folder, ".env"));
    await write("env", join(folder, ".env"), plain);
    expect(readFileSync(join(folder, "real/.env"), "utf8")).toBe(
      "A=1\nhttp_proxy=http://proxy:3128\nno_proxy=a.b,localhost,127.0.0.1,::1\n",
    );
  });

  test.each<[WriteFormat, string | undefined, string]>([
    ["cdh", undefined, "PROXY_CONFIG_MISSING"],
    ["initdata", undefined, "PROXY_CONFIG_MISSING"],
    ["cdh", "", "PROXY_CONFIG_EMPTY"],
    ["initdata", "\n", "PROXY_CONFIG_EMPTY"],
    ["cdh", "[image", "PROXY_CONFIG_MALFORMED"],
    ["docker", "[]", "PROXY_CONFIG_MALFORMED"],
    ["env", "no", "PROXY_CONFIG_MALFORMED"],
  ])("with format %s into %j writes none of the files", async (format, content, code) => {
    const path = content === undefined ? join(folder, "none") : put("none", content);
    const requests = [{ format: "env", path: join(folder, "other.env") } as const, { format, path }];
    await expect(
      writeProxyFiles(requests, { settings: full, squidRules: "", workspace: folder }),
    ).rejects.toMatchObject({
      code,
      where: expect.stringContaining(`write-proxy-config ${path}`),
    });
    expect(existsSync(join(folder, "other.env"))).toBe(false);
    expect(existsSync(path) ? readFileSync(path, "utf8") : undefined).toBe(content);
  });

  test("reports a path that cannot be written", async () => {
    put("file", "x");
    await expect(write("env", join(folder, "file", ".env"))).rejects.toMatchObject({
      code: "PROXY_CONFIG_UNWRITABLE",
      where: `write-proxy-config ${folder}/file/.env`,
    });
  });

  test("returns digest and annotation of an initdata document", async () => {
    const [written] = await write("initdata", put("initdata.toml", initdata));
    expect(written).toMatchObject({ digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) });
    const path = put("annotation", written?.annotation ?? "");
    expect(readBack(await readProxyConfig(path)).effective.httpsProxy?.href).toBe(full.httpsProxy?.href);
  });
});

test("a line of write-proxy-config is parsed", () => {
  for (const format of WRITE_FORMATS)
    expect(parseWriteRequest(` ${format} = a=b `, "x")).toEqual({ format, path: "a=b" });
  for (const line of ["env", "env=", "toml=a", "=a"]) {
    expect(() => parseWriteRequest(line, "input write-proxy-config, line 1")).toThrow(
      expect.objectContaining({ code: "INPUT_INVALID", where: "input write-proxy-config, line 1" }),
    );
  }
});
