import { describe, expect, test } from "@jest/globals";
import { readDockerConfig, writeDockerConfig } from "../../../src/proxy/files/docker-config.ts";
import { full, settingsOf } from "./some-settings.ts";

const origin = "config.json";
const read = (text: string, daemon?: string) => readDockerConfig({ origin, text }, daemon);
const write = (text: string, settings = settingsOf({ httpsProxy: "http://p:1" })) =>
  writeDockerConfig({ origin, text }, settings).text;

const both = JSON.stringify({
  proxies: {
    default: { httpProxy: "http://a", noProxy: "x" },
    "tcp://daemon:2376": { httpsProxy: "http://b" },
  },
});

test("the daemon's proxies go before the default ones, all of them", () => {
  expect(read(both)).toMatchObject({
    httpProxy: { value: "http://a", from: "config.json, proxies.default.httpProxy" },
    httpsProxy: undefined,
    noProxy: { value: "x", from: "config.json, proxies.default.noProxy" },
  });
  expect(read(both, "tcp://daemon:2376")).toMatchObject({
    httpProxy: undefined,
    httpsProxy: { value: "http://b", from: "config.json, proxies.tcp://daemon:2376.httpsProxy" },
    noProxy: undefined,
  });
});

test.each([
  ['{\n"auths": {"a": {"auth": "secret"},\n}}', "config.json, line 3"],
  ['{"auths": secret}', "config.json"],
  ["[]", "config.json"],
  ['{"proxies": []}', "config.json, proxies"],
  ['{"proxies": {"default": "secret"}}', "config.json, proxies.default"],
  ['{"proxies": {"default": {"noProxy": ["secret"]}}}', "config.json, proxies.default.noProxy"],
])("%j is refused with its place and without its text", (text, where) => {
  expect(() => read(text)).toThrow(
    expect.objectContaining({ code: "PROXY_CONFIG_MALFORMED", where, message: expect.not.stringContaining("secret") }),
  );
});

describe("writing", () => {
  test.each([
    [
      "",
      '{\n\t"proxies": {\n\t\t"default": {\n\t\t\t"httpsProxy": "http://p:1",\n\t\t\t"noProxy": "localhost,127.0.0.1,::1"\n\t\t}\n\t}\n}\n',
    ],
    ["{}", '{"proxies": {"default":{"httpsProxy":"http://p:1","noProxy": "localhost,127.0.0.1,::1"}}}'],
    [
      "{\n}\n",
      '{\n\t"proxies": {\n\t\t"default": {\n\t\t\t"httpsProxy": "http://p:1",\n\t\t\t"noProxy": "localhost,127.0.0.1,::1"\n\t\t}\n\t}\n}\n',
    ],
    [
      '{\r\n    "auths": {"a": {"auth": "\\u0078=="}},\r\n    "n": 1.0\r\n}\r\n',
      '{\r\n    "auths": {"a": {"auth": "\\u0078=="}},\r\n    "n": 1.0,\r\n    "proxies": {\r\n        "default": {\r\n            "httpsProxy": "http://p:1",\r\n            "noProxy": "localhost,127.0.0.1,::1"\r\n        }\r\n    }\r\n}\r\n',
    ],
    [
      '{\n  "proxies": {\n    "tcp://x": {},\n    "default": {\n      "httpProxy": "http://old",\n      "ftpProxy": "f"  ,\n      "noProxy":"old"\n    }\n  },\n  "psFormat": "{{.ID}}"\n}',
      '{\n  "proxies": {\n    "tcp://x": {},\n    "default": {\n      "ftpProxy": "f",\n      "noProxy": "localhost,127.0.0.1,::1",\n      "httpsProxy": "http://p:1"\n    }\n  },\n  "psFormat": "{{.ID}}"\n}',
    ],
    [
      '{"proxies": {"default": {"httpsProxy": "old", "httpProxy": "old"}}, "a": "}\\""}',
      '{"proxies": {"default": {"httpsProxy": "http://p:1","noProxy": "localhost,127.0.0.1,::1"}}, "a": "}\\""}',
    ],
    [
      '{ "proxies": { "default": { "httpProxy": "old" } } }',
      '{ "proxies": { "default": {"httpsProxy": "http://p:1","noProxy": "localhost,127.0.0.1,::1" } } }',
    ],
  ])("into %j changes the proxy settings, and elsewhere whitespace next to them at most", (text, expected) => {
    const written = write(text);
    expect(JSON.parse(written)).toEqual(JSON.parse(expected));
    expect(written).toBe(expected);
    expect(write(written)).toBe(written);
  });

  test("what is read from it is what was written", () => {
    expect(read(write('{"auths": {}}', full))).toMatchObject({
      httpProxy: { value: full.httpProxy?.href },
      httpsProxy: { value: full.httpsProxy?.href },
    });
  });

  test("a key that stands there twice is refused where that matters", () => {
    expect(() => write('{"proxies": {"default": {"httpProxy": "a", "httpProxy": "b"}}}')).toThrow(
      expect.objectContaining({ code: "PROXY_CONFIG_UNEDITABLE", where: "config.json, proxies.default" }),
    );
  });
});
