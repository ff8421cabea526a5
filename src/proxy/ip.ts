import { isIPv4, isIPv6 } from "node:net";

/** An address as one number of 128 bits, IPv4 as IPv4-mapped IPv6; `bits` distinguishes the two spellings. */
export interface Ip {
  readonly value: bigint;
  readonly bits: 32 | 128;
  readonly zone: string;
}

export interface IpNetwork {
  readonly value: bigint;
  readonly shift: bigint;
}

const MAPPED = 0xffffn;
const isV4 = (value: bigint): boolean => value >> 32n === MAPPED;

/** Go's netip.ParseAddr: no leading zeros, no short forms, a zone only after IPv6. */
export function parseIp(text: string): Ip | undefined {
  if (isIPv4(text)) return { value: (MAPPED << 32n) | ipv4Value(text), bits: 32, zone: "" };
  const percent = text.indexOf("%");
  const address = percent < 0 ? text : text.slice(0, percent);
  const zone = percent < 0 ? "" : text.slice(percent + 1);
  if (!isIPv6(address) || (percent >= 0 && zone === "")) return undefined;
  return { value: ipv6Value(address), bits: 128, zone };
}

/** Go's net.ParseCIDR: the prefix length without sign or whitespace, no zone. */
export function parseNetwork(text: string): IpNetwork | undefined {
  const slash = text.indexOf("/");
  const ip = slash < 0 ? undefined : parseIp(text.slice(0, slash));
  const prefix = text.slice(slash + 1);
  if (ip === undefined || ip.zone !== "" || !/^\d{1,7}$/.test(prefix) || Number(prefix) > ip.bits) return undefined;
  const shift = BigInt(ip.bits - Number(prefix));
  return { value: (ip.value >> shift) << shift, shift };
}

/** Go's IPNet.Contains: an IPv6 network contains no IPv4 address, with any prefix length. */
export function contains(network: IpNetwork, ip: Ip): boolean {
  return isV4(network.value) === isV4(ip.value) && ip.value >> network.shift === network.value >> network.shift;
}

export function isLoopback(ip: Ip): boolean {
  return isV4(ip.value) ? (ip.value & 0xff00_0000n) === 0x7f00_0000n : ip.value === 1n;
}

/** Whether the name or address of a host is of the machine itself: `localhost`, 127.0.0.0/8, `::1`. */
export function isLoopbackName(name: string): boolean {
  const ip = parseIp(name);
  return name === "localhost" || (ip !== undefined && isLoopback(ip));
}

function ipv4Value(text: string): bigint {
  return text.split(".").reduce((value, octet) => (value << 8n) | BigInt(octet), 0n);
}

function ipv6Value(text: string): bigint {
  const [head = "", tail] = text.split("::");
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const zeros = Array<bigint>(8 - left.length - right.length).fill(0n);
  return [...left, ...zeros, ...right].reduce((value, group) => (value << 16n) | group, 0n);
}

function groups(text: string): bigint[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [BigInt(`0x${group}`)];
    const value = ipv4Value(group);
    return [value >> 16n, value & 0xffffn];
  });
}
