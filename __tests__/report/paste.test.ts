import { expect, test } from "@jest/globals";
import { pasteReady } from "../../src/report/paste.ts";
import { told } from "./told.ts";

const plain = (line: string) => ({ input: "plain-http", line }) as const;
const noProxy = (line: string) => ({ input: "no-proxy", line }) as const;

test("the text to paste is empty if no input or rule would help", () => {
  expect(pasteReady([], ["ghcr.io:443"])).toBe("");
  expect(pasteReady([told("a:443", { "refused-by": "registry" })], ["ghcr.io:443"])).toBe("");
  expect(pasteReady([told("a:443")], [])).toBe("");
});

test("the text to paste has unique lines of inputs, and NO_PROXY in one line", () => {
  const diagnosis = [
    told("a:80", { "refused-by": "registry", inputLines: [plain("a"), noProxy("x.svc")] }),
    told("b:80", { "refused-by": "registry", inputLines: [plain("b:5000"), plain("a"), noProxy("y")] }),
  ];
  expect(pasteReady(diagnosis, ["ghcr.io:443"])).toBe(
    [
      "Add to the inputs of this step (in addition to their present values):",
      "",
      "```yaml",
      "with:",
      "  plain-http: |",
      "    a",
      "    b:5000",
      "  no-proxy: x.svc,y",
      "```",
    ].join("\n"),
  );
});

test("the text to paste has squid rules for all needed hosts if the proxy denied one", () => {
  const text = pasteReady(
    [told("cdn.test:443", { inputLines: [noProxy("cdn.test")] })],
    ["cdn.test:443", "ghcr.io:443"],
  );
  expect(text).toContain("  no-proxy: cdn.test\n");
  expect(text).toContain("as rules for squid");
  expect(text).toContain("acl ocm_hosts_443 dstdomain -n ghcr.io\n");
  expect(text.match(/```/g)).toHaveLength(4);
});

test.each([
  "PROXY_UNREACHABLE",
  "PROXY_AUTH_REQUIRED",
  "TLS_INTERCEPTED",
  "CAPTIVE_PORTAL",
  "PRIVATE_HOST_PROXIED",
] as const)("no rules for a proxy that has nothing against the host: %s", (code) => {
  expect(pasteReady([told("a:443", { code })], ["a:443"])).toBe("");
});
