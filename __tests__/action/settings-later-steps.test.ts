import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Environment } from "../../src/proxy/settings.ts";
import { readProxySettings } from "../../src/setup/proxy-settings.ts";
import { type FakeProxy, startProxy } from "../../testing/fakes/proxy.ts";
import { type Random, seeded } from "../../testing/generated/random.ts";
import { runAction } from "../../testing/real/action.ts";
import { uniqueAddress } from "../../testing/real/address.ts";
import { withGo } from "../../testing/real/go-program.ts";
import { pathOf, withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { type Client, curlClient, goClient, nodeClient, pythonClient } from "./later-steps.ts";

const SETTINGS = 200;
const BY_THE_BUNDLE = 8;
const SEED = 20_262;

const PRINTABLE = Array.from({ length: 0x7f - 0x20 }, (_, index) => String.fromCharCode(0x20 + index));
/** What ends a host, or begins an escape: where one stands raw, nobody can say what is meant, and it is refused. */
const NEVER_RAW = new Set(["/", "?", "#", "%"]);
const USERS = [
  "ada",
  "CORP\\ada",
  "ada@corp.example",
  "DOM\\ada@corp",
  "ada.b-c_d~e",
  "a b",
  "ada+1",
  "!$&'()*,;=[]^`{|}",
];

interface Listener {
  readonly name: string;
  readonly proxy: FakeProxy;
}

interface Generated {
  readonly value: string;
  readonly proxy: FakeProxy;
  readonly href: string;
  readonly authorization: string;
}

async function startProxies(): Promise<Listener[]> {
  const addresses = ["127.0.0.1", uniqueAddress(), uniqueAddress()];
  const ipv4 = addresses.map(async (address) => ({ name: address, proxy: await startProxy({ address }) }));
  const ipv6 = await startProxy({ address: "::1" });
  return [...(await Promise.all(ipv4)), { name: "[::1]", proxy: ipv6 }, { name: "[0:0:0:0:0:0:0:1]", proxy: ipv6 }];
}

const strictly = (text: string) =>
  Array.from(Buffer.from(text), (octet) =>
    /[A-Za-z0-9._~-]/.test(String.fromCharCode(octet))
      ? String.fromCharCode(octet)
      : `%${octet.toString(16).toUpperCase().padStart(2, "0")}`,
  ).join("");

/** One character as a person may have written it: raw where that is repaired, or escaped, in either case. */
function written(char: string, random: Random, neverRaw: ReadonlySet<string>): string {
  if (!neverRaw.has(char) && !random.chance(1 / 4)) return char;
  const hex = char.charCodeAt(0).toString(16).padStart(2, "0");
  return `%${random.chance(1 / 2) ? hex : hex.toUpperCase()}`;
}

function generate(listeners: readonly Listener[]): Generated[] {
  const random = seeded(SEED);
  return Array.from({ length: SETTINGS }, (_, index) => {
    const { name, proxy } = random.pick(listeners);
    const user = random.pick(USERS);
    // Every character comes in the place of the first, of the last and of one in between.
    const at = (offset: number) => PRINTABLE[(index + offset) % PRINTABLE.length] ?? "";
    const middle = Array.from({ length: random.integer(12) }, () => random.pick(PRINTABLE)).join("");
    const password = `${at(0)}${middle}${at(31)}${middle.slice(0, 3)}${at(62)}`;
    const rawUser = Array.from(user, (char) => written(char, random, NEVER_RAW)).join("");
    const rawPassword = Array.from(password, (char) => written(char, random, NEVER_RAW)).join("");
    const scheme = random.pick(["http://", "http://", "HTTP://", ""]);
    const tail = random.pick(["", "", "/", "/path?query#fragment"]);
    const bare = `${scheme}${rawUser}:${rawPassword}@${name}:${proxy.port}${tail}`;
    const quote = random.pick(["", "", "", '"', "'"]);
    const [before, after] = random.pick([
      ["", ""],
      ["", "\n"],
      [" ", " "],
      ["\t", "\r\n"],
      ["\n", "\n\n"],
      ["", " "],
    ] as const);
    return {
      value: `${before}${quote}${bare}${quote}${after}`,
      proxy,
      href: `http://${strictly(user)}:${strictly(password)}@${name}:${proxy.port}`,
      authorization: `Basic ${Buffer.from(`${user}:${password}`).toString("base64")}`,
    };
  });
}

/** A person's three ways to give a setting. */
function sources(
  value: string,
  index: number,
): { inputs: { httpProxy?: string; httpsProxy?: string }; environment: Environment } {
  if (index % 3 === 0) return { inputs: { httpProxy: value, httpsProxy: value }, environment: {} };
  if (index % 3 === 1) return { inputs: {}, environment: { HTTP_PROXY: value, HTTPS_PROXY: value } };
  return { inputs: { httpProxy: value }, environment: { https_proxy: value, HTTP_PROXY: "http://other.test:1" } };
}

function laterStep({ value }: Generated, index: number): Record<string, string> {
  const { inputs, environment } = sources(value, index);
  const all = { ...environment, ...readProxySettings({ inputs, environment }).variables };
  return Object.fromEntries(Object.entries(all).map(([name, text]) => [name, text ?? ""]));
}

const bothSpellings = (href: string) => ({ HTTP_PROXY: href, http_proxy: href, HTTPS_PROXY: href, https_proxy: href });

test("every character of a password comes raw where that is repaired, and escaped", async () => {
  const proxy = await startProxy();
  const values = generate([{ name: "127.0.0.1", proxy }]).map(({ value }) => value);
  for (const char of PRINTABLE.filter((one) => !NEVER_RAW.has(one) && !/[A-Za-z0-9:@"']/.test(one))) {
    expect(
      values.filter((value) => value.trim().slice(0, value.lastIndexOf("@")).includes(char)).length,
    ).toBeGreaterThan(2);
  }
  for (const char of PRINTABLE) {
    const escaped = `%${char.charCodeAt(0).toString(16)}`;
    expect(values.some((value) => value.toLowerCase().includes(escaped))).toBe(true);
  }
  await stopEverything();
});

test("each is exported in its one form, in both spellings", async () => {
  for (const [index, one] of generate(await startProxies()).entries()) {
    expect(laterStep(one, index)).toMatchObject(bothSpellings(one.href));
  }
  await stopEverything();
});

describe("an international proxy name", () => {
  test.each([
    ["http://ada:p w@pr\u00f6xy.test:3128", "http://ada:p%20w@xn--prxy-6qa.test:3128"],
    ["PR\u00d6XY.test:3128\n", "http://xn--prxy-6qa.test:3128"],
    ["http://CORP\\ada:s3cret@\u4f8b.test:3128", "http://CORP%5Cada:s3cret@xn--fsq.test:3128"],
  ])("%j is exported as %s", (value, href) => {
    expect(
      readProxySettings({ inputs: { httpProxy: value, httpsProxy: value }, environment: {} }).variables,
    ).toMatchObject(bothSpellings(href));
  });
});

describe(`the bundle exports what ${BY_THE_BUNDLE} of them are exported as here`, () => {
  afterAll(stopEverything);

  test("in GITHUB_ENV, with both spellings", async () => {
    const all = generate(await startProxies());
    const chosen = all
      .map((generated, index) => ({ generated, index }))
      .filter(({ index }) => index % (SETTINGS / BY_THE_BUNDLE) === 0);
    expect(chosen).toHaveLength(BY_THE_BUNDLE);
    for (const { generated, index } of chosen) {
      const { inputs, environment } = sources(generated.value, index);
      const given = {
        command: "setup",
        ...(inputs.httpProxy === undefined ? {} : { "http-proxy": inputs.httpProxy }),
        ...(inputs.httpsProxy === undefined ? {} : { "https-proxy": inputs.httpsProxy }),
      };
      const { code, exported } = await runAction({ inputs: given, env: environment as Record<string, string> });
      expect(code).toBe(0);
      expect({ ...environment, ...exported }).toEqual(laterStep(generated, index));
      expect(exported).toMatchObject(bothSpellings(generated.href));
    }
  });
});

/** What every suite of a client asks. */
function usesTheSameProxy(start: () => Client): void {
  let all: readonly Generated[];
  let seen: ReadonlyMap<string, readonly { readonly proxy: FakeProxy; readonly authorization: string | undefined }[]>;
  afterAll(stopEverything);

  beforeAll(async () => {
    const listeners = await startProxies();
    all = generate(listeners);
    const steps = all.map((generated, index) => ({
      env: laterStep(generated, index),
      urls: [`http://case-${index}.example.test/`, `https://case-${index}.example.test/`],
    }));
    await start()(steps);
    const proxies = new Set(listeners.map(({ proxy }) => proxy));
    const requests = [...proxies].flatMap((proxy) =>
      proxy.log.map(({ target, headers }) => ({ target, proxy, authorization: headers["proxy-authorization"] })),
    );
    seen = Map.groupBy(requests, ({ target }) => target);
  });

  test(`goes where ${SETTINGS} settings say, for http and https, with their user and password`, () => {
    const different = all.flatMap(({ value, proxy, authorization }, index) =>
      [80, 443].flatMap((port) => {
        const asked = seen.get(`case-${index}.example.test:${port}`) ?? [];
        const isRight =
          asked.length > 0 && asked.every((one) => one.proxy === proxy && one.authorization === authorization);
        return isRight ? [] : [{ value, port, authorization, asked: asked.map((one) => one.authorization) }];
      }),
    );
    expect(different.slice(0, 10)).toEqual([]);
    expect(seen.size).toBe(2 * SETTINGS);
  });
}

withGo("in a later step, a Go program", () => usesTheSameProxy(goClient));
withParts(["curl"], "in a later step, curl", () => usesTheSameProxy(() => curlClient(pathOf("curl"))));
withParts(["python3"], "in a later step, Python's urllib", () =>
  usesTheSameProxy(() => pythonClient(pathOf("python3"))),
);
describe("in a later step, undici's EnvHttpProxyAgent", () => usesTheSameProxy(() => nodeClient("undici")));
describe("in a later step, Node's own http", () => usesTheSameProxy(() => nodeClient("http")));
