import type { Hop } from "../net/hop.ts";
import { isPlainHost } from "../proxy/plain-host.ts";

/** A host that the run asked, and which way it was reached. An element of the output `hosts`. */
export interface HostResult {
  readonly host: string;
  readonly via: "direct" | "proxy";
  readonly rule: string;
  readonly "needed-for": string;
}

/** Every host once per way, in the order in which they were first asked. What is no host by itself becomes no part of a list. */
export function hostsOf(hops: readonly Hop[]): HostResult[] {
  const hosts = new Map<string, { host: string; via: "direct" | "proxy"; rule: string; purposes: Set<string> }>();
  for (const { host, route, neededFor } of hops) {
    if (!isPlainHost(host)) continue;
    const key = `${route.via} ${host}`;
    const known = hosts.get(key) ?? { host, via: route.via, rule: route.rule, purposes: new Set() };
    known.purposes.add(neededFor);
    hosts.set(key, known);
  }
  return [...hosts.values()].map(({ purposes, ...host }) => ({ ...host, "needed-for": [...purposes].join(", ") }));
}

/** What the proxy has to let through, each `host:port`: what it was asked for, and what it will be. */
export function allowList(hosts: readonly HostResult[], expected: readonly string[]): string[] {
  const asked = hosts.filter(({ via }) => via === "proxy").map(({ host }) => host);
  return [...new Set([...asked, ...expected])].filter(isPlainHost).sort();
}
