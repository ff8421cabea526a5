import { expect, test } from "@jest/globals";
import type { AddressClass } from "../../src/net/address/address-class.ts";
import { judge, type Party } from "../../src/net/address/address-policy.ts";
import { hostOf } from "../../src/net/address/host.ts";
import { namedHosts } from "../../src/net/address/named-hosts.ts";
import { type Random, seeded } from "../../testing/generated/random.ts";

const SEED = 20_261_128;
const CASES = 4000;

/** First and last address of the ranges, as octets, and their class; all others are public. */
const RANGES: readonly (readonly [string, string, AddressClass])[] = [
  ["168.63.129.16", "168.63.129.16", "metadata"],
  ["169.254.0.0", "169.254.255.255", "metadata"],
  ["100.100.100.200", "100.100.100.200", "metadata"],
  ["192.0.0.192", "192.0.0.192", "metadata"],
  ["0.0.0.0", "0.255.255.255", "private"],
  ["10.0.0.0", "10.255.255.255", "private"],
  ["100.64.0.0", "100.127.255.255", "private"],
  ["127.0.0.0", "127.255.255.255", "private"],
  ["172.16.0.0", "172.31.255.255", "private"],
  ["192.0.0.0", "192.0.0.255", "private"],
  ["192.168.0.0", "192.168.255.255", "private"],
  ["198.18.0.0", "198.19.255.255", "private"],
  ["224.0.0.0", "255.255.255.255", "private"],
];

const numberOf = (octets: string) => octets.split(".").reduce((value, octet) => value * 256 + Number(octet), 0);

function expectedClass(address: number): AddressClass {
  const range = RANGES.find(([first, last]) => numberOf(first) <= address && address <= numberOf(last));
  return range?.[2] ?? "public";
}

/** An address of a range, of its edges or just beside it, or any. */
function someAddress(random: Random): number {
  if (random.chance(0.2)) return random.integer(2 ** 32);
  const [first, last] = random.pick(RANGES as [(typeof RANGES)[number], ...(typeof RANGES)[number][]]);
  const [low, high] = [numberOf(first), numberOf(last)];
  const inside = low + random.integer(high - low + 1);
  return random.pick([low, high, inside, inside, Math.max(0, low - 1), Math.min(2 ** 32 - 1, high + 1)]);
}

const hex = (value: number, digits: number) => value.toString(16).padStart(digits, "0");

/** One to four parts, the last of which holds all that is left (inet_aton(3)), each in any base, in ASCII or in full width. */
function spellIpv4(address: number, random: Random): string {
  const parts = 1 + random.integer(4);
  const octets = [24, 16, 8].slice(0, parts - 1).map((shift) => Math.floor(address / 2 ** shift) % 256);
  const rest = address % 2 ** (32 - 8 * octets.length);
  const text = [...octets, rest].map((part) => spellNumber(part, random)).join(".");
  if (!random.chance(0.2)) return `${text}${random.chance(0.1) ? "." : ""}`;
  return text.replace(/[0-9.]/g, (sign) => String.fromCharCode(sign.charCodeAt(0) + 0xfee0));
}

function spellNumber(value: number, random: Random): string {
  const zeros = "0".repeat(random.integer(3));
  return random.pick([
    String(value),
    String(value),
    `0x${zeros}${value.toString(16)}`,
    `0X${value.toString(16).toUpperCase()}`,
    `0${zeros}${value.toString(8)}`,
  ]);
}

interface Wrapping {
  readonly spell: (high: string, low: string, random: Random) => string;
  /** Whether the IPv4 address itself is what is reached. */
  readonly isTransparent: boolean;
}

const group = (random: Random) => hex(random.integer(0x1_0000), 1);
const inverted = (digits: string) => hex(Number.parseInt(digits, 16) ^ 0xffff, 1);

const WRAPPINGS: readonly [Wrapping, ...Wrapping[]] = [
  { spell: (high, low) => `::ffff:${high}:${low}`, isTransparent: true },
  { spell: (high, low) => `0:0:0:0:0:FFFF:${high}:${low}`, isTransparent: true },
  { spell: (high, low) => `64:ff9b::${high}:${low}`, isTransparent: true },
  { spell: (high, low) => `::ffff:0:${high}:${low}`, isTransparent: false },
  {
    spell: (high, low, random) => `64:ff9b:1:${group(random)}:0:${group(random)}:${high}:${low}`,
    isTransparent: false,
  },
  { spell: (high, low, random) => `2002:${high}:${low}:${group(random)}::${group(random)}`, isTransparent: false },
  { spell: (high, low) => `2001:0:${high}:${low}::`, isTransparent: false },
  { spell: (high, low) => `2001:0:808:808:8000:1:${inverted(high)}:${inverted(low)}`, isTransparent: false },
];

const webServer: Party = { kind: "web-server", host: "begin.example.test:80" };
const nobody = namedHosts([]);

function classFound(url: URL): AddressClass {
  const asked = (party: Party) => {
    try {
      return judge(url, party, nobody);
    } catch {
      return undefined;
    }
  };
  if (asked(webServer) === "public") return "public";
  return asked({ kind: "foreign-registry", host: hostOf(url) }) === "routable" ? "private" : "metadata";
}

test("an IPv4 address is judged the same in every spelling", () => {
  const random = seeded(SEED);
  const wrong: string[] = [];
  const seen = new Set<AddressClass>();
  for (let nth = 0; nth < CASES; nth++) {
    const address = someAddress(random);
    const expected = expectedClass(address);
    const text = spellIpv4(address, random);
    const found = classFound(new URL(`http://${text}/x`));
    seen.add(expected);
    if (found !== expected) wrong.push(`seed ${SEED}, case ${nth}: ${text} is ${found}, not ${expected}`);
  }
  expect(wrong).toEqual([]);
  expect(seen.size).toBe(3);
});

test("an IPv4 address inside an IPv6 one is never judged more kindly than itself", () => {
  const random = seeded(SEED + 1);
  const wrong: string[] = [];
  for (let nth = 0; nth < CASES; nth++) {
    const address = someAddress(random);
    const inner = expectedClass(address);
    const { spell, isTransparent } = random.pick(WRAPPINGS);
    const text = spell(hex(Math.floor(address / 0x1_0000), 1), hex(address % 0x1_0000, 1), random);
    const found = classFound(new URL(`http://[${text}]/x`));
    const isRight = isTransparent
      ? found === inner
      : found === "metadata" || (inner !== "metadata" && found === "private");
    if (!isRight) wrong.push(`seed ${SEED + 1}, case ${nth}: ${text} is ${found}, and its IPv4 address ${inner}`);
  }
  expect(wrong).toEqual([]);
});
