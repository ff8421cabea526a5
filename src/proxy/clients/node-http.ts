import { isIPv4 } from "node:net";
import { parseIp } from "../ip.ts";
import { type Client, type ClientTarget, withoutBrackets } from "./client.ts";

/** `http` and `https` of Node 24 under NODE_USE_ENV_PROXY: no CIDR, but ranges of IPv4 addresses. */
export const nodeHttp: Client = {
  name: "Node 24 http",
  bypasses: (target, noProxy) => noProxy.split(",").some((entry) => matches(entry.trim().toLowerCase(), target)),
};

function matches(entry: string, { hostname, port }: ClientTarget): boolean {
  const host = withoutBrackets(hostname);
  if (entry === "*" || entry === host || entry === `${host}:${port}`) return true;
  if (entry.startsWith(".")) return host === entry.slice(1) || host.endsWith(entry);
  if (entry.startsWith("*.")) return host.endsWith(entry.slice(1));
  return isIPv4(host) && isInRange(entry, host);
}

function isInRange(entry: string, host: string): boolean {
  const [first, last] = entry.split("-").map((address) => address.trim());
  if (first === undefined || last === undefined || !isIPv4(first) || !isIPv4(last)) return false;
  const [low, value, high] = [first, host, last].map((address) => parseIp(address)?.value ?? 0n);
  return low !== undefined && value !== undefined && high !== undefined && low <= value && value <= high;
}
