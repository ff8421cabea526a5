import { isIP } from "node:net";
import { isPlainHost } from "../plain-host.ts";

/** Rules for squid.conf that allow exactly these hosts, each `host:port`: http://www.squid-cache.org/Doc/config/acl/ */
export function squidAllowList(hosts: readonly string[]): string {
  const byPort = new Map<string, Set<string>>();
  for (const host of hosts.filter(isPlainHost)) {
    const [, literal, name = "", port = ""] = /^(?:\[([^\]]+)\]|([^:]+)):(\d+)$/.exec(host) ?? [];
    const bare = (literal ?? name).toLowerCase();
    if (bare !== "") byPort.set(port, (byPort.get(port) ?? new Set()).add(bare));
  }
  const ports = [...byPort].sort(([one], [other]) => Number(one) - Number(other));
  return [
    "# Hosts of the transfer. Include it before every http_access deny that would refuse these ports.",
    ...ports.flatMap(([port, names]) => rulesFor(port, [...names].sort())),
    "",
  ].join("\n");
}

/** Hosts and ports in one rule would allow every host on every port. */
function rulesFor(port: string, hosts: readonly string[]): readonly string[] {
  const names = hosts.filter((host) => isIP(host) === 0);
  const addresses = hosts.filter((host) => isIP(host) !== 0);
  const rules = (kind: string, acl: string, values: readonly string[]) =>
    values.length === 0
      ? []
      : [
          ...values.map((value) => `acl ${kind}_${port} ${acl} ${value}`),
          `http_access allow ${kind}_${port} ocm_port_${port}`,
        ];
  return [
    `acl ocm_port_${port} port ${port}`,
    ...rules("ocm_hosts", "dstdomain -n", names),
    ...rules("ocm_addresses", "dst -n", addresses),
  ];
}
