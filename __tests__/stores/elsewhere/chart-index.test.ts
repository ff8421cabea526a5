import { describe, expect, test } from "@jest/globals";
import { findChart } from "../../../src/stores/elsewhere/chart-index.ts";

const DIGEST = "ab".repeat(32);

/** As `helm repo index` writes it. */
const INDEX = `apiVersion: v1
entries:
  other:
  - name: other
    version: 1.0.0
    urls:
    - other-1.0.0.tgz
  shop:
  - annotations:
      entries: |
        shop:
        - version: 9.9.9
    name: shop
    version: 1.4.0
    digest: ${DIGEST}
    urls:
    - https://acme.org/shop-1.4.0.tgz
    - https://mirror.acme.org/shop-1.4.0.tgz
# a comment
  - name: shop
    version: "2"
    urls: [shop-2.tgz]
  shop.x:
  - name: shop.x
    version: 3.0.0
    urls: [x.tgz]
  "quoted":
  - {name: quoted, version: 1.0.0, urls: [quoted.tgz]}
generated: "2026-01-01T00:00:00Z"
`;

const find = (index: string, chart: string, version: string) => findChart(index, chart, version, "acme.org/index.yaml");

describe("an index", () => {
  test.each([
    ["as Helm writes it", INDEX],
    ["with Windows' line ends", INDEX.replaceAll("\n", "\r\n")],
    ["with a comment behind a key", INDEX.replace("  shop:\n  - annotations", "  shop: # ours\n  - annotations")],
    ["indented deeper", INDEX.replace(/^ {2}/gm, "      ")],
  ])("%s", (_, index) => {
    expect(find(index, "shop", "1.4.0")).toEqual({
      url: "https://acme.org/shop-1.4.0.tgz",
      digest: `sha256:${DIGEST}`,
    });
    expect(find(index, "shop", "2")).toEqual({ url: "shop-2.tgz", digest: undefined });
    expect(find(index, "shop.x", "3.0.0").url).toBe("x.tgz");
    expect(find(index, "quoted", "1.0.0").url).toBe("quoted.tgz");
    expect(find(index, "other", "1.0.0").url).toBe("other-1.0.0.tgz");
    expect(() => find(index, "shop", "9.9.9")).toThrow("lists no version of the chart shop:9.9.9");
  });

  test.each([
    ["JSON", `{"entries":{"shop":[{"version":"1.4.0","urls":["s.tgz"]}]}}`],
    ["flow style", `entries: {shop: [{version: 1.4.0, urls: [s.tgz]}]}`],
    ["one with anchors", `x: &u [s.tgz]\nentries:\n  shop: &s\n  - {version: 1.4.0, urls: *u}\n`],
  ])("in %s", (_, index) => {
    expect(find(index, "shop", "1.4.0")).toEqual({ url: "s.tgz", digest: undefined });
  });

  test.each([
    ["sha256:AB", undefined],
    [`SHA256:${DIGEST.toUpperCase()}`, `sha256:${DIGEST}`],
    ["sha1:abc", undefined],
    ["", undefined],
  ])("the digest %j: %s", (digest, expected) => {
    const index = JSON.stringify({ entries: { shop: [{ version: "1", urls: ["s"], digest }] } });
    expect(find(index, "shop", "1").digest).toBe(expected);
  });

  test.each([
    ["toString", "1"],
    ["__proto__", "1"],
    ["a.*", "1.0.0"],
    ["shop", "1.4"],
  ])("has no %s:%s", (chart, version) => {
    expect(() => find(INDEX, chart, version)).toThrow(/lists no/);
  });

  test.each([
    ["no entries", "apiVersion: v1"],
    ["a list of entries", "entries: []"],
    ["text", "hello"],
    ["nothing", ""],
    ["an alias bomb", `${bomb()}entries: {shop: *j}`],
    ["broken JSON", '{"entries":'],
  ])("%s: cannot be read", (_, index) => {
    expect(() => find(index, "shop", "1")).toThrow(expect.objectContaining({ code: "CHART_INDEX_MALFORMED" }));
  });

  test.each(["null", "[]", "[null, 1]", "{a: 1}", "[{version: '1'}]", "[{version: '1', urls: []}]"])(
    "versions %s hold no chart",
    (versions) => {
      expect(() => find(`entries: {shop: ${versions}}`, "shop", "1")).toThrow(
        expect.objectContaining({ code: "ARTIFACT_UNKNOWN" }),
      );
    },
  );
});

function bomb(): string {
  const names = [..."abcdefghij"];
  return names
    .map((name, index) => {
      const below = names[index - 1];
      return `${name}: &${name} [${Array.from({ length: 10 }, () => (below === undefined ? "x" : `*${below}`)).join(", ")}]\n`;
    })
    .join("");
}

test("an index of many megabytes that is not written as Helm does is not parsed", () => {
  const index = `entries: {shop: [${"a,".repeat(2.2 * 1024 * 1024)}]}`;
  expect(() => find(index, "shop", "1.0.0")).toThrow(
    expect.objectContaining({ code: "CHART_INDEX_MALFORMED", message: expect.stringContaining("not listed as Helm") }),
  );
});
