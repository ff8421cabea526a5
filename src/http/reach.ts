import { type LookupAddress, lookup } from "node:dns";
import type { LookupFunction } from "node:net";
import { TransferError } from "../errors.ts";
import { contains, parseIp, parseNetwork } from "../proxy/ip.ts";
import { printable } from "../redact.ts";

/**
 * How far a URL may lead that somebody else wrote: `anywhere`, to `public` addresses only (a name is judged by what it resolves to, where
 * we resolve it and no proxy does), or `nowhere`.
 */
export type Reach = "anywhere" | "public" | "nowhere";

/**
 * The reach of URLs out of component descriptors: what the user named is reached wherever it lies, everything else only where everybody
 * could reach it. A descriptor must not make a runner read what only the runner can see, and publish it.
 */
export function reachOf(url: URL, isNamed: (host: string) => boolean): Reach {
  const name = url.hostname.replace(/\.$/, "").toLowerCase();
  const port = url.port || (url.protocol === "http:" ? "80" : "443");
  if (isNamed(`${name}:${port}`)) return "anywhere";
  const ip = parseIp(name.replace(/^\[(.*)\]$/, "$1"));
  if (ip !== undefined) return isPublic(name) ? "public" : "nowhere";
  return isPrivateName(name) ? "nowhere" : "public";
}

/** Addresses below which clouds serve the credentials of their machines (RFC 3927, RFC 4291, 2.5.6). */
const LINK_LOCAL = ["169.254.0.0/16", "fe80::/10"].flatMap((network) => parseNetwork(network) ?? []);

/** Whether a host (`name[:port]`) is one that no registry has, and that a machine tells its secrets at. */
export function isLinkLocal(host: string): boolean {
  const name = host.replace(/:\d+$/, "").replace(/^\[(.*)\]$/, "$1");
  if (/^metadata\.google\.internal\.?$/i.test(name)) return true;
  const ip = parseIp(name);
  return ip !== undefined && LINK_LOCAL.some((network) => contains(network, ip));
}

/** Names that mean something else on every network: RFC 6761, 6762, 8375, and `.internal`, below which clouds serve their metadata. */
export function isPrivateName(name: string): boolean {
  return !name.includes(".") || /\.(?:localhost|local|internal|home\.arpa)$/.test(name);
}

/** Not globally reachable by the IANA special-purpose address registries (RFC 6890), or for several receivers at once. */
const PRIVATE = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "224.0.0.0/3",
  // IPv4 addresses in disguise: Teredo and 6to4.
  "2001::/32",
  "2002::/16",
].flatMap((network) => parseNetwork(network) ?? []);

const GLOBAL_UNICAST = ["0.0.0.0/0", "2000::/3"].flatMap((network) => parseNetwork(network) ?? []);

/** Whether an address, in brackets or not, is one that everybody may reach. */
export function isPublic(address: string): boolean {
  const ip = parseIp(address.replace(/^\[(.*)\]$/, "$1"));
  if (ip === undefined || !GLOBAL_UNICAST.some((network) => contains(network, ip))) return false;
  return !PRIVATE.some((network) => contains(network, ip));
}

/** Resolves a name to the public ones of its addresses: what is judged is what is dialled, however often the name changes. */
export const lookupPublic: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error !== null) return callback(error, []);
    const [first, ...others] = addresses.filter(({ address }) => isPublic(address));
    if (first === undefined) return callback(addressRefused(hostname, addresses), []);
    if (options.all === true) callback(null, [first, ...others]);
    else callback(null, first.address, first.family);
  });
};

export function addressRefused(host: string, addresses: readonly LookupAddress[] = []): TransferError {
  const found = addresses.map(({ address }) => address).join(", ");
  const where = found === "" ? "" : ` (${found})`;
  const shown = printable(host, 200);
  return new TransferError(
    "ADDRESS_REFUSED",
    `${shown}${where} is no public address, and a component descriptor or a redirect leads there`,
    {
      where: shown,
      remedy:
        "If this host is meant, list it in no-proxy-registries, or in plain-http where it speaks that; otherwise leave the resource by reference.",
    },
  );
}
