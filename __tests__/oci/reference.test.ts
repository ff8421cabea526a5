import { describe, expect, test } from "@jest/globals";
import {
  formatArtifactReference,
  invalidRepository,
  isHost,
  isRepository,
  manifestReference,
  parseArtifactReference,
  parseImageReference,
} from "../../src/oci/reference.ts";

const digest = `sha256:${"a1".repeat(32)}`;

describe("a reference to an image", () => {
  test.each([
    ["nginx", "docker.io", "library/nginx", undefined, undefined],
    ["nginx:1.27", "docker.io", "library/nginx", "1.27", undefined],
    ["acme/shop", "docker.io", "acme/shop", undefined, undefined],
    ["docker.io/nginx", "docker.io", "library/nginx", undefined, undefined],
    ["index.docker.io/nginx", "index.docker.io", "library/nginx", undefined, undefined],
    ["ghcr.io/acme/shop:1.0", "ghcr.io", "acme/shop", "1.0", undefined],
    [`ghcr.io/acme/shop@${digest}`, "ghcr.io", "acme/shop", undefined, digest],
    [`ghcr.io/acme/shop:1.0@${digest}`, "ghcr.io", "acme/shop", "1.0", digest],
    ["localhost/shop", "localhost", "shop", undefined, undefined],
    ["localhost:5000/shop:2", "localhost:5000", "shop", "2", undefined],
    ["registry:5000/shop", "registry:5000", "shop", undefined, undefined],
    ["[::1]:5000/shop", "[::1]:5000", "shop", undefined, undefined],
    ["REGISTRY/shop", "REGISTRY", "shop", undefined, undefined],
    ["registry/a__b/c.d/e-f", "docker.io", "registry/a__b/c.d/e-f", undefined, undefined],
  ])("%s", (text, host, repository, tag, found) => {
    expect(parseImageReference(text, "test")).toEqual({ scheme: undefined, host, repository, tag, digest: found });
  });

  test.each([
    ["http://registry/shop:1", "http", "registry"],
    ["https://ghcr.io/shop:1", "https", "ghcr.io"],
    ["oci://ghcr.io/shop:1", undefined, "ghcr.io"],
  ])("with a scheme the first part is the host: %s", (text, scheme, host) => {
    expect(parseImageReference(text, "test")).toEqual({
      scheme,
      host,
      repository: "shop",
      tag: "1",
      digest: undefined,
    });
  });

  test.each([
    "",
    "/",
    "Nginx",
    "ghcr.io/",
    "ghcr.io//shop",
    "ghcr.io/../shop",
    "ghcr.io/acme/../../v2",
    "ghcr.io/shop:",
    "ghcr.io/shop:1 2",
    `ghcr.io/shop:${"a".repeat(129)}`,
    "ghcr.io/shop@",
    "ghcr.io/shop@sha256:abc",
    `ghcr.io/shop@${digest}@${digest}`,
    "ghcr.io/shop?x=y",
    "ghcr.io/shop#x",
    "ghcr.io/shop%2f",
    "ghcr.io/sh\nop",
    "user:password@ghcr.io/shop",
    "ghcr.io:port/shop",
    "ghcr.io:99999/shop",
    "1.2.3.4.5/shop",
    "[:::]/shop",
    "[::1/shop",
    "ftp://ghcr.io/shop",
    "https://ghcr.io",
    "http://localhost:5000",
    `ghcr.io/${"a/".repeat(128)}a`,
    "ghcr.io/a::add-mask::b",
  ])("is not %j", (text) => {
    expect(() => parseImageReference(text, "resource shop")).toThrow(
      expect.objectContaining({
        code: "REFERENCE_MALFORMED",
        where: "resource shop",
        message: expect.not.stringMatching(/\n|::/),
      }),
    );
  });

  test("hostile ones are refused quickly", () => {
    const started = performance.now();
    for (const text of [`${"a-".repeat(50_000)}!`, `${"a.".repeat(50_000)}`, `a/${"a_".repeat(50_000)}:`]) {
      expect(() => parseImageReference(text, "test")).toThrow("no reference");
    }
    expect(performance.now() - started).toBeLessThan(2000);
  });
});

describe("the part behind the host", () => {
  test.each(["shop", "acme/shop:1.0", `acme/shop@${digest}`, `acme/shop:1.0@${digest}`])("%s, and back", (text) => {
    expect(formatArtifactReference(parseArtifactReference(text, "test"))).toBe(text);
  });

  test("the digest is asked for before the tag, and latest without either", () => {
    const asked = (text: string) => manifestReference(parseArtifactReference(text, "test"));
    expect([asked(`shop:1@${digest}`), asked("shop:1"), asked("shop")]).toEqual([digest, "1", "latest"]);
  });
});

test("every host that is accepted makes a URL", () => {
  const hosts = ["ghcr.io", "localhost:5000", "[::1]:5000", "127.0.0.1", "a_b.test", "registry", "a.test:65535"];
  const others = ["", "a.test:65536", "a..test:x", "[::1", "[::g]", "256.1.1.1", "-a.test", "a b", "a/b", "a@b", "a?b"];
  expect(hosts.filter(isHost)).toEqual(hosts);
  expect(others.filter(isHost)).toEqual([]);
});

test("a repository has at most 255 characters", () => {
  expect([isRepository("a".repeat(255)), isRepository("a".repeat(256))]).toEqual([true, false]);
});

describe("the reason why a text cannot be the name of a repository", () => {
  test.each([
    ["Acme/ocm", 'has capitals in "Acme"'],
    ["acme//ocm", "has an empty part between slashes"],
    ["/acme", "has an empty part between slashes"],
    ["acme/_ocm", 'has a separator at the beginning or end of "_ocm"'],
    ["acme/shop-", 'has a separator at the beginning or end of "shop-"'],
    ["acme/a..b", 'has a combination of separators in "a..b" that is not ., _, __ or a row of -'],
    ["acme/a___b", 'has a combination of separators in "a___b" that is not ., _, __ or a row of -'],
    ["acme/sh op", 'has other characters than letters, digits and . _ - in "sh op"'],
    ["a".repeat(300), "has 300 characters, more than 255"],
  ])("%j", (text, reason) => {
    expect(invalidRepository(text)).toBe(reason);
  });

  test.each(["acme", "acme/a.b_c__d-e---f/0"])("%j has none", (text) => {
    expect(invalidRepository(text)).toBeUndefined();
  });
});
