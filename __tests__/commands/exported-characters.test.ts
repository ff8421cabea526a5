import { describe, expect, test } from "@jest/globals";
import { readProxySettings } from "../../src/setup/proxy-settings.ts";
import { hostileText } from "../../testing/generated/hostile-text.ts";
import { seeded } from "../../testing/generated/random.ts";

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const seeds = Array.from({ length: 150 }, (_, seed) => seed);

describe("variables for later steps", () => {
  test.each(seeds)("S14, V15: hold characters that can be seen, each on one line: seed %d", (seed) => {
    const random = seeded(seed);
    const noProxy = Array.from({ length: 5 }, () => hostileText(random)).join(",");
    const { variables } = readProxySettings({ inputs: { noProxy, httpsProxy: "http://proxy:3128" }, environment: {} });
    for (const value of Object.values(variables)) expect(value).not.toMatch(UNSEEN);
    expect(variables.NO_PROXY).toMatch(/,localhost,127\.0\.0\.1,::1$|^localhost|^\*$/);
  });

  test.each([
    "a\u0000b.corp",
    "a\u001b[31m.corp",
    "a\u202e.corp",
    "exa\u00admple.corp",
    "\u200bregistry.corp",
    "\u{e0041}a",
  ])("%j in no-proxy is left out, with a finding", (entry) => {
    const { variables, findings } = readProxySettings({
      inputs: { noProxy: `one.corp,${entry},two.corp` },
      environment: {},
    });
    expect(variables.NO_PROXY).toBe("one.corp,two.corp,localhost,127.0.0.1,::1");
    expect(findings.map(({ code }) => code)).toContain("NO_PROXY_ENTRY_UNPRINTABLE");
  });

  const readProxy = (httpsProxy: string) => readProxySettings({ inputs: { httpsProxy }, environment: {} }).variables;

  test.each(["http://pro\u0000xy:1", "http://proxy\u001b:1"])("a proxy whose host is %j is refused", (proxy) => {
    expect(() => readProxy(proxy)).toThrow(expect.objectContaining({ code: "PROXY_URL_MALFORMED" }));
  });

  test("such characters in a proxy's login are encoded", () => {
    const { HTTPS_PROXY } = readProxy("http://u\u0085ser:p\u202ess@proxy:1");
    expect(HTTPS_PROXY).toBe("http://u%C2%85ser:p%E2%80%AEss@proxy:1");
  });
});
