import { contains, isLoopback, parseIp, parseNetwork } from "../proxy/ip.ts";

/** Ends of names that only the own machine, cluster or network can resolve. */
const PRIVATE_ENDS = /(?:^|\.)(?:localhost|localdomain|local|internal|home\.arpa|svc)$/;

/** RFC 1918, RFC 6598, link-local, and their IPv6 counterparts. */
const PRIVATE_NETWORKS = [
  "10.0.0.0/8",
  "100.64.0.0/10",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "fc00::/7",
  "fe80::/10",
].flatMap((network) => parseNetwork(network) ?? []);

/** Whether a host (`name:port`) lies where a proxy usually does not lead: the runner's own machine, cluster or network. */
export function isPrivateHost(host: string): boolean {
  const name = host.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
  const ip = parseIp(name);
  if (ip !== undefined) return isLoopback(ip) || PRIVATE_NETWORKS.some((network) => contains(network, ip));
  const plain = name.replace(/\.$/, "").toLowerCase();
  return !plain.includes(".") || PRIVATE_ENDS.test(plain);
}
