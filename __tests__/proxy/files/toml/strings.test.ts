import { describe, expect, test } from "@jest/globals";
import { parse } from "smol-toml";
import { setTomlStrings } from "../../../../src/proxy/files/toml/strings.ts";
import { seeded } from "../../../../testing/generated/random.ts";
import { generateCdh, type ProxyValues } from "../generated-cdh.ts";

const TABLE = ["image", "image_pull_proxy"];
const origin = "cdh.toml";

const set = (text: string, values: Partial<ProxyValues>) =>
  setTomlStrings(
    { origin, text },
    TABLE,
    Object.entries(values).map(([key, value]) => ({ key, value })),
  );

test("in 1,000 documents of every shape, nothing but the values changes", () => {
  for (let seed = 0; seed < 1000; seed++) {
    const random = seeded(seed);
    const document = generateCdh(random);
    const keep = random.chance(0.1);
    const value = (key: keyof ProxyValues, text: string) =>
      keep ? document.values[key] : random.chance(0.8) ? text : undefined;
    const wanted = {
      https_proxy: value("https_proxy", `http://u:p%27"\\@new:${seed}`),
      http_proxy: value("http_proxy", "http://new:2"),
      no_proxy: value("no_proxy", "a.b,'c'"),
    };
    const lineBreak = /\r?\n/.exec(document.text)?.[0] ?? "\n";
    const written = set(document.text, wanted);
    expect({ seed, written }).toEqual({ seed, written: document.expected(wanted, lineBreak) });
    expect({ seed, again: set(written, wanted) === written }).toEqual({ seed, again: true });
    if (keep) expect(written).toBe(document.text);
    const { image } = parse(written, { integersAsBigInt: true }) as { image?: { image_pull_proxy?: ProxyValues } };
    const { https_proxy, http_proxy, no_proxy } = image?.image_pull_proxy ?? {};
    expect({ https_proxy, http_proxy, no_proxy }).toEqual(wanted);
  }
});

describe("what cannot be changed in place is refused, with its line", () => {
  test.each([
    ['[image]\nimage_pull_proxy = { https_proxy = "x" }', "cdh.toml, line 2, image.image_pull_proxy"],
    ["# first\n\nimage = { image_pull_proxy = {} }\n", "cdh.toml, line 3, image"],
    ["image.image_pull_proxy = {}", "cdh.toml, line 1, image.image_pull_proxy"],
    ["[[image]]\n", "cdh.toml"],
  ])("%j", (text, where) => {
    expect(() => set(text, { https_proxy: "http://new:1" })).toThrow(
      expect.objectContaining({ code: "PROXY_CONFIG_UNEDITABLE", where }),
    );
  });

  test("a value that TOML cannot hold", () => {
    expect(() => set("", { https_proxy: "\ud800" })).toThrow(
      expect.objectContaining({ code: "PROXY_CONFIG_UNEDITABLE" }),
    );
  });
});

test("broken TOML is told by its line, without its text", () => {
  expect(() => set('a = 1\nhttps_proxy = "http://u:secret@proxy\n', {})).toThrow(
    expect.objectContaining({
      code: "PROXY_CONFIG_MALFORMED",
      where: "cdh.toml, line 2",
      message: expect.not.stringContaining("secret"),
    }),
  );
});
