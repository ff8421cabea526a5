import type { Hop } from "../net/hop.ts";
import { describePurpose, type Purpose } from "../net/purpose.ts";
import { isPlainHost } from "../proxy/plain-host.ts";

/** A host that the run contacted, and its route. An element of the output `hosts`. */
export interface HostResult {
  readonly host: string;
  readonly via: "direct" | "proxy";
  readonly rule: string;
  readonly "needed-for": string;
}

/** A host with what the picture shows of it. */
export interface DetailedHost extends HostResult {
  /** `host:port` of the registry that redirects here for its blobs. */
  readonly blobsOf?: string;
}

/** Every host once per way, in the order in which they were first asked. What is no host by itself becomes no part of a list. */
export function hostsOf(hops: readonly Hop[]): DetailedHost[] {
  const hosts = new Map<string, Pick<Hop, "host" | "route"> & { readonly purposes: Map<string, Purpose> }>();
  for (const { host, route, purpose } of hops) {
    if (!isPlainHost(host)) continue;
    const key = `${route.via} ${host}`;
    const known = hosts.get(key) ?? { host, route, purposes: new Map() };
    known.purposes.set(describePurpose(purpose), purpose);
    hosts.set(key, known);
  }
  return [...hosts.values()].map(({ host, route: { via, rule }, purposes }) => {
    const blobs = [...purposes.values()].find(({ kind }) => kind === "blobs");
    const result = { host, via, rule, "needed-for": [...purposes.keys()].join(", ") };
    return blobs?.kind === "blobs" ? { ...result, blobsOf: blobs.registry } : result;
  });
}

/** Hosts that the proxy has to allow, each `host:port`: the contacted and the expected ones. */
export function allowList(hosts: readonly HostResult[], expected: readonly string[]): string[] {
  const contacted = hosts.filter(({ via }) => via === "proxy").map(({ host }) => host);
  return [...new Set([...contacted, ...expected])].filter(isPlainHost).sort();
}
