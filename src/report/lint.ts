import type { Finding } from "../errors/finding.ts";
import type { Hop } from "../net/hop.ts";
import { differingClients } from "../proxy/clients.ts";
import { routeFor } from "../proxy/route.ts";
import type { ProxySettings } from "../proxy/settings.ts";

/** For readability; `explain` has all of them. */
const MAX_FINDINGS = 10;

/** Hosts of this run to which other clients in the job would use another route, and an entry on which all clients agree. */
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
        : "No entry of NO_PROXY has the same effect in all clients; configure those clients separately.",
  };
}

/** Most clients support the plain host name; whether all do is evaluated. */
function plainSpelling(origin: string, hostname: string, settings: ProxySettings): string {
  const entry = hostname.replace(/^\[|\]$/g, "");
  const named: ProxySettings = { ...settings, noProxy: [...settings.noProxy, ...withEntry(entry, settings)] };
  const still = differingClients(origin, "direct", named).map(({ client }) => client);
  if (still.length === 0) return `List ${entry} by itself in no-proxy: all clients agree on that entry.`;
  return `List ${entry} by itself in no-proxy; still with another route: ${still.join(", ")}.`;
}

/** An entry for the models of the clients, which read its text only. */
function withEntry(entry: string, { noProxy }: ProxySettings): ProxySettings["noProxy"] {
  const [first] = noProxy;
  return first === undefined ? [] : [{ ...first, entry }];
}

/** Registries whose manifests and blobs have different routes. */
export function splitRoutes(hops: readonly Hop[]): Finding[] {
  const findings = new Map<string, Finding>();
  for (const { host, route, purpose, redirectedFrom: from } of hops) {
    const key = `${from?.host} ${host}`;
    if (from === undefined || from.route.via === route.via || findings.has(key)) continue;
    if (purpose.kind !== "blobs") continue;
    findings.set(key, {
      code: "ROUTES_DIFFER",
      message: `Manifests come from ${routeText(from)}, blobs from ${routeText({ host, route })}.`,
      remedy:
        "This is fine as long as both routes work; if blobs fail, reach both hosts directly with no-proxy-registries, or both through the proxy.",
    });
  }
  return [...findings.values()];
}

function routeText({ host, route }: Pick<Hop, "host" | "route">): string {
  return `${host} ${route.via === "direct" ? "directly" : "through the proxy"} (${route.rule})`;
}

/** Programs that do not use exported settings, reported by `setup`. */
export function outOfReach({ httpProxy, httpsProxy }: ProxySettings): Finding[] {
  if (httpProxy === undefined && httpsProxy === undefined) return [];
  return [
    {
      code: "OUT_OF_REACH",
      message:
        "The Docker daemon, images of container: and services:, downloads of actions and the runner itself do not use the settings that a step exports.",
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
      message: `TLS certificates are not verified for ${patterns.join(", ")}: anybody on the route can read and change the traffic.`,
      remedy: "Add the CA that issued them to ca-certificates instead.",
    },
  ];
}
