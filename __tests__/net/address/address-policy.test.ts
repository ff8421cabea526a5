import { describe, expect, test } from "@jest/globals";
import { judge, type Party } from "../../../src/net/address/address-policy.ts";
import { hostOf } from "../../../src/net/address/host.ts";
import { namedHosts } from "../../../src/net/address/named-hosts.ts";
import { LOOPBACK, METADATA, NO_HOST, PRIVATE, PUBLIC } from "../../../testing/generated/spelled-hosts.ts";

const nobody = namedHosts([]);

type Verdict = "any" | "routable" | "public" | "refused";

function verdict(url: string, party: Party, named = nobody): Verdict {
  try {
    return judge(new URL(url), party, named);
  } catch (error) {
    expect(error).toMatchObject({ code: "ADDRESS_REFUSED" });
    return "refused";
  }
}

const at = (host: string) => `http://${host}/x`;
const verdicts = (hosts: readonly string[], party: (host: string) => Party) =>
  Object.fromEntries(hosts.map((host) => [host, verdict(at(host), party(host))]));
const all = (hosts: readonly string[], expected: Verdict) => Object.fromEntries(hosts.map((host) => [host, expected]));

const onward = (kind: Party["kind"]) => () => ({ kind, host: "begin.example.test:80" });
const first = (kind: Party["kind"]) => (host: string) => ({ kind, host: hostOf(new URL(at(host))) });

/** The verdicts for a party, by class of host: metadata, private, loopback, public. */
describe.each<[string, (host: string) => Party, readonly [Verdict, Verdict, Verdict, Verdict]]>([
  [
    "the answers of a registry that the user named",
    onward("named-registry"),
    ["refused", "routable", "routable", "routable"],
  ],
  ["a registry that a descriptor names", first("foreign-registry"), ["refused", "routable", "routable", "routable"]],
  ["the answers of such a registry", onward("foreign-registry"), ["refused", "refused", "refused", "public"]],
  ["a web server that a descriptor names", first("web-server"), ["refused", "refused", "refused", "public"]],
  ["the answers of such a server", onward("web-server"), ["refused", "refused", "refused", "public"]],
])("%s", (_, party, expected) => {
  test.each([
    ["metadata", METADATA, expected[0]],
    ["private", PRIVATE, expected[1]],
    ["loopback", LOOPBACK, expected[2]],
    ["public", PUBLIC, expected[3]],
    ["neither address nor name", NO_HOST, "refused"],
  ] as const)("in every spelling: %s", (__, hosts, wanted) => {
    expect(verdicts(hosts, party)).toEqual(all(hosts, wanted));
  });
});

test("more than sixty spellings are judged", () => {
  const spelled = [METADATA, PRIVATE, LOOPBACK, PUBLIC, NO_HOST].flat();
  expect(new Set(spelled).size).toBe(spelled.length);
  expect(METADATA.length).toBeGreaterThanOrEqual(60);
});

describe("a host that the user wrote", () => {
  const web = onward("web-server")();

  test.each([...METADATA, ...PRIVATE, ...LOOPBACK])(
    "%s is reached wherever it lies, at its port and no other",
    (host) => {
      const named = namedHosts([{ pattern: hostOf(new URL(at(host))), isPlain: true }]);
      expect(verdict(at(host), web, named)).toBe("any");
      const other = new URL(at(host));
      other.port = "9";
      expect(verdict(other.href, web, named)).toBe("refused");
    },
  );

  test("without a port stands for its default ports", () => {
    const plain = namedHosts([{ pattern: "127.26.0.1", isPlain: true }]);
    const tls = namedHosts([{ pattern: "127.26.0.1", isPlain: false }]);
    const urls = ["http://127.26.0.1/admin", "https://127.26.0.1/admin", "http://127.26.0.1:9999/admin"];
    expect(urls.map((url) => verdict(url, web, plain))).toEqual(["any", "any", "refused"]);
    expect(urls.map((url) => verdict(url, web, tls))).toEqual(["refused", "any", "refused"]);
  });

  test("by a suffix may be private, but is no metadata server", () => {
    const named = namedHosts([".internal", ".local", ".254"].map((pattern) => ({ pattern, isPlain: true })));
    expect(verdict("http://nas.local/", web, named)).toBe("routable");
    expect(verdict("http://metadata.google.internal/", web, named)).toBe("refused");
    expect(verdict("http://169.254.169.254/", web, named)).toBe("refused");
  });

  test("that no machine can have is for the resolver to refuse", () => {
    expect(verdict("http://registry..corp/", web, namedHosts([{ pattern: "registry..corp", isPlain: true }]))).toBe(
      "any",
    );
  });
});

test.each([
  "http://ada:secret@files.example.test/",
  "http://ada@files.example.test/",
  "ftp://files.example.test/",
  "file:///etc/passwd",
])("%s is refused to everybody, and no password is repeated", (url) => {
  const named = namedHosts([{ pattern: "files.example.test", isPlain: true }]);
  const judging = () => judge(new URL(url), onward("named-registry")(), named);
  expect(judging).toThrow(
    expect.objectContaining({ code: "ADDRESS_REFUSED", message: expect.not.stringContaining("secret") }),
  );
});
