import { createServer } from "node:net";
import { afterEach, describe, expect, test } from "@jest/globals";
import { errorMessage, TransferError } from "../../src/errors/transfer-error.ts";
import { HopError } from "../../src/net/hop.ts";
import { redirectTarget } from "../../src/net/layers/redirects.ts";
import { parseChallenges } from "../../src/stores/registry/auth/challenge.ts";
import { registryError } from "../../src/stores/registry/error.ts";
import { parseLinks } from "../../src/text/link-header.ts";
import { printable, printableUrl } from "../../src/text/redact.ts";
import type { Random } from "../../testing/generated/random.ts";
import { assertUnpolluted, counted, forSeeds, hostileText } from "../../testing/generated/seeds.ts";
import { get, openClient, through } from "../../testing/product/open-client.ts";
import { listen } from "../../testing/real/listening.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

type Pieces = readonly [string, ...string[]];

const CHALLENGE: Pieces = [
  "Bearer ",
  "Basic ",
  "realm=",
  "__proto__=",
  '"',
  "\\",
  ",",
  "=",
  " ",
  "https://a.test/token",
  "\t",
];
const LINK: Pieces = ["<", ">", ";", ",", " rel=", '"next"', "next", '"', "?last=a", "/v2/a/tags/list", "rel", "\t"];
const LOCATION: Pieces = [
  "http",
  "https",
  "://",
  "/",
  "\\",
  "@",
  ":",
  "?",
  "#",
  "..",
  "[::1]",
  "a.test",
  "%2f",
  "javascript:",
];
const FOREIGN: Pieces = [
  ...([
    "::error::",
    "::",
    "##[",
    "\u001b[31m",
    "\u001b[",
    "Bearer abcdefgh",
    "ghp_",
    "eyJ",
    "eyJhbGciOiJub25lIn0.",
    "token=",
  ] as const),
  ...([
    "//a:b@",
    "//",
    ":",
    "@",
    "[::1]",
    "[",
    "]",
    "X-Amz-a=",
    "\u202e",
    "\r\n",
    "x",
    "<title>",
    '{"errors":[{"code":"',
  ] as const),
];

describe("a challenge", () => {
  test("is read whole or not at all, and its parameters are texts of their own", async () => {
    await forSeeds(1500, (random) => {
      const header = hostileText(random, CHALLENGE);
      for (const { scheme, parameters } of parseChallenges(header)) {
        expect(scheme).toMatch(/^[!#$%&'*+.^_`|~0-9a-z-]+$/);
        for (const value of Object.values(parameters)) expect(typeof value).toBe("string");
      }
      assertUnpolluted();
    });
  });

  test.each<[string, (count: number) => string]>([
    ["quotes", (count) => `Bearer ${'realm="a",'.repeat(count)}`],
    ["escapes", (count) => `Bearer realm="${'\\"'.repeat(count)}`],
    ["schemes", (count) => "Basic, ".repeat(count)],
    ["commas", (count) => ",".repeat(count)],
  ])("every character is looked at a few times only: %s", (_, write) => {
    const looks = (count: number) => {
      const header = counted(write(count));
      parseChallenges(header.text);
      return header.looks();
    };
    expect(looks(2000)).toBeLessThanOrEqual(2.3 * looks(1000) + 10);
    expect(looks(2000)).toBeLessThanOrEqual(4 * write(2000).length);
  });
});

test("links lead to parts of their header", async () => {
  await forSeeds(2000, (random) => {
    const header = hostileText(random, LINK);
    for (const { target } of parseLinks(header) ?? []) expect(header).toContain(`<${target}>`);
  });
});

test("a redirect leads to http or https without a login, or is refused", async () => {
  let accepted = 0;
  await forSeeds(2000, (random) => {
    const from = new URL(random.pick(["https://a.test/v2/", "http://127.0.0.1:5000/v2/"]));
    try {
      const target = redirectTarget(from, hostileText(random, LOCATION, 40));
      accepted++;
      expect(["https:", from.protocol]).toContain(target.protocol);
      expect([target.username, target.password]).toEqual(["", ""]);
    } catch (error) {
      if (!(error instanceof TransferError)) throw error;
      expect(error.message.length).toBeLessThan(1000);
    }
  });
  expect(accepted).toBeGreaterThan(100);
});

describe("what is printed of foreign text", () => {
  const WHAT_RUNNERS_READ = /::|##\[/;
  const withoutAddresses = (text: string) => text.replace(/\[[0-9a-fA-F:.]+(?:\]|…$)/g, "[]");

  test("S13: is one line, short, without commands and tokens, and stays so", async () => {
    await forSeeds(3000, (random) => {
      const text = hostileText(random, FOREIGN, 2000);
      const shown = printable(text, 300);
      expect(shown.length).toBeLessThanOrEqual(301);
      expect([...shown].filter((character) => character < " " || /[\u0085\u2028\u202e]/.test(character))).toEqual([]);
      expect(withoutAddresses(shown)).not.toMatch(WHAT_RUNNERS_READ);
      expect(shown).not.toMatch(/eyJ[A-Za-z0-9_-]{8}|Bearer [a-h]{8}/);
      expect(printable(shown, 300).length).toBeLessThanOrEqual(301);
    });
  });

  test("of a URL is no login and no query value", async () => {
    await forSeeds(1500, (random) => {
      const url = `https://user:s3cr3t@a.test/${hostileText(random, ["/", "x", ".."], 20)}?q=s3cr3t${random.chance(0.5) ? "#s3cr3t" : ""}`;
      expect(printableUrl(url)).not.toContain("s3cr3t");
    });
  });
});

/** A server, or a proxy, that answers everything with these bytes and hangs up. */
async function answering(bytes: () => string): Promise<number> {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    socket.once("data", () => socket.end(bytes(), "latin1"));
  });
  return (await listen(server)).port;
}

const HEAD: Pieces = [
  ...([
    "HTTP/1.1 ",
    "200",
    "403 Forbidden",
    "\r\n",
    "\r\n\r\n",
    "Content-Length: 5\r\n",
    "Content-Type: text/html\r\n",
    "x",
  ] as const),
  ...([
    "Location: /\r\n",
    'Proxy-Authenticate: Basic realm="',
    "Transfer-Encoding: chunked\r\n",
    "5\r\n",
    "HTTP/1.0 ",
  ] as const),
];
const reply = (random: Random) =>
  `${random.chance(0.6) ? "HTTP/1.1 403 Forbidden\r\n" : ""}${hostileText(random, HEAD, 200)}`;

test("whatever a proxy replies to CONNECT is a failure of its hop", async () => {
  let bytes = "";
  const port = await answering(() => bytes);
  const client = openClient({ routeFor: () => through(`http://127.0.0.1:${port}`), timeout: 3000 });
  await forSeeds(60, async (random) => {
    bytes = reply(random);
    const error: unknown = await client.request(get("https://a.test/v2/")).then(
      () => undefined,
      (failure) => failure,
    );
    expect(error).toBeInstanceOf(HopError);
    expect((error as HopError).reply?.text.length ?? 0).toBeLessThanOrEqual(2048);
    expect(errorMessage(error).length).toBeLessThan(2000);
  });
});

test("whatever a registry refuses with becomes one short line", async () => {
  let bytes = "";
  const port = await answering(() => bytes);
  const client = openClient({ timeout: 3000 });
  await forSeeds(60, async (random) => {
    const body = hostileText(random, FOREIGN, 20_000);
    bytes = `HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n${body}`;
    const response = await client.request(get(`http://127.0.0.1:${port}/v2/`));
    const { message, registryCodes } = await registryError(response, "asking");
    expect(message.length).toBeLessThan(1000);
    expect([...message].filter((character) => character < " ")).toEqual([]);
    expect(isPlain(registryCodes)).toBe(true);
  });
});

function isPlain(codes: readonly string[]): boolean {
  return codes.every((code) => code.length <= 61 && ![...code].some((character) => character < " "));
}
