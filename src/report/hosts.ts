import type { Hop } from "../net/hop.ts";
import { describePurpose, type Purpose } from "../net/purpose.ts";
import { isPlainHost } from "../proxy/plain-host.ts";

type Scheme = "http" | "https";

/** A host that the run contacted, and its route. An element of the output `hosts`. */
export interface HostResult {
  readonly host: string;
  readonly via: "direct" | "proxy";
  readonly rule: string;
  readonly "needed-for": string;
}

/** A host with further details for the summary. */
export interface DetailedHost extends HostResult {
  readonly scheme: Scheme;
  /** `host:port` of the registry that redirects here for its blobs. */
  readonly blobsOf?: string;
}

/** Every host once per way, in the order in which they were first asked. What is no host by itself becomes no part of a list. */
export function hostsOf(hops: readonly Hop[]): DetailedHost[] {
  const hosts = new Map<string, Pick<Hop, "host" | "route" | "url"> & { readonly purposes: Map<string, Purpose> }>();
  for (const { host, route, url, purpose } of hops) {
    if (!isPlainHost(host)) continue;
    const key = `${route.via} ${host}`;
    const known = hosts.get(key) ?? { host, route, url, purposes: new Map() };
    known.purposes.set(describePurpose(purpose), purpose);
    hosts.set(key, known);
  }
  return [...hosts.values()].map(({ host, route: { via, rule }, url, purposes }) => {
    const blobs = [...purposes.values()].find(({ kind }) => kind === "blobs");
    const scheme: Scheme = url.startsWith("https:") ? "https" : "http";
    const result = { host, via, rule, "needed-for": [...purposes.keys()].join(", "), scheme };
    return blobs?.kind === "blobs" ? { ...result, blobsOf: blobs.registry } : result;
  });
}

/** A host that the proxy has to allow. */
export interface NeededHost {
  /** `host:port`, or `.domain:port` for all names in a domain. */
  readonly host: string;
  readonly scheme: Scheme;
  readonly purpose: string;
}

/** All that the proxy has to allow. */
export interface AllowList {
  readonly hosts: readonly NeededHost[];
  /** Domains of blob hosts whose names are not known in advance. */
  readonly domains: readonly NeededHost[];
  /** Whether the proxy asks this run for a login, or got one. */
  readonly hasLogin: boolean;
}

export const NOTHING_TO_ALLOW: AllowList = { hosts: [], domains: [], hasLogin: false };

/** Single hosts that the proxy has to allow, sorted: the contacted and the expected ones. */
export function neededHosts(contacted: readonly DetailedHost[], expected: readonly NeededHost[]): NeededHost[] {
  const proxied = contacted
    .filter(({ via }) => via === "proxy")
    .map((each): NeededHost => ({ host: each.host, scheme: each.scheme, purpose: each["needed-for"] }));
  const known = new Map([...expected, ...proxied].map((each) => [each.host, each]));
  return [...known.values()]
    .filter(({ host }) => isPlainHost(host))
    .sort((one, other) => (one.host < other.host ? -1 : 1));
}
