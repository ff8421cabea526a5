import { expect, test } from "@jest/globals";
import { namedHosts } from "../../../src/net/address/named-hosts.ts";

const one = (pattern: string, isPlain = false) => namedHosts([{ pattern, isPlain }]);

test.each<[string, boolean, readonly string[], readonly string[]]>([
  [
    "files.corp",
    false,
    ["files.corp:443", "files.corp.:443"],
    ["files.corp:80", "files.corp:9999", "a.files.corp:443"],
  ],
  ["files.corp", true, ["files.corp:443", "files.corp:80"], ["files.corp:9999"]],
  ["Files.Corp.:5000", true, ["files.corp:5000"], ["files.corp:443", "files.corp:80"]],
  ["10.0.0.1:8080", true, ["10.0.0.1:8080"], ["10.0.0.1:80", "10.0.0.2:8080"]],
  ["127.1", false, ["127.0.0.1:443"], ["127.0.0.2:443"]],
  ["[0:0::1]:5000", false, ["[::1]:5000"], ["[::1]:443"]],
  ["bücher.test", false, ["xn--bcher-kva.test:443"], []],
  ["a b", false, [], ["a:443", "a b:443"]],
])("%s, in plain HTTP %s, is %j and not %j", (pattern, isPlain, those, others) => {
  const hosts = one(pattern, isPlain);
  expect([...those, ...others].filter(hosts.has)).toEqual(those);
  expect([...those, ...others].filter(hosts.covers)).toEqual(those);
});

test.each<[string, boolean, readonly string[], readonly string[]]>([
  [".corp", false, ["a.corp:443", "a.b.corp:443"], ["corp:443", "acorp:443", "a.corp:80", "a.corp:5000"]],
  [".corp", true, ["a.corp:80"], ["a.corp:5000"]],
  [".corp:5000", false, ["a.corp:5000"], ["a.corp:443"]],
  [".254", true, [], ["169.254.169.254:80", "169.254.169.254:443"]],
  [".169.254", true, [], ["169.254.169.254:80"]],
  [".1]", true, [], ["[::1]:80"]],
])("%s, in plain HTTP %s, covers %j and not %j, and is no host itself", (pattern, isPlain, those, others) => {
  const hosts = one(pattern, isPlain);
  expect([...those, ...others].filter(hosts.covers)).toEqual(those);
  expect([...those, ...others].filter(hosts.has)).toEqual([]);
});
