import { isIP } from "node:net";
import { isPlainHost } from "../plain-host.ts";

export interface SquidAccess {
  /** Single hosts, each `host:port`. Others are omitted. */
  readonly hosts: readonly string[];
  /** Domains with all names in them, each `.domain:port`. They have to be known by this action: a registry must not name one. */
  readonly domains: readonly string[];
  /** Whether clients of the proxy have to authenticate. */
  readonly hasLogin: boolean;
}

/**
 * Rules for squid.conf that allow exactly these hosts: http://www.squid-cache.org/Doc/config/acl/. An allowing rule decides alone, and
 * later rules that ask for a login are not read: so these ask for it themselves.
 */
export function squidAllowList({ hosts, domains, hasLogin }: SquidAccess): string {
  const byPort = new Map<string, string[]>();
  for (const host of [...hosts.filter(isPlainHost), ...domains]) {
    const [, literal, name = "", port = ""] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(host) ?? [];
    const bare = (literal ?? name).toLowerCase();
    if (bare !== "") byPort.set(port, [...(byPort.get(port) ?? []), bare]);
  }
  const ports = [...byPort].sort(([one], [other]) => Number(one) - Number(other));
  const login = hasLogin ? "ocm_login" : "";
  return [
    ...(hasLogin ? WITH_LOGIN : WITHOUT_LOGIN),
    ...(ports.length === 0 ? [NO_HOSTS] : []),
    ...ports.flatMap(([port, names]) => rulesFor(port, withoutCovered(names), login)),
    "",
  ].join("\n");
}

const WITH_LOGIN = [
  "# Hosts of a transfer of OCM component versions, for clients that authenticate.",
  "# Include this file after auth_param, and before any http_access deny that refuses these hosts or ports.",
  "acl ocm_login proxy_auth REQUIRED",
];

const WITHOUT_LOGIN = [
  "# Hosts of a transfer of OCM component versions. The run used the proxy without a login, so these rules ask for none:",
  "# include this file after the rules that limit who may use the proxy (http_access deny !localnet, or !authenticated),",
  "# and before any other http_access deny that refuses these hosts or ports.",
];

const NO_HOSTS = "# No hosts: the inputs of this step name no registry that is reached through the proxy.";

/** squid refuses a list in which a domain includes another entry. `.domain` also stands for the domain itself. */
function withoutCovered(names: readonly string[]): readonly string[] {
  const domains = names.filter((name) => name.startsWith("."));
  const isCovered = (name: string) => domains.some((domain) => domain !== name && `.${name}`.endsWith(domain));
  return [...new Set(names)].filter((name) => !isCovered(name)).sort();
}

/** Hosts and ports in one rule would allow every host on every port. The login is last: squid asks for it where all else matches. */
function rulesFor(port: string, hosts: readonly string[], login: string): readonly string[] {
  const names = hosts.filter((host) => isIP(host) === 0);
  const addresses = hosts.filter((host) => isIP(host) !== 0);
  const rules = (kind: string, acl: string, values: readonly string[]) =>
    values.length === 0
      ? []
      : [
          ...values.map((value) => `acl ${kind}_${port} ${acl} ${value}`),
          `http_access allow ${kind}_${port} ocm_port_${port} ${login}`.trimEnd(),
        ];
  return [
    `acl ocm_port_${port} port ${port}`,
    ...rules("ocm_hosts", "dstdomain -n", names),
    ...rules("ocm_addresses", "dst -n", addresses),
  ];
}
