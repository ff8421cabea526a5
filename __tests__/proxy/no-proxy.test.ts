import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { parseNoProxy } from "../../src/proxy/no-proxy.ts";
import { routeBefore, routeFor } from "../../src/proxy/route.ts";
import { readSettings } from "../../src/proxy/settings.ts";

const proxies = { HTTP_PROXY: "http://proxy:3128", HTTPS_PROXY: "http://proxy:3128" };

function goDecides(noProxy: string, url: string): string {
  return routeBefore(url, readSettings({ environment: { ...proxies, NO_PROXY: noProxy } }).found);
}

describe("the table of Go's answers", () => {
  const table = new URL("../../testing/fixtures/proxy/no-proxy-go.tsv", import.meta.url);
  const patterns = new Map<string, [url: string, via: string][]>();
  for (const line of readFileSync(table, "utf8").trimEnd().split("\n")) {
    const [pattern = "", url = "", via = ""] = line.split("\t");
    patterns.set(pattern, [...(patterns.get(pattern) ?? []), [url, via]]);
  }

  test("has 73 patterns with 33 URLs each", () => {
    expect([...patterns.values()].map((rows) => rows.length)).toEqual(Array(73).fill(33));
  });

  test.each([...patterns])("agrees with this action for NO_PROXY=%s", (pattern, rows) => {
    const { found } = readSettings({ environment: { ...proxies, NO_PROXY: JSON.parse(pattern) as string } });
    expect(rows.map(([url]) => [url, routeBefore(url, found)])).toEqual(rows);
  });
});

describe("golang.org/x/net/http/httpproxy, TestUseProxy", () => {
  const list =
    "foobar.com, .barbaz.net, *.wildcard.io, 192.168.1.1, 192.168.1.2:81, 192.168.1.3:80, 10.0.0.0/30, 2001:db8::52:0:1, [2001:db8::52:0:2]:443, [2001:db8::52:0:3]:80, 2002:db8:a::45/64";
  const rows: [host: string, via: string][] = [
    ...[
      "localhost",
      "127.0.0.1",
      "127.0.0.2",
      "[::1]",
      "192.168.1.1",
      "192.168.1.3",
      "10.0.0.2",
      "[2001:db8::52:0:1]",
      "[2001:db8::52:0:3]",
      "[2002:db8:a::123]",
      "www.barbaz.net",
      "foobar.com",
      "www.foobar.com",
      "nested.wildcard.io",
    ].map((host): [string, string] => [host, "direct"]),
    ...[
      "[::2]",
      "192.168.1.2",
      "192.168.1.4",
      "[2001:db8::52:0:2]",
      "[fe80::424b:c8be:1643:a1b6]",
      "barbaz.net",
      "foofoobar.com",
      "baz.com",
      "localhost.net",
      "local.localhost",
      "barbarbaz.net",
      "wildcard.io",
      "awildcard.io",
    ].map((host): [string, string] => [host, "proxy"]),
  ];

  test.each(rows)("%s: %s", (host, via) => {
    expect(goDecides(list, `http://${host}:80/`)).toBe(via);
    expect(goDecides("*", `http://${host}:80/`)).toBe("direct");
  });

  test("an entry without a host matches nothing", () => {
    expect(goDecides(":1", "http://example.com:80/")).toBe("proxy");
  });
});

describe("further measured answers of Go", () => {
  test.each([
    [".", "http://example.com./", "direct"],
    ["*.", "http://example.com./", "direct"],
    ["example.com:", "http://example.com:9/", "direct"],
    [":1", "http://example.com/", "proxy"],
    ["a:b:c", "http://x/", "proxy"],
    ["[::1", "http://x/", "proxy"],
    ["example.com:080", "http://example.com/", "proxy"],
    ["example.com:80", "http://example.com:080/", "proxy"],
    ["..example.com", "http://a.example.com/", "proxy"],
    ["**.example.com", "http://a.example.com/", "proxy"],
    ["*..example.com", "http://a.example.com/", "proxy"],
    ["1.2.3.4/32:80", "http://1.2.3.4/", "proxy"],
    ["1.2.3.4/0", "http://9.9.9.9/", "direct"],
    ["::/0", "http://9.9.9.9/", "proxy"],
    ["0.0.0.0/0", "http://[2001::1]/", "proxy"],
    ["::ffff:10.0.0.0/104", "http://10.1.2.3/", "direct"],
    ["fe80::1%eth0", "http://[fe80::1]/", "proxy"],
    ["fe80::1", "http://[fe80::1%25eth0]/", "direct"],
    ["EXÄMPLE.com", "http://exämple.com/", "direct"],
    ["foo.com", "http://foo。com/", "direct"],
    ["", "http://Localhost:1/", "proxy"],
    ["", "http://[::1%25lo]/", "direct"],
    ["", "http://127.0.0.1.:80/", "proxy"],
    ["\texample.com\n", "http://example.com/", "direct"],
    ["a.com\nexample.com", "http://example.com/", "proxy"],
    ["a.com example.com", "http://a.com/", "proxy"],
    ["İ.com", "http://i.com/", "direct"],
    ["127.0.0.1", "http://127。0。0。1/", "direct"],
    ["ab--cd.示例.com", "http://ab--cd.xn--fsq092h.com/", "proxy"],
    ["example.com", "http://[1000::%25.example.com]:123", "proxy"],
  ])("with NO_PROXY=%j for %s: %s", (noProxy, url, via) => {
    expect(goDecides(noProxy, url)).toBe(via);
  });
});

test("an entry has its original spelling and its origin", () => {
  const entries = parseNoProxy(" Example.COM:443 ,*.a", "input no-proxy");
  expect(entries.map(({ entry, from }) => [entry, from])).toEqual([
    ["Example.COM:443", "input no-proxy"],
    ["*.a", "input no-proxy"],
  ]);
  const { effective } = readSettings({ inputs: { noProxy: "Example.COM" }, environment: proxies });
  expect(routeFor("https://x.example.com/", effective)).toEqual({
    via: "direct",
    rule: 'NO_PROXY entry "Example.COM" (input no-proxy)',
  });
});
