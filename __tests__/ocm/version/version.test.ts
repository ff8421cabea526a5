import { expect, test } from "@jest/globals";
import { compareVersions, latestOf, parseVersion } from "../../../src/ocm/version/version.ts";

test.each<[string, readonly bigint[], readonly string[]]>([
  ["1.2.3", [1n, 2n, 3n], []],
  ["v1", [1n, 0n, 0n], []],
  ["01.02", [1n, 2n, 0n], []],
  ["1.2.3-rc.1", [1n, 2n, 3n], ["rc", "1"]],
  ["1-a-b+c.01", [1n, 0n, 0n], ["a-b"]],
  ["18446744073709551615.0.1", [18446744073709551615n, 0n, 1n], []],
])("%s is parsed as a version", (text, numbers, prerelease) => {
  expect(parseVersion(text)).toEqual({ numbers, prerelease });
});

test.each([
  "",
  "latest",
  "V1",
  "1.",
  "1.2.3.4",
  "1.2.3-",
  "1.2.3-a..b",
  "1.2.3-01",
  "1+",
  "1+a..b",
  " 1",
  "1\n",
  "1,2",
])("%j is not a version", (text) => {
  expect(parseVersion(text)).toBeUndefined();
});

test("numbers are limited to 64 bits and versions to 256 characters, as in Go", () => {
  expect(parseVersion("18446744073709551616")).toBeUndefined();
  expect(parseVersion(`1-${"a".repeat(254)}`)).toBeDefined();
  expect(parseVersion(`1-${"a".repeat(255)}`)).toBeUndefined();
});

test("versions are ordered by the precedence of the specification, invalid ones first", () => {
  const ascending = [
    "latest",
    "main",
    "0.9",
    "1.0.0-0",
    "1.0.0-9",
    "1.0.0-10",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta",
    "1.0.0-rc.1",
    "1",
    "1.0.9",
    "1.0.10",
    "v1.1",
  ];
  const shuffled = ascending.toSorted((one, other) => one.length - other.length || (one < other ? 1 : -1));
  expect(shuffled).not.toEqual(ascending);
  expect(shuffled.toSorted(compareVersions)).toEqual(ascending);
});

test.each([
  ["v1", "1.0.0"],
  ["1.0.0+a", "1.0.0+b"],
  ["1.0.0-a+1", "1-a"],
])("%s and %s have the same precedence", (one, other) => {
  expect(compareVersions(one, other)).toBe(0);
  expect(compareVersions(other, one)).toBe(0);
});

test.each<[readonly string[], string | undefined]>([
  [[], undefined],
  [["main", "latest"], undefined],
  [["1.9.0", "main", "1.10.0", "1.2.0"], "1.10.0"],
  [["1.0.0", "1.1.0-rc.1"], "1.1.0-rc.1"],
  [["1.1.0-rc.1", "1.1.0"], "1.1.0"],
  [["1.0.0+b", "1.0.0+a"], "1.0.0+b"],
  [["1.0.0+a", "1.0.0+b"], "1.0.0+b"],
])("the latest of %j is %s", (versions, latest) => {
  expect(latestOf(versions)).toBe(latest);
});
