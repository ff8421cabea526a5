import { routeFor } from "../proxy/route.ts";
import type { ProxySettings } from "../proxy/settings.ts";
import { type AllowList, type DetailedHost, type NeededHost, neededHosts } from "../report/hosts.ts";
import { isSharedStorage, registryHosts } from "../stores/registry/hosts.ts";

/** A registry of a run. */
export interface RegistryEndpoint {
  /** `host:port` that requests for manifests go to. */
  readonly hopHost: string;
  readonly plainHttp: boolean;
}

/** Of a run, as far as it has come. */
export interface ProxiedRun {
  readonly registries: readonly RegistryEndpoint[];
  readonly settings: ProxySettings;
  readonly contacted: readonly DetailedHost[];
  /** Whether the run contacted all hosts that it needs. */
  readonly isComplete: boolean;
  /** Whether the proxy asked for a login. */
  readonly wantsLogin: boolean;
}

/**
 * What the proxy has to allow, so that a single request to a network team is enough: contacted hosts and, of a run that did not get to
 * contact all, those that its registries are known to use.
 */
export function allowListOf({ registries, settings, contacted, isComplete, wantsLogin }: ProxiedRun): AllowList {
  const expected = expectedThroughProxy(registries, settings);
  const isDomain = ({ host }: NeededHost) => host.startsWith(".");
  const hosts = neededHosts(contacted, isComplete ? [] : expected.filter((each) => !isDomain(each)));
  // A storage service for everybody is allowed as a whole only while the name in it is unknown.
  const isNeeded = (domain: string) => !isSharedStorage(domain) || !hosts.some(({ host }) => isIn(domain, host));
  const domains = expected.filter((each) => isDomain(each) && isNeeded(each.host.replace(/:\d+$/, "")));
  const { httpProxy, httpsProxy } = settings;
  const isGiven = [httpProxy, httpsProxy].some((proxy) => `${proxy?.username ?? ""}${proxy?.password ?? ""}` !== "");
  return { hosts, domains, hasLogin: wantsLogin || isGiven };
}

function isIn(domain: string, host: string): boolean {
  return host.replace(/:\d+$/, "").endsWith(domain);
}

/** Registries, with the token and blob hosts that they are known to use, whose route is the proxy. */
function expectedThroughProxy(registries: readonly RegistryEndpoint[], settings: ProxySettings): NeededHost[] {
  const needed = registries.flatMap(({ hopHost, plainHttp }): NeededHost[] => {
    const known = registryHosts(hopHost);
    const other = (purpose: string) => (host: string) => ({ host: `${host}:443`, scheme: "https" as const, purpose });
    return [
      { host: hopHost, scheme: plainHttp ? "http" : "https", purpose: "registry" },
      ...(known?.token ?? []).map(other(`token for ${hopHost}`)),
      ...(known?.blob ?? []).map(other(`blobs of ${hopHost}`)),
    ];
  });
  const isProxied = ({ host, scheme }: NeededHost) =>
    routeFor(`${scheme}://${host.replace(/^\./, "any.")}`, settings).via === "proxy";
  const distinct = new Map(needed.filter(isProxied).map((each) => [each.host, each]));
  return [...distinct.values()];
}
