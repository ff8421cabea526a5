import { routeFor } from "../proxy/route.ts";
import type { ProxySettings } from "../proxy/settings.ts";
import { registryHosts } from "../stores/registry/hosts.ts";

/** A registry of a run. */
export interface RegistryEndpoint {
  /** `host:port` that requests for manifests go to. */
  readonly hopHost: string;
  readonly plainHttp: boolean;
}

/**
 * Hosts that requests through the proxy will need, each `host:port`, as far as they are known before the redirect of a blob: registries, and the token
 * and blob hosts that they are known to use. They can be allowed with a single request to a network team.
 */
export function expectedThroughProxy(
  registries: readonly RegistryEndpoint[],
  settings: ProxySettings,
): readonly string[] {
  const urls = registries.flatMap(({ hopHost, plainHttp }) => {
    const known = registryHosts(hopHost);
    const others = [...(known?.token ?? []), ...(known?.blob ?? [])].filter((host) => !host.startsWith("."));
    return [
      [`${plainHttp ? "http" : "https"}://${hopHost}`, hopHost],
      ...others.map((host) => [`https://${host}`, `${host}:443`]),
    ];
  });
  const proxied = urls.filter(([url = ""]) => routeFor(url, settings).via === "proxy");
  return [...new Set(proxied.map(([, host = ""]) => host))];
}
