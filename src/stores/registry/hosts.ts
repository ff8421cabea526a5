import type { Finding } from "../../errors/finding.ts";
import { canonicalHost } from "../../oci/host.ts";
import { authorityOf, findRegistry } from "./known/find.ts";
import type { Confidence } from "./known/known-registry.ts";

/**
 * Which hosts a registry sends its clients to, as of November 2026. Only the redirect of a real blob request is certain; this is what
 * an allow list or NO_PROXY can be filled with beforehand. A host that starts with a dot stands for everything below it.
 */
export interface RegistryHosts {
  readonly registry: readonly string[];
  readonly token: readonly string[];
  readonly blob: readonly string[];
  readonly confidence: Confidence;
}

/** The hosts of a known registry, by `host[:port]`. */
export function registryHosts(registry: string): RegistryHosts | undefined {
  const found = findRegistry(registry);
  if (found === undefined) return undefined;
  const { known, host, fill } = found;
  return {
    registry: known.aliases ?? [host],
    token: (known.token ?? []).map((template) => fill(template)),
    blob: known.blob.map((template) => fill(template)),
    confidence: known.confidence,
  };
}

/** The host of the API of a registry: that of Docker Hub has another name. */
export function apiHost(host: string): string {
  return canonicalHost(host) === "docker.io" ? "registry-1.docker.io" : host;
}

/** Hosts, other than itself, that a registry's own credentials may go to for a token. Hints are not enough for that. */
export function tokenHostsOf(registry: string): readonly string[] {
  const hosts = registryHosts(registry);
  return hosts === undefined || hosts.confidence === "low" ? [] : hosts.token;
}

/** One line of `no-proxy-registries` as entries of NO_PROXY: registry, token hosts, blob hosts. */
export function noProxyEntriesFor(registry: string): {
  readonly entries: readonly string[];
  readonly findings: readonly Finding[];
} {
  const hosts = registryHosts(registry);
  if (hosts === undefined || hosts.confidence === "low") {
    const host = authorityOf(registry);
    return { entries: [host], findings: [blobHostsUnknown(host, hosts?.blob ?? [])] };
  }
  const shared = hosts.blob.filter((host) => SHARED.has(host));
  return {
    entries: [...new Set([...hosts.registry, ...hosts.token, ...hosts.blob])],
    findings: shared.length === 0 ? [] : [blobHostsShared(authorityOf(registry), shared)],
  };
}

/** Storage services with other content than that of registries. */
const SHARED = new Set([".blob.core.windows.net", ".blob.core.chinacloudapi.cn", "storage.googleapis.com", ".pkg.dev"]);

/** Whether a domain of blob hosts has other content than that of registries. */
export function isSharedStorage(domain: string): boolean {
  return SHARED.has(domain);
}

function blobHostsUnknown(registry: string, hints: readonly string[]): Finding {
  const hint = hints.length === 0 ? "" : ` (perhaps ${hints.join(", ")})`;
  return {
    code: "BLOB_HOSTS_UNKNOWN",
    message: `${registry} is in no-proxy-registries, but it is not known which hosts it redirects blobs to${hint}; only ${registry} itself is reached directly.`,
    remedy: "Run command: preflight, and add the blob hosts that it names to no-proxy.",
  };
}

function blobHostsShared(registry: string, hosts: readonly string[]): Finding {
  return {
    code: "BLOB_HOSTS_SHARED",
    message: `${registry} keeps its blobs on ${hosts.join(", ")}, which others use too: everything there is reached directly now.`,
    remedy: "If that is too much, list the blob hosts of your registry in no-proxy instead.",
  };
}
