import { beforeAll, expect, test } from "@jest/globals";
import { errorCode } from "../../src/errors/transfer-error.ts";
import { routeFor } from "../../src/proxy/route.ts";
import { readProxySettings } from "../../src/setup/proxy-settings.ts";
import { type Random, seeded } from "../../testing/generated/random.ts";
import { withGo } from "../../testing/real/go-program.ts";
import { askGoHttpproxy, type GoQuestion } from "./go-httpproxy.ts";

const PAIRS = 20_000;
const SEED = 20_261;

const NAMES = [
  "example.com",
  "corp.example",
  "a.b",
  "localhost",
  "registry",
  "my_host.corp",
  "-dash.corp",
  "münchen.example",
  "xn--mnchen-3ya.example",
  "示例.com",
  "xn--fsq092h.com",
  "straße.example",
  "xn--strae-oqa.example",
  "οδός.example",
  "İzmir.example",
  "ǅ.example",
  "1.2.3",
  "0x7f.1",
  "010.0.0.1",
  "256.1.1.1",
];
const IPV4 = ["10.0.0.1", "10.1.2.3", "127.0.0.1", "127.8.9.10", "192.168.0.7", "0.0.0.0", "169.254.169.254"];
const IPV6 = ["::1", "::", "fe80::1", "2001:db8::1", "2001:DB8:0:0::1", "::ffff:10.0.0.1", "::ffff:127.0.0.1"];
const ZONED = ["fe80::1%eth0", "fe80::1%25eth0", "2001:db8::1%1"];
const NETWORKS = [
  "10.0.0.0/8",
  "10.1.2.3/24",
  "0.0.0.0/0",
  "127.0.0.0/8",
  "10.0.0.1/33",
  "10.0.0.0/08",
  "fe80::/10",
  "2001:db8::/32",
  "::/0",
  "::ffff:10.0.0.0/104",
  "::ffff:0:0/96",
  "fe80::%eth0/64",
];
const PORTS = ["", "", "", ":80", ":443", ":5000", ":0443"];
const PREFIXES = ["", "", "", "www.", "a.b.", "not", "xn--mnchen-3ya."];

function cased(text: string, { integer }: Random): string {
  const how = integer(6);
  if (how === 0) return text.toUpperCase();
  return how === 1 ? `${text.slice(0, 1).toUpperCase()}${text.slice(1)}` : text;
}

const dotted = (text: string, { chance }: Random) => (chance(1 / 8) ? `${text}.` : text);

function entry(random: Random): string {
  const { integer, pick } = random;
  switch (integer(14)) {
    case 0:
      return `${pick(IPV4)}${pick([...PORTS, ":*", "/8"])}`;
    case 1:
      return pick([...IPV6, ...ZONED]);
    case 2:
      return `[${pick([...IPV6, ...ZONED])}]${pick([...PORTS, ""])}`;
    case 3:
    case 4:
      return pick(NETWORKS);
    case 5:
      return pick(["*.", "*", ".", "..", "*.*.", "http://", "https://user@", "-."]) + cased(pick(NAMES), random);
    case 6:
      return pick(["*:80", ":80", ".", "*.", "a*.b", "[]:80", "[", "a:b:c", "/", "%", "é", "*.com", ".com", "com"]);
    case 7:
    case 8:
      return `${pick([".", "*."])}${dotted(cased(pick(NAMES), random), random)}${pick(PORTS)}`;
    default:
      return `${pick(PREFIXES)}${dotted(cased(pick(NAMES), random), random)}${pick(PORTS)}`;
  }
}

function noProxy(random: Random): string {
  const { chance, integer, pick } = random;
  const everything = chance(1 / 80) ? ["*"] : [];
  const entries = Array.from({ length: integer(6) }, () => entry(random));
  return [...everything, ...entries].join(pick([",", ",", ", ", " ", "\n", ";", ",,"]));
}

/** What Go refuses to read, and what looks like it. */
const ODD_HOSTS = ["a b", "[::1", "[fe80::1%eth0]", "[1.2.3.4]", "a%41b", "a%zz", "m%C3%BCnchen.example", "a_b"];

/** Chance alone would seldom ask for a name that the list holds. */
function listedName(found: string, random: Random): string | undefined {
  const names = found
    .split(/[\s;,]+/)
    .map((one) => one.replace(/^\*?\.|:\d*$/g, ""))
    .filter((name) => /^[\p{L}\p{N}._-]+$/u.test(name));
  return names.length === 0 ? undefined : `${random.pick(PREFIXES)}${cased(random.pick(names), random)}`;
}

function host(found: string, random: Random): string {
  const { chance, integer, pick } = random;
  const listed = chance(1 / 3) ? listedName(found, random) : undefined;
  if (listed !== undefined) return listed;
  if (chance(1 / 40)) return pick(ODD_HOSTS);
  switch (integer(8)) {
    case 0:
    case 1:
      return pick(IPV4);
    case 2:
      return `[${pick(IPV6)}]`;
    case 3:
      return `[${pick(["fe80::1%25eth0", "fe80::1%25ETH0", "2001:db8::1%251", "::1%25lo"])}]`;
    default:
      return `${pick(PREFIXES)}${dotted(cased(pick(NAMES), random), random)}`;
  }
}

function url(found: string, random: Random): string {
  const { pick } = random;
  const scheme = pick(["http", "https", "https", "HTTPS", "ftp"]);
  return `${scheme}://${pick(["", "", "", "ada:s3cret@"])}${host(found, random)}${pick([...PORTS, ":"])}${pick(["", "/", "/v2/?a=b"])}`;
}

interface Answered {
  readonly question: GoQuestion;
  readonly found: string;
  readonly ours: string;
}

/** Both read what is exported: the canonical list. */
function ask(random: Random): Answered {
  const found = noProxy(random);
  const asked = url(found, random);
  const environment = { HTTP_PROXY: "plain.test:3128", HTTPS_PROXY: "ada:pw@secure.test:3129", NO_PROXY: found };
  const { effective, variables } = readProxySettings({ environment });
  const { HTTP_PROXY: HTTPProxy = "", HTTPS_PROXY: HTTPSProxy = "", NO_PROXY: NoProxy = "" } = variables;
  const question = { HTTPProxy, HTTPSProxy, NoProxy, URL: asked };
  try {
    const route = routeFor(asked, effective);
    return { question, found, ours: route.via === "proxy" ? route.proxy.href : "direct" };
  } catch (error) {
    if (errorCode(error) !== "URL_MALFORMED") throw error;
    return { question, found, ours: "error" };
  }
}

withGo("the package that Go's net/http asks", () => {
  let answered: readonly Answered[];
  let go: readonly string[];
  beforeAll(() => {
    const random = seeded(SEED);
    answered = Array.from({ length: PAIRS }, () => ask(random));
    go = askGoHttpproxy(answered.map(({ question }) => question));
  });

  test(`routes ${PAIRS} random URLs as this action does, with as many random NO_PROXY lists`, () => {
    expect(go).toHaveLength(PAIRS);
    const different = answered.flatMap((one, index) => (go[index] === one.ours ? [] : [{ ...one, go: go[index] }]));
    expect(different.slice(0, 20)).toEqual([]);
  });

  test("the random pairs cover all answers, by names and by addresses", () => {
    const count = (what: (one: Answered) => boolean) => answered.filter(what).length;
    const proxied = ({ ours }: Answered) => ours.startsWith("http");
    const isDirect = ({ ours, question }: Answered) => ours === "direct" && !question.URL.startsWith("ftp");
    expect(count(proxied)).toBeGreaterThan(PAIRS / 5);
    expect(count(isDirect)).toBeGreaterThan(PAIRS / 8);
    expect(count(({ ours }) => ours === "error")).toBeGreaterThan(100);
    expect(count((one) => isDirect(one) && !/\/\/(?:.*@)?[[\d]|localhost/i.test(one.question.URL))).toBeGreaterThan(
      300,
    );
    expect(count((one) => isDirect(one) && /\/\/(?:.*@)?(?:10|192)\./.test(one.question.URL))).toBeGreaterThan(100);
    expect(new Set(answered.map(({ question }) => `${question.NoProxy} ${question.URL}`)).size).toBeGreaterThan(
      PAIRS * 0.8,
    );
  });
});
