import { execFileSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import { readEnv, writeEnv } from "../../../src/proxy/files/env-file.ts";
import { full, settingsOf } from "./some-settings.ts";

const origin = "proxy-config .env";
const read = (text: string) => readEnv({ origin, text });
const write = (text: string, settings = full) => writeEnv({ origin, text }, settings);

describe("a value of an environment file", () => {
  test.each([
    ["https_proxy=http://p:1", "http://p:1"],
    ["HTTPS_PROXY=http://p:1", "http://p:1"],
    ["  export\thttps_proxy = http://p:1  \r\n", "http://p:1"],
    ["\ufeffhttps_proxy=http://p:1\n", "http://p:1"],
    ["https_proxy='http://u:a#b@p:1' # why", "http://u:a#b@p:1"],
    ['https_proxy="http://u:\\$\\"\\\\\\`@p:1"', 'http://u:$"\\`@p:1'],
    ["https_proxy=http://u:a#b@p:1 # why", "http://u:a#b@p:1"],
    ["https_proxy=one\nhttps_proxy=http://p:1", "http://p:1"],
    ["https_proxy=one\nHTTPS_PROXY=http://p:1\nhttps_proxy=two", "http://p:1"],
    ["HTTPS_PROXY=\nhttps_proxy=http://p:1", "http://p:1"],
    ['# https_proxy=x\n\n\t\nKEY="of\nmany lines"\nhttps_proxy=http://p:1', "http://p:1"],
    ["https_proxy= # none", undefined],
    ["Https_Proxy=http://p:1", undefined],
    ["xhttps_proxy=http://p:1", undefined],
  ])("in %j is %j", (text, value) => {
    expect(read(text).httpsProxy?.value).toBe(value);
  });

  test("has its line and its key as origin", () => {
    expect(read("\r\n# proxies\r\nHTTP_PROXY=a\r\n\r\nno_proxy='a, b'\r\n")).toEqual({
      httpProxy: { value: "a", from: `${origin}, line 3, HTTP_PROXY` },
      httpsProxy: undefined,
      noProxy: { value: "a, b", from: `${origin}, line 5, no_proxy` },
      findings: [],
    });
  });

  test("that differs from a duplicate is a finding without either value", () => {
    const { findings } = read("https_proxy=http://u:secret@a\nX=1\nHTTPS_PROXY=http://u:secret@b\n");
    expect(findings).toMatchObject([
      {
        code: "PROXY_CONFIG_DIFFERS",
        message: expect.stringMatching(/https_proxy of line 1 and HTTPS_PROXY of line 3/),
      },
    ]);
    expect(JSON.stringify(findings)).not.toContain("secret");
  });
});

test.each([
  ["https_proxy=a\nhttp://u:secret@proxy", "line 2"],
  ['X=1\n\nhttps_proxy="http://u:secret@proxy\nY=2', "line 3, https_proxy"],
  ["https_proxy='http://u:secret@proxy' more", "line 1, https_proxy"],
  ["export https_proxy\n", "line 1"],
])("%j is refused with its line and without printing it", (text, place) => {
  expect(() => read(text)).toThrow(
    expect.objectContaining({
      code: "PROXY_CONFIG_MALFORMED",
      where: `${origin}, ${place}`,
      message: expect.not.stringContaining("secret"),
    }),
  );
});

describe("writing an environment file", () => {
  test.each([
    ["", "http_proxy=http://p:1\nno_proxy=localhost,127.0.0.1,::1\n"],
    [
      "# mine \r\nA=1\r\nHTTP_PROXY = old # keep\r\nhttp_proxy=older\r\nhttps_proxy=gone",
      "# mine \r\nA=1\r\nHTTP_PROXY = http://p:1 # keep\r\nhttp_proxy=http://p:1\r\nno_proxy=localhost,127.0.0.1,::1\r\n",
    ],
    ["A='no\nend' # c", "A='no\nend' # c\nhttp_proxy=http://p:1\nno_proxy=localhost,127.0.0.1,::1\n"],
  ])("into %j changes the proxy settings only", (text, expected) => {
    const settings = settingsOf({ httpProxy: "http://p:1" });
    expect(write(text, settings)).toBe(expected);
    expect(write(expected, settings)).toBe(expected);
  });

  test("gives exactly these values to a shell that sources it, and executes nothing", () => {
    const settings = settingsOf({ httpsProxy: "http://u:$(id)&`id`;'\"@proxy", noProxy: "a.b,$(id)&x,`id`,~root,*.c" });
    const text = write("", settings);
    const printed = execFileSync("sh", ["-c", `set -a\n${text}\nprintf '%s\\n' "$https_proxy" "$no_proxy"`], {
      env: {},
    });
    expect(String(printed).split("\n")).toEqual([
      settings.httpsProxy?.href,
      "a.b,$(id)&x,`id`,~root,*.c,localhost,127.0.0.1,::1",
      "",
    ]);
    expect(read(text).noProxy?.value).toBe("a.b,$(id)&x,`id`,~root,*.c,localhost,127.0.0.1,::1");
  });

  test("refuses a quote in NO_PROXY", () => {
    expect(() => write("", settingsOf({ noProxy: "it's" }))).toThrow(
      expect.objectContaining({ code: "PROXY_CONFIG_UNEDITABLE", where: `${origin}, no_proxy` }),
    );
  });
});
