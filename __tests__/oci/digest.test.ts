import { describe, expect, test } from "@jest/globals";
import { encoded, hasherOf, parseDigest, sha256 } from "../../src/oci/digest.ts";

const hex = "0123456789abcdef".repeat(4);

describe("S7: a digest", () => {
  test.each([`sha256:${hex}`, `sha512:${hex}${hex}`])("%s", (text) => {
    expect(parseDigest(text, "test")).toBe(text);
  });

  test.each<[string, unknown]>([
    ["a path", "sha256:../../../../etc/passwd"],
    ["a path of the right length", `sha256:${"../".repeat(21)}a`],
    ["upper case", `sha256:${hex.toUpperCase()}`],
    ["upper-case algorithm", `SHA256:${hex}`],
    ["one too short", `sha256:${hex.slice(1)}`],
    ["one too long", `sha256:${hex}0`],
    ["sha512 as long as sha256", `sha512:${hex}`],
    ["md5", "md5:d41d8cd98f00b204e9800998ecf8427e"],
    ["sha1", "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709"],
    ["a line end behind", `sha256:${hex}\n`],
    ["a NUL behind", `sha256:${hex}\0`],
    ["a query behind", `sha256:${hex}?x=y`],
    ["without algorithm", hex],
    ["empty", ""],
    ["nothing", undefined],
    ["a number", 7],
    ["a list", [`sha256:${hex}`]],
  ])("is not %s", (_, value) => {
    expect(() => parseDigest(value, "layer 3")).toThrow(
      expect.objectContaining({
        code: "DIGEST_MALFORMED",
        where: "layer 3",
        message: expect.not.stringMatching(/[\n\0]/),
      }),
    );
  });

  test("hashes with its own algorithm", () => {
    expect(sha256("abc")).toBe("sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(encoded(sha256("abc"))).toMatch(/^ba7816/);
    const sha512 = parseDigest(`sha512:${hex}${hex}`, "test");
    expect(hasherOf(sha512).update("abc").digest("hex")).toMatch(/^ddaf35a1.{120}$/);
  });
});
