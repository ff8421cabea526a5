import { describe, expect, test } from "@jest/globals";
import { routeBefore, routeFor } from "../../src/proxy/route.ts";
import { type Environment, readSettings } from "../../src/proxy/settings.ts";

const settings = (environment: Environment) => readSettings({ environment });

describe("golang.org/x/net/http/httpproxy, TestProxyForURL", () => {
  const CGI = { REQUEST_METHOD: "GET" };
  test.each<[http: string, https: string, noProxy: string, environment: Environment, url: string, want: string]>([
    ["127.0.0.1:8080", "", "", {}, "http://example.com", "http://127.0.0.1:8080"],
    ["cache.corp.example.com:1234", "", "", {}, "http://example.com", "http://cache.corp.example.com:1234"],
    ["cache.corp.example.com", "", "", {}, "http://example.com", "http://cache.corp.example.com:80"],
    ["localhost", "", "", {}, "http://example.com", "http://localhost:80"],
    ["https://cache.corp.example.com", "", "", {}, "http://example.com", "https://cache.corp.example.com:443"],
    ["http://127.0.0.1:8080", "", "", {}, "http://example.com", "http://127.0.0.1:8080"],
    ["https://127.0.0.1:8080", "", "", {}, "http://example.com", "https://127.0.0.1:8080"],
    ["socks5://127.0.0.1", "", "", {}, "http://example.com", "socks5://127.0.0.1:1080"],
    ["http.proxy.tld", "secure.proxy.tld", "", {}, "http://insecure.tld/", "http://http.proxy.tld:80"],
    ["http.proxy.tld", "secure.proxy.tld", "", {}, "https://secure.tld/", "http://secure.proxy.tld:80"],
    ["http.proxy.tld", "https://secure.proxy.tld", "", {}, "https://secure.tld/", "https://secure.proxy.tld:443"],
    ["http.proxy.tld", "", "", {}, "https://secure.tld/", "direct"],
    ["http.proxy.tld", "", "", {}, "ftp://insecure.tld/", "direct"],
    ["http://10.1.2.3:8080", "", "", CGI, "http://example.com", "PROXY_CGI_REFUSED"],
    ["http://10.1.2.3:8080", "", "example.com", CGI, "http://example.com", "PROXY_CGI_REFUSED"],
    ["", "https://secure.proxy.tld", "", CGI, "https://secure.tld/", "https://secure.proxy.tld:443"],
    ["", "", "", {}, "http://example.com", "direct"],
    ["proxy", "", "example.com", {}, "http://example.com/", "direct"],
    ["proxy", "", ".example.com", {}, "http://example.com/", "http://proxy:80"],
    ["proxy", "", "ample.com", {}, "http://example.com/", "http://proxy:80"],
    ["proxy", "", "example.com", {}, "http://foo.example.com/", "direct"],
    ["proxy", "", ".foo.com", {}, "http://example.com/", "http://proxy:80"],
    ["proxy", "", ".示例.com", {}, "http://www.示例.com", "direct"],
    ["proxy", "", "xn--fsq092h.com", {}, "http://www.示例.com", "direct"],
    ["proxy", "", "示例.com", {}, "http://www.xn--fsq092h.com", "direct"],
    ["proxy", "", "example.com", {}, "http://[1000::%25.example.com]:123", "http://proxy:80"],
  ])("%s | %s | %s | %j | %s", (http, https, noProxy, environment, url, want) => {
    const all = { HTTP_PROXY: http, HTTPS_PROXY: https, NO_PROXY: noProxy, ...environment };
    const { effective, found } = settings(all);
    if (want === "PROXY_CGI_REFUSED") {
      expect(() => routeFor(url, effective)).toThrow(expect.objectContaining({ code: want }));
      expect(routeBefore(url, found)).toBe("error");
      return;
    }
    const route = routeFor(url, effective);
    expect(route.via === "proxy" ? route.proxy.href : route.via).toBe(want);
    expect(routeBefore(url, found)).toBe(want === "direct" ? "direct" : "proxy");
  });

  test("a proxy of an unknown scheme is kept by Go and refused by this action", () => {
    expect(() => settings({ HTTP_PROXY: "foo://host" })).toThrow(
      expect.objectContaining({ code: "PROXY_URL_MALFORMED" }),
    );
  });
});

describe("the rule of a route names the setting and its origin", () => {
  const { effective } = readSettings({
    inputs: { noProxy: "10.0.0.0/8" },
    environment: { https_proxy: "proxy:1", HTTP_PROXY: "proxy:1" },
    noProxyExtra: ["ghcr.io"],
  });
  test.each([
    ["https://10.1.2.3/", 'NO_PROXY entry "10.0.0.0/8" (input no-proxy)'],
    ["https://ghcr.io/v2/", 'NO_PROXY entry "ghcr.io" (input no-proxy-registries)'],
    ["https://LOCALHOST/", 'NO_PROXY entry "localhost" (always)'],
    ["https://localhost:5000/", "loopback"],
    ["https://example.com/", "HTTPS_PROXY (environment https_proxy)"],
    ["http://example.com/", "HTTP_PROXY (environment)"],
    ["ftp://example.com/", "only http and https URLs go through a proxy"],
  ])("for %s: %s", (url, rule) => {
    expect(routeFor(url, effective).rule).toBe(rule);
  });

  test("without a proxy", () => {
    expect(routeFor("https://example.com/", settings({}).effective).rule).toBe("no proxy for https is set");
  });

  test("for NO_PROXY of the environment", () => {
    const { effective: fromEnvironment } = settings({ HTTPS_PROXY: "proxy", NO_PROXY: "a.b" });
    expect(routeFor("https://a.b/", fromEnvironment).rule).toBe('NO_PROXY entry "a.b" (environment)');
  });
});

describe("an invalid URL is refused:", () => {
  test.each([
    "",
    "ghcr.io/v2/",
    "ghcr.io:443/v2/",
    "https://",
    "http://a b/",
    "http://a:x/",
    "http://[::1/",
    "http://u:pw#x@h/%zz",
    "http://a/%zz",
    "http://a]b/",
  ])("%j", (url) => {
    const { effective, found } = settings({ HTTP_PROXY: "proxy", HTTPS_PROXY: "proxy" });
    expect(() => routeFor(url, effective)).toThrow(expect.objectContaining({ code: "URL_MALFORMED" }));
    expect(() => routeFor(url, effective)).not.toThrow(/pw/);
    expect(routeBefore(url, found)).toBe("error");
  });
});
