import { contains, type Ip, type IpNetwork, parseIp, parseNetwork } from "../../proxy/ip.ts";

/**
 * `public`: everybody may reach it. `private`: it is another host on every network. `metadata`: link-local, or another address at which
 * a cloud serves the credentials of its machines.
 */
export type AddressClass = "public" | "private" | "metadata";

const networks = (texts: readonly string[]): readonly IpNetwork[] => texts.flatMap((text) => parseNetwork(text) ?? []);
const within = (known: readonly IpNetwork[], ip: Ip): boolean => known.some((network) => contains(network, ip));

const METADATA = networks([
  // Link-local (RFC 3927; RFC 4291, 2.5.6): AWS, Azure, Google Cloud, Oracle, OpenStack and most others.
  "169.254.0.0/16",
  "fe80::/10",
  "168.63.129.16/32", // Azure, WireServer
  "100.100.100.200/32", // Alibaba Cloud
  "fd00:100::100:200/128",
  "192.0.0.192/32", // Oracle Cloud, classic
  "fd00:c1::a9fe:a9fe/128", // Oracle Cloud
  "fd00:ec2::/32", // AWS: instance metadata, EKS Pod Identity
  "fd20:ce::254/128", // Google Cloud
  "fd00:42::42/128", // Scaleway
  "fd00:a9fe:a9fe::1/128", // Akamai (Linode)
]);

/** Not globally reachable by the IANA special-purpose address registries (RFC 6890), or for several receivers at once. */
const PRIVATE = networks([
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
  // Teredo and 6to4: IPv4 addresses through relays of third parties.
  "2001::/32",
  "2002::/16",
]);

const GLOBAL_UNICAST = networks(["0.0.0.0/0", "2000::/3"]);

/** The prefix of NAT64 that DNS64 servers answer with (RFC 6052, 2.1): the IPv4 address behind it is the one that is reached. */
const NAT64 = networks(["64:ff9b::/96"]);

/** Of an address as it is written, in brackets or not; undefined for a name. */
export function classOfText(address: string): AddressClass | undefined {
  const ip = parseIp(address.replace(/^\[(.*)\]$/, "$1"));
  return ip === undefined ? undefined : classOf(ip);
}

export function classOf(ip: Ip): AddressClass {
  if (within(METADATA, ip)) return "metadata";
  const inner = embedded(ip);
  if (inner.some((each) => within(METADATA, each))) return "metadata";
  const [behind] = inner;
  if (behind !== undefined && within(NAT64, ip)) return classOf(behind);
  return within(GLOBAL_UNICAST, ip) && !within(PRIVATE, ip) ? "public" : "private";
}

interface Embedding {
  readonly networks: readonly IpNetwork[];
  /** The IPv4 addresses that an address of these networks may stand for. */
  readonly read: (value: bigint) => readonly bigint[];
}

/** `count` bits of a value, of which `after` follow. */
const bits = (value: bigint, count: bigint, after: bigint): bigint => (value >> after) & ((1n << count) - 1n);
const low = (value: bigint): bigint => bits(value, 32n, 0n);

/** RFC 6052, 2.2: behind prefixes of /48, /56, /64 and /96 bits; bits 64 to 71 are left out. */
const behindPrefix = (value: bigint): readonly bigint[] => [
  (bits(value, 16n, 64n) << 16n) | bits(value, 16n, 40n),
  (bits(value, 8n, 64n) << 24n) | bits(value, 24n, 32n),
  bits(value, 32n, 24n),
  low(value),
];

const EMBEDDINGS: readonly Embedding[] = [
  // IPv4-compatible (RFC 4291, 2.5.5.1), IPv4-translated (RFC 2765, 2.1), NAT64.
  { networks: [...networks(["::/96", "::ffff:0:0:0/96"]), ...NAT64], read: (value) => [low(value)] },
  // NAT64 of one's own network (RFC 8215), with a prefix of unknown length.
  { networks: networks(["64:ff9b:1::/48"]), read: behindPrefix },
  // 6to4 (RFC 3056, 2).
  { networks: networks(["2002::/16"]), read: (value) => [bits(value, 32n, 80n)] },
  // Teredo (RFC 4380, 4): the server, and the client with its bits inverted.
  { networks: networks(["2001::/32"]), read: (value) => [bits(value, 32n, 64n), low(~value)] },
];

/** ISATAP (RFC 5214, 6.1): below any prefix. */
const isIsatap = (value: bigint): boolean => (bits(value, 32n, 32n) & ~0x0200_0000n) === 0x5efen;

function embedded(ip: Ip): readonly Ip[] {
  const found = EMBEDDINGS.filter((embedding) => within(embedding.networks, ip)).flatMap(({ read }) => read(ip.value));
  return [...found, ...(isIsatap(ip.value) ? [low(ip.value)] : [])].map(ipv4);
}

function ipv4(value: bigint): Ip {
  return { value: (0xffffn << 32n) | value, bits: 32, zone: "" };
}
