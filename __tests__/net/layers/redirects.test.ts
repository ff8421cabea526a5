import { describe, expect, test } from "@jest/globals";
import { isRedirect, redirectTarget, withoutCredentials } from "../../../src/net/layers/redirects.ts";

const from = new URL("https://registry.test/v2/a/blobs/x?y=1");

describe("a Location", () => {
  test.each([
    ["https://cdn.test/blob?sig=s", "https://cdn.test/blob?sig=s"],
    ["/other", "https://registry.test/other"],
    ["other", "https://registry.test/v2/a/blobs/other"],
    ["//cdn.test:444/blob", "https://cdn.test:444/blob"],
    ["https://my_bucket.cdn.test./", "https://my_bucket.cdn.test./"],
    ["https://bücher.test/", "https://xn--bcher-kva.test/"],
    ["https://[2606:4700::1]:444/", "https://[2606:4700::1]:444/"],
  ])("%s leads to %s", (location, target) => {
    expect(redirectTarget(from, location).href).toBe(target);
  });

  test.each([
    "https://.com/",
    "https://*.com/",
    "https://a,b.test/",
    "https://a..test/",
    "https://cdn.test../",
    "https://-cdn.test/",
    "https://cdn-.test/",
    "https://cdn.test!/",
    "https://$(id).test/",
    "https://a'b.test/",
    `https://${"a".repeat(64)}.test/`,
    `https://${"a.".repeat(127)}test/`,
    "https://user:password@cdn.test/",
    "https://user@cdn.test/",
  ])("%s names no host that a rule of a proxy could name", (location) => {
    expect(() => redirectTarget(from, location)).toThrow(
      expect.objectContaining({ code: "REDIRECT_MALFORMED", message: expect.not.stringContaining("password") }),
    );
  });

  test.each([undefined, "https://", "http:///", "ftp://cdn.test/", "file:///etc/passwd", "javascript:alert(1)"])(
    "%j leads nowhere",
    (location) => {
      expect(() => redirectTarget(from, location)).toThrow(expect.objectContaining({ code: "REDIRECT_MALFORMED" }));
    },
  );

  test("never leads from TLS to plain HTTP, on the same host neither", () => {
    const downgrade = expect.objectContaining({ code: "REDIRECT_TO_PLAIN_HTTP" });
    expect(() => redirectTarget(from, "http://cdn.test/")).toThrow(downgrade);
    expect(() => redirectTarget(from, "http://registry.test/other")).toThrow(downgrade);
    expect(redirectTarget(new URL("http://registry.test/"), "http://cdn.test/").href).toBe("http://cdn.test/");
  });

  test("is told without signature", () => {
    expect(() => redirectTarget(from, "http://cdn.test/blob?X-Amz-Signature=abc&k=def")).toThrow(
      expect.objectContaining({ message: expect.not.stringMatching(/abc|def/) }),
    );
  });
});

test("statuses that redirect", () => {
  const all = Array.from({ length: 100 }, (_, index) => 300 + index);
  expect(all.filter(isRedirect)).toEqual([301, 302, 303, 307, 308]);
});

test("credentials are told from other headers, however they are spelled", () => {
  const headers = { AUTHORIZATION: "a", Cookie: "b", "proxy-authorization": "c", Accept: "d", range: "e" };
  expect(withoutCredentials(headers)).toEqual({ Accept: "d", range: "e" });
});
