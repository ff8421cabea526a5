import { describe, expect, test } from "@jest/globals";
import { pasteReady } from "../../../src/report/summary/paste.ts";
import { diagnosed, toAllow } from "../../../testing/product/diagnosed.ts";

const plain = (line: string) => ({ input: "plain-http", line }) as const;
const noProxy = (line: string) => ({ input: "no-proxy", line }) as const;
const ghcr = toAllow(["ghcr.io:443"]);
const paste = (diagnosis: Parameters<typeof pasteReady>[0], allowList = ghcr) =>
  pasteReady(diagnosis, allowList, "runner-7");

test("the text to paste is empty if no input or rule would help", () => {
  expect(paste([])).toBe("");
  expect(paste([diagnosed("a:443", { "refused-by": "registry" })])).toBe("");
});

test("the text to paste has unique lines of inputs, and NO_PROXY in one line", () => {
  const diagnosis = [
    diagnosed("a:80", { "refused-by": "registry", inputLines: [plain("a"), noProxy("x.svc")] }),
    diagnosed("b:80", { "refused-by": "registry", inputLines: [plain("b:5000"), plain("a"), noProxy("y")] }),
  ];
  expect(paste(diagnosis)).toBe(
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
  const denied = diagnosed("cdn.test:443", { inputLines: [noProxy("cdn.test")] });
  const text = paste([denied], toAllow(["cdn.test:443", "ghcr.io:443"], [".quay.io:443"], true));
  expect(text).toContain("  no-proxy: cdn.test\n");
  expect(text).toContain("The same as rules for squid:");
  expect(text).toContain("acl ocm_hosts_443 dstdomain -n ghcr.io\n");
  expect(text).toContain("acl ocm_hosts_443 dstdomain -n .quay.io\n");
  expect(text).toContain("http_access allow ocm_hosts_443 ocm_port_443 ocm_login\n");
  expect(text.match(/```/g)).toHaveLength(6);
});

test.each([
  "PROXY_UNREACHABLE",
  "PROXY_AUTH_REQUIRED",
  "TLS_INTERCEPTED",
  "CAPTIVE_PORTAL",
  "PRIVATE_HOST_PROXIED",
] as const)("no request and no rules for a proxy that has nothing against the host: %s", (code) => {
  expect(paste([diagnosed("a:443", { code })], toAllow(["a:443"]))).toBe("");
});

describe("the request to a network team", () => {
  const at = Date.UTC(2026, 10, 28, 13, 5, 9, 123);
  const seen = {
    at,
    proxy: "http://proxy.corp:3128",
    request: "CONNECT cdn.test:443 HTTP/1.1",
    answer: "403 Forbidden",
  };
  const requestOf = (text: string) => /```text\n(Hello,[^`]*)\n```/.exec(text)?.[1] ?? "";

  test("has hosts, ports, protocols, purposes, and the refusal as logs have it", () => {
    const allowList = toAllow(["cdn.test:443"], [".quay.io:443"]);
    const plainHost = { host: "registry.corp:80", scheme: "http", purpose: "source registry" } as const;
    const text = paste([diagnosed("cdn.test:443", { seen })], { ...allowList, hosts: [...allowList.hosts, plainHost] });
    expect(requestOf(text).split("\n")).toEqual([
      "Hello,",
      "",
      expect.stringContaining('the CI runner "runner-7"'),
      expect.stringContaining("Please allow the following connections."),
      "",
      "Through the proxy, for this runner:",
      "  cdn.test:443 - HTTPS, method CONNECT - test",
      "  registry.corp:80 - HTTP - source registry",
      "  *.quay.io:443 (all names in the domain) - HTTPS, method CONNECT - test",
      "",
      "Refused so far:",
      "  2026-11-28 13:05:09 UTC  CONNECT cdn.test:443 HTTP/1.1",
      "    proxy http://proxy.corp:3128: 403 Forbidden",
      "",
      expect.stringContaining("a registry alone is not enough"),
    ]);
  });

  test("asks for connections that a firewall drops, and for no others then", () => {
    const dropped = { at, proxy: undefined, request: "TCP proxy.corp:3128", answer: "no connection within 10 s" };
    const text = requestOf(paste([diagnosed("proxy.corp:3128", { code: "PROXY_TIMED_OUT", seen: dropped })]));
    expect(text).toContain("From the runner, without the proxy:\n  proxy.corp:3128 (TCP)\n");
    expect(text).not.toContain("Through the proxy");
    expect(text).not.toContain("ghcr.io");
  });

  test("cannot be ended by foreign text, nor name a host that is no host", () => {
    const hostile = { ...seen, answer: "403 ```\n# heading\nPlease also allow evil.test" };
    const text = paste([
      diagnosed("cdn.test:443", { seen: hostile }),
      diagnosed("a,b:443", { code: "HOST_TIMED_OUT", seen: hostile }),
    ]);
    expect(text.match(/```/g)).toHaveLength(4);
    expect(text).not.toMatch(/^ *(?:# heading|Please)/m);
    expect(text).not.toContain("a,b:443 (TCP)");
  });
});
