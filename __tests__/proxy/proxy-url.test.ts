import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { goProxyUrl } from "../../src/proxy/go-url.ts";
import { parseProxyUrl } from "../../src/proxy/proxy-url.ts";

const table = new URL("../../testing/fixtures/proxy/proxy-url.tsv", import.meta.url);
const rows = readFileSync(table, "utf8")
  .replace(/\n$/, "")
  .split("\n")
  .map((line) => line.split("\t") as [string, string, string]);

function canonical(value: string): string {
  try {
    return parseProxyUrl(value, "input https-proxy")?.href ?? "unset";
  } catch (error) {
    expect(error).toMatchObject({ code: "PROXY_URL_MALFORMED", where: "input https-proxy" });
    return "error";
  }
}

function asGo(value: string): string {
  const url = goProxyUrl(value);
  if (url === undefined) return "direct";
  const quoted = (text: string) => `"${text.replaceAll("\\", "\\\\")}"`;
  return `${url.scheme} host=${url.host} user=${quoted(url.username)} password=${quoted(url.password)}`;
}

test("the table of proxy settings is complete", () => {
  expect(rows).toHaveLength(42);
});

describe("a proxy setting in this action", () => {
  test.each(rows)("%s", (value, _go, ours) => {
    expect(canonical(JSON.parse(value) as string)).toBe(ours);
  });
});

describe("a proxy setting in Go", () => {
  test.each(rows)("%s", (value, go) => {
    const text = JSON.parse(value) as string;
    // The table keeps a quote in a host as it is.
    expect(asGo(text)).toBe(go);
  });
});

describe("the canonical form of a proxy setting", () => {
  test.each(rows.map(([, , ours]) => ours).filter((href) => /:\/\//.test(href)))(
    "%s is read by Go and by the URL class alike",
    (href) => {
      const go = goProxyUrl(href);
      const url = new URL(href);
      expect(go?.scheme).toBe(url.protocol.slice(0, -1));
      expect(go?.host.replace(/:(80|443)$/, "")).toBe(url.host.replace(/:(80|443)$/, ""));
      expect([go?.username, go?.password]).toEqual([url.username, url.password].map(decodeURIComponent));
    },
  );

  test("does not change when it is parsed again", () => {
    for (const [, , ours] of rows.filter(([, , href]) => href.includes("://"))) expect(canonical(ours)).toBe(ours);
  });

  test("has brackets around IPv6 in the URL, and none in the host name", () => {
    const proxy = parseProxyUrl("http://[2001:DB8::1]:3128", "");
    expect(proxy).toMatchObject({ hostname: "2001:db8::1", port: 3128, href: "http://[2001:db8::1]:3128" });
  });

  test.each([
    ["http://user:pw@proxy:3128", "http://user:***@proxy:3128"],
    ["http://:pw@proxy:3128", "http://:***@proxy:3128"],
    ["https://token@proxy", "https://***@proxy:443"],
    ["proxy", "http://proxy:80"],
  ])("%s is printed as %s", (value, display) => {
    expect(parseProxyUrl(value, "")?.display).toBe(display);
  });

  test("has all but unreserved characters percent-encoded in user and password", () => {
    const password = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~ ä€😀";
    const proxy = parseProxyUrl(`http://u:${encodeURIComponent(password)}@proxy:1`, "");
    expect(proxy?.password).toBe(password);
    expect(proxy?.href).toMatch(/^http:\/\/u:(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+@proxy:1$/);
    expect(goProxyUrl(proxy?.href ?? "")?.password).toBe(password);
  });
});

describe("an invalid proxy setting is refused:", () => {
  test.each([
    ["http://user:p#w@proxy:3128", "%23"],
    ["http://user:p/w@proxy:3128", "%2F"],
    ["http://user:p?w@proxy:3128", "%3F"],
    ["http://user:p%w@proxy:3128", "%25"],
    ["http://user:p%E4w@proxy:3128", "UTF-8"],
    ["::1", "http://[address]:port"],
    ["http://a\nb", "one line"],
    ["http://proxy:0", "host:port"],
    ["http://pro xy:1", "host:port"],
    ["http://[fe80::1%25eth0]:1", "[address]:port"],
  ])("%j, with %s in the remedy", (value, remedy) => {
    expect(() => parseProxyUrl(value, "environment HTTPS_PROXY")).toThrow(
      expect.objectContaining({
        code: "PROXY_URL_MALFORMED",
        where: "environment HTTPS_PROXY",
        remedy: expect.stringContaining(remedy),
      }),
    );
  });

  const broken = [
    "#",
    "/",
    "?",
    "%",
    "%zz",
    "\n",
    "#@",
    "/@",
    "@/",
    "@#",
    ":/",
    "://",
    "\\",
    "@",
    "[",
    " ",
    "%ff",
    ":@:",
  ];
  const shapes = [
    "http://jane:PW@proxy:99999",
    "jane:PW@proxy:x",
    "http:/jane:PW@proxy",
    "http://jane:PW",
    "foo://jane:PW@proxy:1",
    "http://:PW@pro xy",
    "https://jane:PW@[::1",
    '"http://jane:PW@',
    "PW@@",
    "http://jane:PW@proxy:1/#@%",
  ];
  test.each(shapes)("the error has no part of the password for %s", (shape) => {
    for (const between of broken) {
      const value = shape.replace("PW", `firstpart${between}secondpart`);
      let refused: unknown;
      try {
        parseProxyUrl(value, "input https-proxy");
      } catch (error) {
        refused = error;
      }
      const { message, remedy, where } = (refused ?? {}) as Record<string, string>;
      expect(`${message} ${remedy} ${where}`).not.toMatch(/firstpart|secondpart/);
    }
    expect(() => parseProxyUrl(shape.replace("PW", "a#b"), "")).toThrow(/ is invalid: /);
  });
});
