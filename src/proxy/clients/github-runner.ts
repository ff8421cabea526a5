import { isIPv4 } from "node:net";
import { type Client, type ClientTarget, isWithin } from "./client.ts";

/** The runner's own traffic: logs, artifacts, the download of actions. Entries that are IPv4 addresses are dropped. */
export const githubRunner: Client = {
  name: "GitHub runner",
  bypasses: (target, noProxy) =>
    isLoopback(target.hostname) || noProxy.split(",").some((entry) => matches(entry.trim(), target)),
};

/** .NET's Uri.IsLoopback. */
function isLoopback(hostname: string): boolean {
  return /^(?:localhost|loopback|127\.[\d.]+|\[::1\]|\[::(?:ffff:)?7f00:1\])$/.test(hostname);
}

function matches(entry: string, { hostname, port }: ClientTarget): boolean {
  const [, name = "", only = ""] = /^([^:]*):*(.*)$/s.exec(entry.toLowerCase()) ?? [];
  if (name === "" || isIPv4(name) || (only !== "" && only !== String(port))) return false;
  return name.startsWith(".") ? hostname.endsWith(name) : isWithin(hostname, name);
}
