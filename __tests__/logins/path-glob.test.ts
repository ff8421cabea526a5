import { expect, test } from "@jest/globals";
import { matchesPath } from "../../src/logins/path-glob.ts";

test.each<[string, string, boolean]>([
  ["ocm", "ocm", true],
  ["ocm", "oc", false],
  ["ocm", "ocm/shop", false],
  ["", "", true],
  ["*", "", true],
  ["*", "ocm", true],
  ["*", "ocm/shop", false],
  ["*/shop", "ocm/shop", true],
  ["*/*", "ocm/shop", true],
  ["*/*", "ocm/shop/api", false],
  ["o*m*p", "ocm-shop", true],
  ["o*m*p", "ocm/shop", false],
  ["*a*a*b", "aaaab", true],
  ["**m", "ocm", true],
  ["o?m", "ocm", true],
  ["o?m", "o/m", false],
  ["?", "😀", true],
  ["[a-c]cm", "bcm", true],
  ["[^a-c]cm", "bcm", false],
  ["[^a]", "/", true],
  ["[\\]x]", "]", true],
  ["[a\\-c]", "-", true],
  ["[z-a]", "m", false],
  ["o\\*m", "o*m", true],
  ["o\\*m", "ocm", false],
  ["o.m", "ocm", false],
])("%s and %s", (glob, path, expected) => {
  expect(matchesPath(path, glob)).toBe(expected);
});

test.each(["[", "[]", "[^]", "[a", "[-a]", "[a-]", "[a-", "[\\", "a\\", "*["])(
  "%s, which Go refuses, matches nothing",
  (glob) => {
    for (const path of ["", "a", "-", "[", "]", "\\", glob]) expect(matchesPath(path, glob)).toBe(false);
  },
);
