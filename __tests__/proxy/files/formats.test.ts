import { expect, test } from "@jest/globals";
import { readConfigFile } from "../../../src/proxy/files/formats.ts";
import { encodeInitdata } from "../../../src/proxy/files/initdata.ts";

const read = (name: string, text: string) => readConfigFile({ origin: name, text }, { name });

const cdh = '[image.image_pull_proxy]\nhttps_proxy = "http://proxy"\n';
const initdata = `version = "0.1.0"\nalgorithm = "sha256"\n[data]\n"cdh.toml" = '''\n${cdh}'''\n`;

test.each([
  [".env", "https_proxy=http://proxy", ".env, line 1, https_proxy"],
  ["proxy.env", 'https_proxy="http://proxy"\nimage="x"', "proxy.env, line 1, https_proxy"],
  ["settings", 'https_proxy="http://proxy"', "settings, line 1, https_proxy"],
  ["settings", cdh, "settings, line 2, image.image_pull_proxy.https_proxy"],
  ["cdh.toml", `\ufeff${cdh}`, "cdh.toml, line 2, image.image_pull_proxy.https_proxy"],
  ["settings", initdata, 'settings, data."cdh.toml", line 6, image.image_pull_proxy.https_proxy'],
  ["settings", encodeInitdata(initdata), 'settings, data."cdh.toml", line 6, image.image_pull_proxy.https_proxy'],
  ["settings", ' {"proxies": {"default": {"httpsProxy": "http://proxy"}}}', "settings, proxies.default.httpsProxy"],
])("the format of %s with %j is recognised", (name, text, from) => {
  expect(read(name, text)).toMatchObject({
    from: name,
    httpsProxy: "http://proxy",
    origins: { httpsProxy: from },
    findings: [],
  });
});

test.each([
  [".env", "A=1"],
  ["cdh.toml", "[credentials]"],
  ["settings", '[kbc]\nname = "cc_kbc"'],
  ["settings", 'algorithm = "sha256"\nversion = "0.1.0"\n[data]\n"aa.toml" = ""'],
  ["config.json", "{}"],
  ["settings", '{"auths": {}}'],
])("%s with %j sets no proxy and is a finding", (name, text) => {
  expect(read(name, text)).toMatchObject({ httpsProxy: undefined, findings: [{ code: "PROXY_CONFIG_SILENT" }] });
});

test.each([
  ["settings", "Lorem ipsum\n", "PROXY_CONFIG_UNKNOWN", "settings"],
  ["settings", "http://u:secret@proxy", "PROXY_CONFIG_UNKNOWN", "settings"],
  ["settings", '{"secret": 1}', "PROXY_CONFIG_UNKNOWN", "settings"],
  ["settings", "[[registry]]\nlocation = 'x'\n", "PROXY_CONFIG_UNKNOWN", "settings"],
  ["settings", "H4sIsecret", "PROXY_CONFIG_MALFORMED", "settings"],
  ["settings", '[image\nx = "secret"', "PROXY_CONFIG_MALFORMED", "settings, line 1"],
  ["settings", "[data]\nx = secret", "PROXY_CONFIG_MALFORMED", "settings, line 2"],
  ["cdh.toml", "secret", "PROXY_CONFIG_MALFORMED", "cdh.toml, line 1"],
  [".env", "secret", "PROXY_CONFIG_MALFORMED", ".env, line 1"],
  ["config.json", "secret", "PROXY_CONFIG_MALFORMED", "config.json"],
  ["settings", '{"auths": secret', "PROXY_CONFIG_MALFORMED", "settings"],
  ["settings", "", "PROXY_CONFIG_EMPTY", "settings"],
  ["cdh.toml", " \r\n\ufeff", "PROXY_CONFIG_EMPTY", "cdh.toml"],
])("%s with %j fails with %s", (name, text, code, where) => {
  expect(() => read(name, text)).toThrow(
    expect.objectContaining({ code, where, message: expect.not.stringContaining("secret") }),
  );
});
