import { describe, expect, test } from "@jest/globals";
import { readProxySettings } from "../../src/setup/proxy-settings.ts";
import { seeded } from "../proxy/files/random.ts";
import { hostileText } from "../report/hostile-text.ts";

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

  test("a proxy with such characters is an error, or they are encoded", () => {
    for (const [proxy, code] of [
      ["http://pro\u0000xy:1", "PROXY_URL_MALFORMED"],
      ["http://proxy\u001b:1", "PROXY_URL_MALFORMED"],
      ["http://u\u0085ser:p\u202ess@proxy:1", undefined],
    ] as const) {
      const read = () => readProxySettings({ inputs: { httpsProxy: proxy }, environment: {} }).variables;
      if (code === undefined) expect(read().HTTPS_PROXY).toMatch(/^http:\/\/u%C2%85ser:p%E2%80%AEss@proxy:1$/);
      else expect(read).toThrow(expect.objectContaining({ code }));
    }
  });
});
