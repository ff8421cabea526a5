import { routeFor } from "../proxy/route.ts";
import type { ProxySettings } from "../proxy/settings.ts";
import { registryHosts } from "../stores/registry/hosts.ts";

/** A registry that a run has to do with. */
export interface RegistryEndpoint {
  /** `host:port` that requests for manifests go to. */
  readonly hopHost: string;
  readonly plainHttp: boolean;
}

/**
 * What the proxy will be asked for, each `host:port`, as far as that is known before a blob was redirected: registries, and the token
 * and blob hosts that they are known to use. Who is refused one host can ask for all of them at once.
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
