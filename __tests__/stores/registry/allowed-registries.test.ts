import { expect, test } from "@jest/globals";
import {
  isAllowedRegistry,
  parseAllowedRegistry,
  type RegistryLocation,
} from "../../../src/stores/registry/allowed-registries.ts";

const at = (host: string, repository = "acme/shop", isPlain = false): RegistryLocation => ({
  host,
  repository,
  isPlain,
});

test.each<[string, readonly RegistryLocation[], readonly RegistryLocation[]]>([
  [
    "ghcr.io",
    [at("ghcr.io:443"), at("ghcr.io:443", "x")],
    [at("ghcr.io:5000"), at("a.ghcr.io:443"), at("ghcr.io.test:443")],
  ],
  [
    "GHCR.io/acme",
    [at("ghcr.io:443"), at("ghcr.io:443", "acme")],
    [at("ghcr.io:443", "acmes/shop"), at("ghcr.io:443", "a")],
  ],
  ["ghcr.io/acme/shop/", [at("ghcr.io:443"), at("ghcr.io:443", "acme/shop/x")], [at("ghcr.io:443", "acme/shopping")]],
  [".corp", [at("a.corp:443"), at("a.b.corp:443")], [at("corp:443"), at("acorp:443"), at("a.corp:5000")]],
  [".corp:5000", [at("a.corp:5000")], [at("a.corp:443")]],
  ["registry.corp", [at("registry.corp:80", "x", true), at("registry.corp:443")], [at("registry.corp:80")]],
  ["registry.corp:5000", [at("registry.corp:5000")], [at("registry.corp:443")]],
  ["docker.io/acme", [at("registry-1.docker.io:443")], [at("registry-1.docker.io:443", "library/nginx")]],
  ["registry-1.docker.io", [at("registry-1.docker.io:443")], [at("docker.io:5000")]],
  ["10.0.0.1", [at("10.0.0.1:443")], [at("10.0.0.2:443")]],
  ["[::1]:5000", [at("[::1]:5000")], [at("[::1]:443")]],
])("%s allows %j and not %j", (line, those, others) => {
  const allowed = [parseAllowedRegistry(line, "test")];
  expect([...those, ...others].filter((location) => isAllowedRegistry(allowed, location))).toEqual(those);
});

test("without a line everything is allowed", () => {
  expect(isAllowedRegistry([], at("anything.test:443"))).toBe(true);
});
