import { describe, expect, test } from "@jest/globals";
import { bestImage, describePlatform, parsePlatform, platformOf } from "../../src/oci/platform.ts";

const parsed = (text: string) => {
  const platform = parsePlatform(text);
  if (platform === undefined) throw new Error(`${text} is not a platform`);
  return platform;
};
const images = (platforms: string) => platforms.split(" ").map((text) => ({ text, platform: parsed(text) }));

// What regclient's `platform.Compare` chooses, but for images of another operating system.
describe("the best image of an index", () => {
  const multi = "linux/amd64 linux/arm64 linux/s390x";
  const arm = "linux/arm/v5 linux/arm/v6 linux/arm/v7 linux/arm64/v8";
  const levels = "linux/amd64 linux/amd64/v2 linux/amd64/v3";
  const windows =
    "windows/amd64,osver=10.0.17763.4974 windows/amd64,osver=10.0.20348.1970 windows/amd64,osver=10.0.20348.2031";
  test.each([
    [multi, "linux/amd64", "linux/amd64"],
    [multi, "linux/arm64", "linux/arm64"],
    [multi, "linux/aarch64/v8", "linux/arm64"],
    [multi, "linux/riscv64", undefined],
    [arm, "linux/arm/v6", "linux/arm/v6"],
    [arm, "linux/arm", "linux/arm/v7"],
    ["linux/arm/v5 linux/arm/v6", "linux/arm/v7", "linux/arm/v6"],
    ["linux/arm/v7", "linux/arm/v6", undefined],
    [levels, "linux/amd64", "linux/amd64"],
    [levels, "linux/amd64/v4", "linux/amd64/v3"],
    ["linux/amd64/v2", "linux/amd64", undefined],
    ["linux/arm64/v9 linux/arm64", "linux/arm64/v9", "linux/arm64/v9"],
    [windows, "windows/amd64", "windows/amd64,osver=10.0.20348.2031"],
    [windows, "windows/amd64,osver=10.0.20348.1970", "windows/amd64,osver=10.0.20348.1970"],
    [windows, "windows/amd64,osver=10.0.20348", "windows/amd64,osver=10.0.20348.2031"],
    [windows, "windows/amd64,osver=10.0.17763.1", "windows/amd64,osver=10.0.17763.4974"],
    [windows, "windows/amd64,osver=10.0.26100.1", undefined],
    [`linux/amd64 ${windows}`, "linux/amd64", "linux/amd64"],
    ["linux/amd64", "windows/amd64", undefined],
    ["unknown/unknown linux/386", "linux/i386", "linux/386"],
    ["darwin/arm64 linux/arm64", "macos/arm64", "darwin/arm64"],
  ])("of %s for %s is %s", (list, wanted, expected) => {
    for (const order of [images(list), images(list).reverse()])
      expect(bestImage(parsed(wanted), order)?.text).toBe(expected);
  });

  test("is the first one of equal platforms", () => {
    const [first, second] = [{ platform: parsed("linux/amd64") }, { platform: parsed("linux/x86_64/v1") }];
    expect(bestImage(parsed("linux/amd64"), [first, second])).toBe(first);
  });
});

describe("a platform", () => {
  test.each([
    "",
    "linux",
    "linux/",
    "/amd64",
    "linux/amd64/v1/x",
    "linux/amd64,osver=",
    "linux/amd64,x=1",
    "linux/a b",
  ])("is not read from %j", (text) => expect(parsePlatform(text)).toBeUndefined());

  test("is read from an entry of an index, and written as it is spelled in inputs", () => {
    const entry = { os: "windows", architecture: "amd64", "os.version": "10.0.17763.4974", "os.features": ["win32k"] };
    expect(describePlatform(platformOf(entry))).toBe("windows/amd64,osver=10.0.17763.4974");
    expect(describePlatform(platformOf({ os: "linux", architecture: "arm64", variant: "v8" }))).toBe("linux/arm64");
    expect(describePlatform(platformOf({ os: 1, architecture: null }))).toBe("");
  });
});
