import { describe, expect, test } from "@jest/globals";
import { type FolderFile, readFolder } from "../../../src/proxy/files/connector-folder.ts";
import { readBack } from "./some-settings.ts";

const read = (texts: Partial<Record<FolderFile, string>>) =>
  readFolder(
    "proxy-config proxy",
    Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [name, { origin: `proxy-config proxy/${name}`, text }]),
    ),
  );

test("each setting has its origin, and http.proxy and https.proxy take precedence over .env", () => {
  const config = read({
    ".env": "http_proxy=http://proxy:1\nhttps_proxy=http://robot:pw@proxy:80/\nno_proxy=a.b\n",
    "https.proxy": "http://robot:pw@proxy\r\n",
  });
  const { effective, findings } = readBack(config);
  expect(effective.httpProxy).toMatchObject({
    href: "http://proxy:1",
    from: "proxy-config proxy/.env, line 1, http_proxy",
  });
  expect(effective.httpsProxy).toMatchObject({
    href: "http://robot:pw@proxy:80",
    from: "proxy-config proxy/https.proxy, line 1",
  });
  expect(effective.noProxy[0]).toMatchObject({ entry: "a.b", from: "proxy-config proxy/.env, line 3, no_proxy" });
  expect([config.findings, findings]).toEqual([[], []]);
});

test("two different proxies are a finding without passwords", () => {
  const { findings, httpProxy } = read({ ".env": "http_proxy=http://u:secret@a", "http.proxy": "http://u:secret@b" });
  expect(httpProxy).toBe("http://u:secret@b");
  expect(findings).toMatchObject([{ code: "PROXY_CONFIG_DIFFERS" }]);
  expect(JSON.stringify(findings)).not.toContain("secret");
});

test("a folder without a proxy is a finding", () => {
  expect(read({ ".env": "A=1" }).findings).toMatchObject([{ code: "PROXY_CONFIG_SILENT" }]);
});

test.each<[FolderFile, string, string, string]>([
  ["http.proxy", " \n", "PROXY_CONFIG_EMPTY", "proxy-config proxy/http.proxy"],
  [".env", "", "PROXY_CONFIG_EMPTY", "proxy-config proxy/.env"],
  ["https.proxy", "http://u:secret@a\nhttp://u:secret@b", "PROXY_CONFIG_MALFORMED", "proxy-config proxy/https.proxy"],
  [".env", "secret", "PROXY_CONFIG_MALFORMED", "proxy-config proxy/.env, line 1"],
  ["registries.conf", "[[registry]", "PROXY_CONFIG_MALFORMED", "proxy-config proxy/registries.conf, line 1"],
])("the file %s with %j fails with %s", (name, text, code, where) => {
  expect(() => read({ [name]: text })).toThrow(
    expect.objectContaining({ code, where, message: expect.not.stringContaining("secret") }),
  );
});

describe("registries.conf", () => {
  const insecure = (text: string) => read({ "http.proxy": "http://proxy", "registries.conf": text }).insecureRegistries;

  test("has the hosts of insecure registries and mirrors with their lines", () => {
    const text = `unqualified-search-registries = ["docker.io"]

[[registry]]
prefix = "example.com/team"
location = "Registry.corp:5000/team"
insecure = true

[[registry.mirror]]
location = "mirror.corp"
insecure = true

[[registry]]
location = "secure.corp"

[[registry]]
prefix = "*.lab.corp"
insecure = true

[[registry]]
location = "mirror.corp/again"
insecure = true
`;
    expect(insecure(text)).toEqual([
      { value: "registry.corp:5000", from: "proxy-config proxy/registries.conf, line 5, registry.0.location" },
      { value: "mirror.corp", from: "proxy-config proxy/registries.conf, line 9, registry.0.mirror.0.location" },
      { value: ".lab.corp", from: "proxy-config proxy/registries.conf, line 16, registry.2.prefix" },
    ]);
  });

  test("is supported in its first version too", () => {
    expect(insecure("[registries.insecure]\nregistries = ['[::1]:5000', 'a.b']\n").map(({ value }) => value)).toEqual([
      "[::1]:5000",
      "a.b",
    ]);
  });

  test.each([
    ['registry = "x"', "line 1, registry"],
    ["registry = [1]", "line 1, registry.0"],
    ['[[registry]]\nlocation = "a"\ninsecure = "true"', "line 3, registry.0.insecure"],
    ["[[registry]]\ninsecure = true", "line 1, registry.0.prefix"],
    ["[[registry]]\nprefix = '*.com'\ninsecure = true", "line 2, registry.0.prefix"],
    ["[registries.insecure]\nregistries = ['.com:5000']", "line 2, registries.insecure.registries.0"],
    ['[[registry]]\nlocation = "http://a"\ninsecure = true', "line 2, registry.0.location"],
  ])("with %j is refused at %s", (text, place) => {
    expect(() => insecure(text)).toThrow(
      expect.objectContaining({
        code: "PROXY_CONFIG_MALFORMED",
        where: `proxy-config proxy/registries.conf, ${place}`,
      }),
    );
  });
});
