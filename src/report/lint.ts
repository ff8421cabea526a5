import type { Finding } from "../errors/finding.ts";
import type { Hop } from "../net/hop.ts";
import { differingClients } from "../proxy/clients.ts";
import { routeFor } from "../proxy/route.ts";
import type { ProxySettings } from "../proxy/settings.ts";

/** More than this nobody reads; the rest is in `explain`. */
const MAX_FINDINGS = 10;

/** Hosts of this run to which other clients in the job would take another way, and the spelling that all read alike. */
export function disagreements(urls: readonly string[], settings: ProxySettings): Finding[] {
  const origins = new Set(urls.flatMap((url) => URL.parse(url)?.origin ?? []));
  return [...origins].flatMap((origin) => disagreement(origin, settings) ?? []).slice(0, MAX_FINDINGS);
}

function disagreement(origin: string, settings: ProxySettings): Finding | undefined {
  const route = routeFor(origin, settings);
  const others = differingClients(origin, route.via, settings).map(({ client }) => client);
  if (others.length === 0) return undefined;
  const { host, hostname } = new URL(origin);
  const here = route.via === "direct" ? "directly" : "through the proxy";
  const there = route.via === "direct" ? "through the proxy" : "directly";
  return {
    code: "CLIENTS_DISAGREE",
    message: `${host} is reached ${here} (${route.rule}); ${others.join(", ")} would go ${there}.`,
    remedy:
      route.via === "direct"
        ? plainSpelling(origin, hostname, settings)
        : "No spelling of NO_PROXY is read alike here; give those clients settings of their own.",
  };
}

/** The host by itself is what most clients understand; whether all do is tried. */
function plainSpelling(origin: string, hostname: string, settings: ProxySettings): string {
  const entry = hostname.replace(/^\[|\]$/g, "");
  const named: ProxySettings = { ...settings, noProxy: [...settings.noProxy, ...withEntry(entry, settings)] };
  const still = differingClients(origin, "direct", named).map(({ client }) => client);
  if (still.length === 0) return `List ${entry} by itself in no-proxy: all clients read that alike.`;
  return `List ${entry} by itself in no-proxy; still going another way: ${still.join(", ")}.`;
}

/** An entry as the models of the clients read it: they look at the text alone. */
function withEntry(entry: string, { noProxy }: ProxySettings): ProxySettings["noProxy"] {
  const [first] = noProxy;
  return first === undefined ? [] : [{ ...first, entry }];
}

/** Registries whose manifests and blobs take different ways. */
export function splitRoutes(hops: readonly Hop[]): Finding[] {
  const findings = new Map<string, Finding>();
  for (const { host, route, purpose, redirectedFrom: from } of hops) {
    const key = `${from?.host} ${host}`;
    if (from === undefined || from.route.via === route.via || findings.has(key)) continue;
    if (purpose.kind !== "blobs") continue;
    findings.set(key, {
      code: "ROUTES_DIFFER",
      message: `Manifests come from ${way(from)}, blobs from ${way({ host, route })}.`,
      remedy:
        "This is fine as long as both ways work; if blobs fail, take both hosts out of the proxy with no-proxy-registries, or leave both to it.",
    });
  }
  return [...findings.values()];
}

function way({ host, route }: Pick<Hop, "host" | "route">): string {
  return `${host} ${route.via === "direct" ? "directly" : "through the proxy"} (${route.rule})`;
}

/** What no step can settle, said where somebody relies on it. */
export function outOfReach({ httpProxy, httpsProxy }: ProxySettings): Finding[] {
  if (httpProxy === undefined && httpsProxy === undefined) return [];
  return [
    {
      code: "OUT_OF_REACH",
      message:
        "The docker daemon, images of container: and services:, downloads of actions and the runner itself do not follow what a step exports.",
      remedy:
        'Set the daemon\'s own: {"proxies": {"https-proxy": "…", "no-proxy": "…"}} in /etc/docker/daemon.json, and https_proxy and no_proxy in the runner\'s .env; see docs/out-of-reach.md.',
    },
  ];
}

export function unverifiedHosts(patterns: readonly string[]): Finding[] {
  if (patterns.length === 0) return [];
  return [
    {
      code: "TLS_UNVERIFIED",
      message: `Certificates are not looked at for ${patterns.join(", ")}: whoever is on the way can read and change what goes there.`,
      remedy: "Put the authority that issued them into ca-certificates instead.",
    },
  ];
}
