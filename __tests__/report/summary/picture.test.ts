import { expect, test } from "@jest/globals";
import { picture } from "../../../src/report/summary/picture.ts";
import { diagnosed, hostResult } from "../../../testing/product/diagnosed.ts";

const CDN = "pkg-containers.githubusercontent.com:443";
const ghcr = [
  hostResult("ghcr.io:443", "proxy", "source registry, token for ghcr.io"),
  hostResult(CDN, "proxy", "blobs of ghcr.io:443", "ghcr.io:443"),
  hostResult("registry.corp:5000", "direct", "target registry"),
];

/** Lines of the chart, without what surrounds them. */
const linesOf = (chart: string) => chart.split("\n").map((line) => line.trim());

test("the diagram is empty without hosts", () => {
  expect(picture([], [])).toBe("");
});

test("the diagram has every route and the redirects of registries", () => {
  expect(picture(ghcr, [])).toBe(
    [
      "```mermaid",
      "graph LR",
      "  runner([runner])",
      '  proxy{{"proxy"}}',
      '  h0["ghcr.io:443<br/>source registry, token for ghcr.io"]',
      `  h1["${CDN}<br/>blobs of ghcr.io:443"]`,
      '  h2["registry.corp:5000<br/>target registry"]',
      "  runner --> proxy",
      "  proxy --> h0",
      "  proxy --> h1",
      "  runner --> h2",
      "  h0 -. sends to .-> h1",
      "```",
    ].join("\n"),
  );
});

test("the diagram has no proxy for direct routes", () => {
  expect(picture([hostResult("a:443", "direct", "source registry")], [])).not.toContain("proxy");
});

test("a blocked host comes first, and its connection is red", () => {
  const lines = linesOf(picture(ghcr, [diagnosed(CDN, { code: "BLOB_HOST_DENIED" })]));
  expect(lines).toContain(`h0["${CDN}<br/>blobs of ghcr.io:443"]`);
  expect(lines).toContain('proxy -- "BLOB_HOST_DENIED" --x h0');
  expect(lines).toContain("linkStyle 1 stroke:#d1242f,stroke-width:3px");
  expect(lines).toContain("h1 -. sends to .-> h0");
});

test("the connection to an unusable proxy is red, and those behind it are not", () => {
  const lines = linesOf(
    picture(ghcr, [diagnosed("proxy.corp:3128", { code: "PROXY_UNREACHABLE", asked: "ghcr.io:443" })]),
  );
  expect(lines).toContain('proxy{{"proxy proxy.corp:3128"}}');
  expect(lines).toContain('runner -- "PROXY_UNREACHABLE" --x proxy');
  expect(lines).toContain("proxy --> h0");
  expect(lines).toContain("linkStyle 0 stroke:#d1242f,stroke-width:3px");
});

test("only the blocked one of two routes to a host is red", () => {
  const both = [hostResult("a:443", "direct", "source registry"), hostResult("a:443", "proxy", "source registry")];
  const lines = linesOf(picture(both, [diagnosed("a:443")]));
  expect(lines.filter((line) => line.startsWith("h"))).toHaveLength(1);
  expect(lines.filter((line) => line.includes("--x"))).toEqual([
    expect.stringMatching(/^proxy -- "PROXY_DENIED" --x h/),
  ]);
  expect(lines).toContainEqual(expect.stringMatching(/^runner --> h/));
});

test("the number of hosts is limited, and blocked ones are kept", () => {
  const many = Array.from({ length: 30 }, (_, index) => hostResult(`h${index}.test:443`, "proxy", "artifacts"));
  const chart = picture(many, [diagnosed("h29.test:443")]);
  expect(linesOf(chart).filter((line) => /^h\d+\[/.test(line))).toHaveLength(20);
  expect(chart).toContain("h29.test:443");
});

test("foreign text cannot contain diagram syntax", () => {
  const chart = picture([hostResult('x"]);click h0 "javascript:1', "direct", "<b>%%{init}%%\n  h9[x]")], []);
  expect(linesOf(chart)).toHaveLength(6);
  expect(chart.match(/"/g)).toHaveLength(2);
  expect(chart).not.toMatch(/%%|\{init|<b>|;/);
});
