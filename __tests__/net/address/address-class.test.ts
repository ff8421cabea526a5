import { describe, expect, test } from "@jest/globals";
import { type AddressClass, classOfText } from "../../../src/net/address/address-class.ts";

const CLASSES: readonly (readonly [AddressClass, readonly string[]])[] = [
  [
    "public",
    [
      "8.8.8.8",
      "192.0.2.1",
      "172.15.0.1",
      "172.32.0.1",
      "168.63.129.17",
      "223.255.255.255",
      "2606:4700::1",
      "[2606:4700::1]",
      "::ffff:8.8.8.8",
      "64:ff9b::8.8.8.8",
    ],
  ],
  [
    "private",
    [
      "0.0.0.0",
      "10.1.2.3",
      "100.64.0.1",
      "100.100.100.201",
      "127.0.0.1",
      "172.16.0.1",
      "172.31.255.255",
      "192.0.0.1",
      "192.168.0.1",
      "198.18.0.1",
      "224.0.0.1",
      "255.255.255.255",
      "::",
      "::1",
      "[::1]",
      "::8.8.8.8",
      "::ffff:127.0.0.1",
      "::ffff:0:10.0.0.1",
      "fc00::1",
      "fd00::1",
      "fec0::1",
      "ff02::1",
      "64:ff9b::7f00:1",
      "64:ff9b:1::8.8.8.8",
      "2002:7f00:1::",
      "2002:808:808::",
      "2001::7f00:1",
    ],
  ],
  [
    "metadata",
    [
      "169.254.0.0",
      "169.254.169.254",
      "169.254.170.2",
      "169.254.255.255",
      "168.63.129.16",
      "100.100.100.200",
      "192.0.0.192",
      "fe80::1",
      "fe80::1%eth0",
      "fe80::a9fe:a9fe",
      "febf::1",
      "fd00:ec2::254",
      "fd00:ec2::23",
      "fd20:ce::254",
      "fd00:c1::a9fe:a9fe",
      "fd00:42::42",
      "fd00:a9fe:a9fe::1",
      "fd00:100::100:200",
    ],
  ],
];

describe.each(CLASSES)("a %s address", (expected, addresses) => {
  test.each(addresses)("%s", (address) => {
    expect(classOfText(address)).toBe(expected);
  });
});

test.each(["", "no address", "1.2.3", "0xa9fea9fe", "010.0.0.1"])(
  "%j is no address, as the dialled ones are spelled",
  (text) => {
    expect(classOfText(text)).toBeUndefined();
  },
);

describe("an IPv4 address inside an IPv6 one is judged too", () => {
  const METADATA = ["169.254.169.254", "168.63.129.16", "100.100.100.200", "192.0.0.192"];
  const hex = (address: string) => {
    const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
    return { high: (a * 256 + b).toString(16), low: (c * 256 + d).toString(16), a, b, c, d };
  };
  const byte = (value: number) => value.toString(16).padStart(2, "0");
  const inverted = (group: string) => (Number.parseInt(group, 16) ^ 0xffff).toString(16);

  test.each<[string, (address: string) => string]>([
    ["IPv4-mapped", (address) => `::ffff:${address}`],
    ["IPv4-mapped, in hexadecimal", (address) => `::ffff:${hex(address).high}:${hex(address).low}`],
    ["IPv4-compatible", (address) => `::${address}`],
    ["IPv4-translated", (address) => `::ffff:0:${address}`],
    ["NAT64", (address) => `64:ff9b::${address}`],
    ["NAT64 of an own network, /96", (address) => `64:ff9b:1::${address}`],
    ["NAT64 of an own network, /96 of a site", (address) => `64:ff9b:1:abcd:12:3456:${address}`],
    [
      "NAT64 of an own network, /48",
      (address) => `64:ff9b:1:${hex(address).high}:${byte(hex(address).c)}:${byte(hex(address).d)}00::`,
    ],
    [
      "NAT64 of an own network, /56",
      (address) => `64:ff9b:1:ab${byte(hex(address).a)}:${byte(hex(address).b)}:${hex(address).low}::`,
    ],
    [
      "NAT64 of an own network, /64",
      (address) =>
        `64:ff9b:1:abcd:${byte(hex(address).a)}:${byte(hex(address).b)}${byte(hex(address).c)}:${byte(hex(address).d)}00::`,
    ],
    ["6to4", (address) => `2002:${hex(address).high}:${hex(address).low}::1`],
    ["Teredo server", (address) => `2001:0:${hex(address).high}:${hex(address).low}::1`],
    ["Teredo client", (address) => `2001:0:808:808:0:1:${inverted(hex(address).high)}:${inverted(hex(address).low)}`],
    ["ISATAP", (address) => `2606:4700::5efe:${address}`],
    ["ISATAP of a public address", (address) => `2606:4700::200:5efe:${address}`],
  ])("%s", (_, spell) => {
    const found = METADATA.map((address) => [spell(address), classOfText(spell(address))]);
    expect(found).toEqual(METADATA.map((address) => [spell(address), "metadata"]));
    expect(classOfText(spell("10.0.0.1"))).toBe(spell("10.0.0.1").startsWith("2606:") ? "public" : "private");
  });
});
