import { describe, expect, test } from "@jest/globals";
import { answerFindings } from "../../src/diagnosis/answer-findings.ts";
import type { Answer } from "../../src/net/http.ts";
import { through } from "../../testing/product/open-client.ts";

const NOW = Date.parse("2026-01-01T12:00:00Z");
const MANIFEST = "https://ghcr.io/v2/a/manifests/1";
const digest = { "docker-content-digest": "sha256:0" };

function codesOf(answer: Partial<Answer> & { url?: string; method?: string }, asked = {}): readonly string[] {
  const { url = "https://ghcr.io/v2/", method = "GET", status = 200, headers = {} } = answer;
  const hop = {
    method,
    url,
    host: "ghcr.io:443",
    route: { via: "direct", rule: "test" },
    purpose: { kind: "registry", role: "source" },
  } as const;
  return answerFindings({ hop, status, headers }, asked, NOW).map(({ code }) => code);
}

test("an answer as it should be says nothing", () => {
  const headers = { date: "Thu, 01 Jan 2026 12:00:01 GMT", "ratelimit-remaining": "99;w=21600", ...digest };
  expect(codesOf({ url: MANIFEST, headers })).toEqual([]);
});

describe("clocks", () => {
  test.each([
    ["Thu, 01 Jan 2026 12:04:59 GMT", []],
    ["Thu, 01 Jan 2026 12:05:01 GMT", ["CLOCK_SKEWED"]],
    ["Thu, 01 Jan 2026 11:00:00 GMT", ["CLOCK_SKEWED"]],
    ["soon", []],
  ])("%s", (date, codes) => {
    expect(codesOf({ headers: { date } })).toEqual(codes);
  });
});

describe("limits", () => {
  test.each([
    ["ratelimit-remaining", "21", []],
    ["ratelimit-remaining", "20;w=21600", ["RATE_LIMIT_NEAR"]],
    ["x-ratelimit-remaining", " 0", ["RATE_LIMIT_NEAR"]],
    ["ratelimit-remaining", "many", []],
  ])("%s: %s", (name, value, codes) => {
    expect(codesOf({ headers: { [name]: value } })).toEqual(codes);
  });
});

describe("a part of a blob", () => {
  const range = { range: "bytes=0-0" };
  test("is what was asked for", () => {
    expect(codesOf({ status: 206, headers: { "content-range": "bytes 0-0/9" } }, range)).toEqual([]);
    expect(codesOf({ status: 307 }, range)).toEqual([]);
    expect(codesOf({ status: 200 })).toEqual([]);
    expect(codesOf({ status: 200 }, range)).toEqual(["RANGE_IGNORED"]);
  });
});

describe("the digest of a manifest", () => {
  test.each([
    [MANIFEST, "GET", 200, {}, ["DIGEST_HEADER_MISSING"]],
    [MANIFEST, "HEAD", 200, {}, ["DIGEST_HEADER_MISSING"]],
    [MANIFEST, "GET", 200, digest, []],
    [MANIFEST, "GET", 404, {}, []],
    [MANIFEST, "PUT", 200, {}, []],
    ["https://ghcr.io/v2/a/blobs/sha256:0", "GET", 200, {}, []],
  ])("%s by %s: %d %j", (url, method, status, headers, codes) => {
    expect(codesOf({ url, method, status, headers: headers as Record<string, string> })).toEqual(codes);
  });
});

test("the proxy is suspected where there is one", () => {
  const purpose = { kind: "registry", role: "source" } as const;
  const hop = { method: "GET", url: MANIFEST, host: "ghcr.io:443", purpose };
  const remedyOf = (route: Answer["hop"]["route"]) =>
    answerFindings({ hop: { ...hop, route }, status: 200, headers: {} }, {}, NOW)[0]?.remedy;
  expect(remedyOf(through("http://proxy.corp:3128"))).toContain("A proxy that takes headers out");
  expect(remedyOf({ via: "direct", rule: "test" })).toBe(
    "Nothing has to be done here, digests are computed; other clients may fail.",
  );
});
