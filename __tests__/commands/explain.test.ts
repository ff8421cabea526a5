import { expect, test } from "@jest/globals";
import { explain } from "../../src/commands/explain.ts";
import { readSettings } from "../../src/proxy/settings.ts";

const settings = readSettings({
  inputs: { noProxy: "10.0.0.0/8\nregistry.corp" },
  environment: { HTTPS_PROXY: " http://jane:s3cret@proxy:3128" },
});

test("one answer per line, in order, twice where asked twice", () => {
  const ghcr = {
    url: "https://ghcr.io/v2/",
    via: "proxy",
    proxy: "http://jane:***@proxy:3128",
    rule: "HTTPS_PROXY (environment)",
    before: "direct",
  };
  const urls = [
    "https://ghcr.io/v2/",
    "https://10.1.2.3/",
    "no url",
    "https://ghcr.io/v2/",
    "https://registry.corp/v2/",
  ];
  expect(explain(urls, settings)).toMatchObject([
    ghcr,
    {
      url: "https://10.1.2.3/",
      via: "direct",
      proxy: "",
      rule: 'NO_PROXY entry "10.0.0.0/8" (input no-proxy)',
      before: "direct",
    },
    {
      url: "no url",
      via: "error",
      proxy: "",
      rule: "The URL is invalid: it has no scheme; write https:// before the host",
      before: "error",
      differs: [],
    },
    ghcr,
    { url: "https://registry.corp/v2/", via: "direct", rule: 'NO_PROXY entry "registry.corp" (input no-proxy)' },
  ]);
});

test("a refusal is an answer too", () => {
  const cgi = readSettings({ environment: { HTTP_PROXY: "proxy", REQUEST_METHOD: "GET" } });
  expect(explain(["http://example.com/"], cgi)[0]).toMatchObject({
    via: "error",
    before: "error",
    rule: expect.stringContaining("REQUEST_METHOD"),
  });
});

test.each([
  ["https://user:s3cret@ghcr.io/a@sha256:1", "https://user:***@ghcr.io/a@sha256:1"],
  ["https://user:a:s3cret@x@ghcr.io/", "https://user:***@ghcr.io/"],
  ["https://s3cret@ghcr.io/", "https://***@ghcr.io/"],
  ["https://user:s3cret#x@ghcr.io/", "https://***@ghcr.io/"],
  ["https://user:s3cret/%zz@ghcr.io/", "https://***@ghcr.io/"],
  ["user:s3cret@ghcr.io", "***@ghcr.io"],
  ["HTTPS://LOCALHOST:5000/v2/x@y?a=b@c#d", "HTTPS://LOCALHOST:5000/v2/x@y?a=b@c#d"],
])("%s is printed as %s", (url, printed) => {
  const [answer] = explain([url], settings);
  expect(answer?.url).toBe(printed);
  expect(JSON.stringify(answer)).not.toContain("s3cret");
});

test("no URL, no answer", () => {
  expect(explain([], settings)).toEqual([]);
});
