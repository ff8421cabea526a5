import { describe, expect, test } from "@jest/globals";
import {
  formatRepository,
  parseComponentVersion,
  parseRepository,
} from "../../../src/ocm/descriptor/component-reference.ts";

const registry = (host: string, path = "", scheme?: "http" | "https") => ({ kind: "registry", scheme, host, path });
const ctf = (path: string) => ({ kind: "ctf", path });

describe("a repository", () => {
  test.each<[string, object]>([
    ["ghcr.io", registry("ghcr.io")],
    ["ghcr.io/", registry("ghcr.io")],
    ["ghcr.io/acme/ocm", registry("ghcr.io", "acme/ocm")],
    ["ghcr.io/acme/ocm/", registry("ghcr.io", "acme/ocm")],
    ["localhost:5000", registry("localhost:5000")],
    ["registry", registry("registry")],
    ["http://localhost:5000/ocm", registry("localhost:5000", "ocm", "http")],
    ["https://registry.corp/ocm", registry("registry.corp", "ocm", "https")],
    ["oci://registry.corp/ocm", registry("registry.corp", "ocm")],
    ["[::1]:5000/ocm", registry("[::1]:5000", "ocm")],
    ["http://[::1]:5000/ocm", registry("[::1]:5000", "ocm", "http")],
    ["OCIRegistry::ghcr.io/acme", registry("ghcr.io", "acme")],
    ["ociRegistry::http://localhost:5000", registry("localhost:5000", "", "http")],
    ["oci::ghcr.io", registry("ghcr.io")],
    ["OCI::ghcr.io", registry("ghcr.io")],
    ["OCIRepository/v1::ghcr.io/acme", registry("ghcr.io", "acme")],
    ["./folder", ctf("./folder")],
    ["../folder", ctf("../folder")],
    ["/abs/folder", ctf("/abs/folder")],
    [".", ctf(".")],
    ["..", ctf("..")],
    ["archive.tar", ctf("archive.tar")],
    ["archive.tgz", ctf("archive.tgz")],
    ["some/archive.tar.gz", ctf("some/archive.tar.gz")],
    ["ctf::folder", ctf("folder")],
    ["CTF::folder", ctf("folder")],
    ["ctf+tgz::x.y", ctf("x.y")],
    ["CommonTransportFormat::folder", ctf("folder")],
    ["CommonTransportFormat/v1::./folder", ctf("./folder")],
    ["CommonTransportFormat+directory::folder", ctf("folder")],
    ["directory::folder", ctf("folder")],
    ["tgz::archive", ctf("archive")],
    ["tar::archive", ctf("archive")],
  ])("%s is parsed", (text, expected) => {
    expect(parseRepository(text, "input target")).toEqual(expected);
  });

  test.each<[string, string]>([
    ["", "the invalid host"],
    ["ctf::", "has no path"],
    ["git::github.com/acme", "type git"],
    ["my-type::ghcr.io", "type my-type"],
    ["registry corp", "the invalid host"],
    ["-registry", "the invalid host"],
    ["ghcr.io:port/acme", "the invalid host"],
    ["ghcr.io/Acme", "has the path"],
    ["ghcr.io/acme//ocm", "has the path"],
    ["ghcr.io/../etc", "has the path"],
    [`ghcr.io/${"a/".repeat(128)}a`, "has the path"],
    ["ftp://ghcr.io/acme", "the invalid host"],
    ["https://", "the invalid host"],
    ...[`sha256:${"a".repeat(64)}`, `sha512:${"a".repeat(128)}`, `md5:${"a".repeat(32)}`].flatMap((digest) =>
      ["ghcr.io/acme", "ghcr.io/acme//acme.org/shop:1.2.0", "./folder", "shop.tgz", "ctf::folder"].map(
        (repository): [string, string] => [`${repository}@${digest}`, "can pin a component version only"],
      ),
    ),
  ])("%s is refused", (text, why) => {
    expect(() => parseRepository(text, "input target")).toThrow(
      expect.objectContaining({
        code: "REFERENCE_MALFORMED",
        where: "input target",
        message: expect.stringContaining(why),
        remedy: expect.stringMatching(/^Write /),
      }),
    );
  });
});

describe("a component version in the grammar of both CLIs", () => {
  const shop = { component: "acme.org/shop", version: "1.2.0" };
  test.each<[string, object]>([
    ["ghcr.io/acme/ocm//acme.org/shop:1.2.0", { repository: registry("ghcr.io", "acme/ocm"), ...shop }],
    ["ghcr.io//acme.org/shop:1.2.0", { repository: registry("ghcr.io"), ...shop }],
    ["OCIRegistry::ghcr.io/acme//acme.org/shop:1.2.0", { repository: registry("ghcr.io", "acme"), ...shop }],
    [
      "oci::http://localhost:5000/a//acme.org/shop:1.2.0",
      { repository: registry("localhost:5000", "a", "http"), ...shop },
    ],
    ["http://localhost:5000//acme.org/shop:1.2.0", { repository: registry("localhost:5000", "", "http"), ...shop }],
    [
      "OCIRepository/v1::https://ghcr.io/a//acme.org/shop:1.2.0",
      { repository: registry("ghcr.io", "a", "https"), ...shop },
    ],
    ["ghcr.io/acme/component-descriptors/acme.org/shop:1.2.0", { repository: registry("ghcr.io", "acme"), ...shop }],
    ["[::1]:5000/a//acme.org/shop:1.2.0", { repository: registry("[::1]:5000", "a"), ...shop }],
    ["./ctf//acme.org/shop:1.2.0", { repository: ctf("./ctf"), ...shop }],
    ["/tmp/ctf//acme.org/shop:1.2.0", { repository: ctf("/tmp/ctf"), ...shop }],
    ["ctf::some.folder//acme.org/shop:1.2.0", { repository: ctf("some.folder"), ...shop }],
    ["archive.tgz//acme.org/shop:1.2.0", { repository: ctf("archive.tgz"), ...shop }],
    ["ghcr.io//acme.org/shop", { repository: registry("ghcr.io"), component: "acme.org/shop", version: undefined }],
    [
      "ghcr.io//acme.org/a/b-c/d_e.f:v1",
      { repository: registry("ghcr.io"), component: "acme.org/a/b-c/d_e.f", version: "v1" },
    ],
    [
      "ghcr.io//acme.org/x:1.2.3-rc.1+build.5",
      { repository: registry("ghcr.io"), component: "acme.org/x", version: "1.2.3-rc.1+build.5" },
    ],
    ["ghcr.io//acme.org/x:1.2", { repository: registry("ghcr.io"), component: "acme.org/x", version: "1.2" }],
  ])("%s is parsed", (text, expected) => {
    expect(parseComponentVersion(text, "line 1")).toEqual(expected);
  });

  test.each<[string, string]>([
    ["./folder", "./folder"],
    ["../shop.tgz", "../shop.tgz"],
    ["/srv/transfer/shop.tar", "/srv/transfer/shop.tar"],
    [".", "."],
    ["shop.tgz", "shop.tgz"],
    ["path/to/shop.tar.gz", "path/to/shop.tar.gz"],
    ["ctf::some.folder", "some.folder"],
    ["ctf::./folder", "./folder"],
    ["CommonTransportFormat/v1::shop", "shop"],
    ["CommonTransportFormat+tgz::shop", "shop"],
    ["directory::shop", "shop"],
  ])("%s is an archive as a whole", (text, path) => {
    const whole = { repository: ctf(path), component: undefined, version: undefined, digest: undefined };
    expect(parseComponentVersion(text, "line 1")).toEqual(whole);
  });

  const sha256 = `sha256:${"a1".repeat(32)}`;
  const sha512 = `sha512:${"b2".repeat(64)}`;
  test.each<[string, object]>([
    [
      `ghcr.io/acme//acme.org/shop:1.2.0@${sha256}`,
      { repository: registry("ghcr.io", "acme"), ...shop, digest: sha256 },
    ],
    [`./ctf//acme.org/shop:1.2.0@${sha512}`, { repository: ctf("./ctf"), ...shop, digest: sha512 }],
    [
      `http://[::1]:5000/a//acme.org/shop@${sha256}`,
      { repository: registry("[::1]:5000", "a", "http"), ...shop, version: undefined, digest: sha256 },
    ],
    [
      `ghcr.io/acme/component-descriptors/acme.org/shop@${sha256}`,
      { repository: registry("ghcr.io", "acme"), ...shop, version: undefined, digest: sha256 },
    ],
  ])("%s is parsed with its digest", (text, expected) => {
    expect(parseComponentVersion(text, "line 1")).toEqual(expected);
  });

  test.each<[string, string]>([
    [`ghcr.io//acme.org/shop:latest`, "set latest: true"],
    ["ghcr.io//acme.org/shop:1.2.0@", "the invalid digest"],
    ["ghcr.io//acme.org/shop:1.2.0@sha256:abc", "the invalid digest"],
    [`ghcr.io//acme.org/shop@${sha256.slice(0, -1)}`, "the invalid digest"],
    [`ghcr.io//acme.org/shop@${sha256.toUpperCase()}`, "the invalid digest"],
    [`ghcr.io//acme.org/shop@${sha256.replace("a1", "A1")}`, "in lower case"],
    [`ghcr.io//acme.org/shop@md5:${"a".repeat(32)}`, "the invalid digest"],
    [`ghcr.io//acme.org/shop@${sha256}:1.2.0`, "the invalid digest"],
    [`ghcr.io//acme.org/shop@${sha256}@${sha256}`, "the invalid component name"],
    [`ghcr.io//acme.org/shop:1.2.0:1.2.0@${sha256}`, "is not a semantic version"],
    [`ghcr.io/ocm@${sha256}//acme.org/shop:1.2.0`, "has a digest, which can pin a component version only"],
    ["", "has no component"],
    ["ghcr.io/acme/ocm", "has no component"],
    ["oci::ghcr.io/acme/ocm", "has no component"],
    ["oci::./folder", "has no component"],
    ["https://ghcr.io/acme/shop.tgz", "has no component"],
    ["ctf::", "has no path"],
    [`./shop.tgz@${sha256}`, "can pin a component version only"],
    ["./shop.tgz//", "the invalid component name"],
    ["ghcr.io/acme/shop:1.2.0", "has no component"],
    ["https://ghcr.io/acme:1", "has no component"],
    ["ghcr.io//shop:1.2.0", "the invalid component name"],
    ["ghcr.io//acme/shop:1.2.0", "the invalid component name"],
    ["ghcr.io//Acme.org/shop:1.2.0", "the invalid component name"],
    ["ghcr.io//acme.org/:1.2.0", "the invalid component name"],
    ["ghcr.io//acme.org/../x:1.2.0", "the invalid component name"],
    ["ghcr.io//:1.2.0", "the invalid component name"],
    [`ghcr.io//acme.org/${"x".repeat(250)}:1`, "the invalid component name"],
    ["ghcr.io//acme.org//x:1.2.0", "the invalid component name"],
    ["ghcr.io//acme.org/shop:", "is not a semantic version"],
    ["ghcr.io//acme.org/shop:latest", "is not a semantic version"],
    ["ghcr.io//acme.org/shop:1.2.3.4", "is not a semantic version"],
    ["ghcr.io//acme.org/shop:1.2.0/../x", "is not a semantic version"],
    ["ghcr.io//acme.org/shop:1.2.0 ", "is not a semantic version"],
    ["//acme.org/shop:1.2.0", "the invalid host"],
    ["git::x//acme.org/shop:1.2.0", "type git"],
  ])("%s is refused", (text, why) => {
    expect(() => parseComponentVersion(text, "line 1")).toThrow(
      expect.objectContaining({ code: "REFERENCE_MALFORMED", where: "line 1", message: expect.stringContaining(why) }),
    );
  });
});

test.each([
  "https://user:s3cret@ghcr.io/acme//acme.org/shop:1.2.0",
  "user:s3cret@ghcr.io/acme//acme.org/shop:1.2.0",
  "oci::https://s3cret@ghcr.io//acme.org/shop:1.2.0",
  "https://user:s3cret@ghcr.io",
])("a password in a reference is refused and not repeated: %s", (text) => {
  for (const parse of [parseComponentVersion, parseRepository]) {
    const message = (() => {
      try {
        return JSON.stringify(parse(text, "line 1"));
      } catch (error) {
        return (error as Error).message;
      }
    })();
    expect(message).toContain("***@ghcr.io");
    expect(message).not.toContain("s3cret");
  }
});

test.each(["ghcr.io", "ghcr.io/acme/ocm", "http://localhost:5000/a", "./folder", "archive.tgz"])(
  "%s is written as it was read",
  (text) => {
    expect(formatRepository(parseRepository(text, "x"))).toBe(text);
  },
);
