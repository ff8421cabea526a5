import { describe, expect, test } from "@jest/globals";
import { exportedNoProxy, exportedVariables } from "../../src/proxy/export.ts";
import { routeBefore } from "../../src/proxy/route.ts";
import { type Environment, readSettings, type SettingsSources } from "../../src/proxy/settings.ts";
import { unsetFinding } from "../../src/proxy/settings-findings.ts";

const read = (sources: Partial<SettingsSources>) => readSettings({ environment: {}, ...sources });
const noProxyOf = (sources: Partial<SettingsSources>) => exportedNoProxy(read(sources).effective);

describe("the origin of a setting", () => {
  test.each<[string, Partial<SettingsSources>, string, string]>([
    [
      "an input before everything",
      {
        inputs: { httpsProxy: "input" },
        config: { httpsProxy: "file", from: "f" },
        environment: { HTTPS_PROXY: "env" },
      },
      "http://input:80",
      "input https-proxy",
    ],
    [
      "an input for both schemes before everything but the one of the scheme",
      { inputs: { proxy: "both" }, config: { httpsProxy: "file", from: "f" }, environment: { HTTPS_PROXY: "env" } },
      "http://both:80",
      "input proxy",
    ],
    [
      "the input of the scheme before the one for both",
      { inputs: { proxy: "both", httpsProxy: "input" } },
      "http://input:80",
      "input https-proxy",
    ],
    [
      "a file before the environment",
      { config: { httpsProxy: "file", from: "proxy-config proxy/https.proxy" }, environment: { HTTPS_PROXY: "env" } },
      "http://file:80",
      "proxy-config proxy/https.proxy",
    ],
    [
      "upper case first",
      { environment: { https_proxy: "lower", HTTPS_PROXY: "upper" } },
      "http://upper:80",
      "environment HTTPS_PROXY",
    ],
    [
      "an empty one is none",
      { environment: { https_proxy: "lower", HTTPS_PROXY: "" } },
      "http://lower:80",
      "environment https_proxy",
    ],
    [
      "an empty input is none",
      { inputs: { httpsProxy: "" }, environment: { HTTPS_PROXY: "env" } },
      "http://env:80",
      "environment HTTPS_PROXY",
    ],
  ])("%s", (_name, sources, href, from) => {
    expect(read(sources).effective.httpsProxy).toMatchObject({ href, from });
  });

  test("is the input for direct, with any environment", () => {
    const { effective, found, findings } = read({
      inputs: { httpsProxy: "direct" },
      environment: { HTTPS_PROXY: "env", HTTP_PROXY: "env" },
    });
    expect(effective.httpsProxy).toBeUndefined();
    expect(effective.httpProxy?.href).toBe("http://env:80");
    expect(routeBefore("https://a.b/", found)).toBe("direct");
    expect(findings).toEqual([]);
  });

  test("is the environment for a host named direct, as in Go", () => {
    expect(read({ environment: { HTTPS_PROXY: "direct" } }).effective.httpsProxy?.href).toBe("http://direct:80");
  });

  test("is named in the error for an invalid value", () => {
    expect(() => read({ environment: { https_proxy: "http://u:a#b@proxy" } })).toThrow(
      expect.objectContaining({ code: "PROXY_URL_MALFORMED", where: "environment https_proxy" }),
    );
  });

  test("does not change Go's direct route for a secret with a trailing line break", () => {
    const { effective, found } = read({ environment: { HTTPS_PROXY: "http://proxy:3128\n" } });
    expect(routeBefore("https://a.b/", found)).toBe("direct");
    expect(effective.httpsProxy?.href).toBe("http://proxy:3128");
  });
});

describe("the canonical NO_PROXY", () => {
  const ALWAYS = "localhost,127.0.0.1,::1";
  test.each([
    ["", ALWAYS],
    ["a.b", `a.b,${ALWAYS}`],
    ["a.b, c.d ;e.f\ng.h\r\n\t10.0.0.0/8 ", `a.b,c.d,e.f,g.h,10.0.0.0/8,${ALWAYS}`],
    ["a.b,A.B,a.b", `a.b,${ALWAYS}`],
    ["::1,localhost", "::1,localhost,127.0.0.1"],
    ["a.b,*", "*"],
    [",,", ALWAYS],
  ])("%j becomes %s", (noProxy, canonical) => {
    expect(noProxyOf({ environment: { NO_PROXY: noProxy } })).toBe(canonical);
    expect(noProxyOf({ environment: { NO_PROXY: canonical } })).toBe(canonical);
  });

  test("has further entries after those of the user", () => {
    expect(noProxyOf({ inputs: { noProxy: "a.b" }, noProxyExtra: ["ghcr.io", "a.b"] })).toBe(`a.b,ghcr.io,${ALWAYS}`);
  });

  test("adds no further entries to the original settings", () => {
    const { found } = read({ environment: { HTTPS_PROXY: "proxy" }, noProxyExtra: ["ghcr.io"] });
    expect(routeBefore("https://ghcr.io/", found)).toBe("proxy");
  });
});

describe("two spellings with different values", () => {
  const codes = (environment: Environment) => read({ environment }).findings.map(({ code }) => code);

  test.each<[Environment, string[]]>([
    [{ HTTPS_PROXY: "a:1", https_proxy: "b:1" }, ["PROXY_SPELLINGS_DIFFER"]],
    [{ HTTPS_PROXY: "a:1", https_proxy: "http://A:1/" }, []],
    [{ HTTPS_PROXY: "a:1", https_proxy: "" }, []],
    [{ HTTPS_PROXY: "", https_proxy: "a:1" }, []],
    [{ NO_PROXY: "a, b", no_proxy: "a,b" }, []],
    [{ NO_PROXY: "a", no_proxy: "b" }, ["PROXY_SPELLINGS_DIFFER"]],
    [
      { HTTP_PROXY: "a", HTTPS_PROXY: "a", http_proxy: "b", https_proxy: "b" },
      ["PROXY_SPELLINGS_DIFFER", "PROXY_SPELLINGS_DIFFER"],
    ],
    [{ HTTP_PROXY: "a" }, ["HTTPS_PROXY_UNSET"]],
    [{ HTTPS_PROXY: "a" }, []],
    [{ HTTPS_PROXY: "a", all_proxy: "b" }, ["ALL_PROXY_IGNORED"]],
    [{ HTTPS_PROXY: "a", HTTP_PROXY: "a", ALL_PROXY: "b" }, []],
  ])("of %j are reported as %j", (environment, expected) => {
    expect(codes(environment)).toEqual(expected);
  });

  test("are not reported if an input takes precedence", () => {
    const environment = { HTTPS_PROXY: "a", https_proxy: "b" };
    expect(read({ inputs: { httpsProxy: "c" }, environment }).findings).toEqual([]);
  });

  test("are reported with both values and without passwords", () => {
    const [finding] = read({
      environment: { HTTPS_PROXY: "http://u:secretA@a", https_proxy: "http://u:secret#B@b" },
    }).findings;
    expect(finding?.message).toContain("http://u:***@a:80");
    expect(JSON.stringify(finding)).not.toMatch(/secret/);
  });
});

describe("the exported variables", () => {
  test("have both spellings with equal values", () => {
    const environment = { HTTPS_PROXY: "u:p^w@proxy:1", http_proxy: "proxy:2", NO_PROXY: "a b" };
    expect(exportedVariables(read({ environment }).effective, environment)).toEqual({
      HTTP_PROXY: "http://proxy:2",
      http_proxy: "http://proxy:2",
      HTTPS_PROXY: "http://u:p%5Ew@proxy:1",
      https_proxy: "http://u:p%5Ew@proxy:1",
      NO_PROXY: "a,b,localhost,127.0.0.1,::1",
      no_proxy: "a,b,localhost,127.0.0.1,::1",
    });
  });

  test("have an empty value for an unset proxy only if the environment has one", () => {
    const environment = { https_proxy: "proxy", HTTP_PROXY: "" };
    expect(exportedVariables(read({ inputs: { httpsProxy: "direct" }, environment }).effective, environment)).toEqual({
      https_proxy: "",
      NO_PROXY: "localhost,127.0.0.1,::1",
      no_proxy: "localhost,127.0.0.1,::1",
    });
  });
});

describe("the entry of NO_PROXY", () => {
  test.each([
    "http://a.b",
    "a.b/",
    "[::1]",
    "[::1",
    "a:b:c",
    "a.*",
    "*a.b",
    "10.0.0.0/33",
    "a.b:http",
    "fe80::1%eth0",
    "1.2.3.4/32:80",
  ])("%s is reported as without effect", (entry) => {
    expect(read({ inputs: { noProxy: entry } }).findings).toEqual([
      expect.objectContaining({
        code: "NO_PROXY_ENTRY_DEAD",
        message: expect.stringContaining(`"${entry}" (input no-proxy)`),
      }),
    ]);
  });

  test.each([
    "a.b",
    ".a.b",
    "*.a.b",
    "a.b:443",
    "[::1]:80",
    "::1",
    "2001:db8::/32",
    "10.0.0.0/8",
    "10.0.0.1:80",
    "*",
    "示例.com",
  ])("%s is not reported", (entry) => {
    expect(read({ inputs: { noProxy: entry } }).findings).toEqual([]);
  });
});

test("the password of a URL in NO_PROXY is not printed", () => {
  const { findings } = read({ environment: { NO_PROXY: "http://u:secret@a.b", no_proxy: "http://u:secret@c.d" } });
  expect(findings.map(({ code }) => code)).toEqual(["PROXY_SPELLINGS_DIFFER", "NO_PROXY_ENTRY_DEAD"]);
  expect(JSON.stringify(findings)).not.toContain("secret");
});

test("an input for both schemes sets both, and `direct` unsets both", () => {
  const environment = { HTTP_PROXY: "env", HTTPS_PROXY: "env" };
  const { effective, findings } = read({ inputs: { proxy: "proxy.corp.example:3128" }, environment });
  expect([effective.httpProxy?.href, effective.httpsProxy?.href]).toEqual(
    Array(2).fill("http://proxy.corp.example:3128"),
  );
  expect(findings).toEqual([]);
  const direct = read({ inputs: { proxy: " Direct " }, environment }).effective;
  expect([direct.httpProxy, direct.httpsProxy]).toEqual([undefined, undefined]);
});

describe("settings without any proxy", () => {
  const findingsOf = (sources: Partial<SettingsSources>) =>
    unsetFinding(read(sources).effective, sources.inputs ?? {}).map(({ code }) => code);

  test.each<[string, Partial<SettingsSources>]>([
    ["nothing is set", {}],
    ["an unset secret is an empty input", { inputs: { proxy: "", httpProxy: "", httpsProxy: "" } }],
    ["an empty variable counts as unset", { environment: { HTTPS_PROXY: "" } }],
  ])("are a finding where %s", (_, sources) => {
    expect(findingsOf(sources)).toEqual(["PROXY_UNSET"]);
  });

  test.each<[string, Partial<SettingsSources>]>([
    ["they are meant", { inputs: { proxy: "direct" } }],
    ["one scheme is meant to have none", { inputs: { httpsProxy: "DIRECT" } }],
    ["the environment has a proxy", { environment: { http_proxy: "proxy:3128" } }],
  ])("are no finding where %s", (_, sources) => {
    expect(findingsOf(sources)).toEqual([]);
  });
});
