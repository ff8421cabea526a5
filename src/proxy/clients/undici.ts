import { type Client, entriesOf, isWithin, splitPort, withoutBrackets } from "./client.ts";

const SEPARATOR = /[,\s]/;

/** A bare name matches that host only. */
export const undici6: Client = {
  name: "undici 6",
  httpsFallsBackToHttp: true,
  bypasses: ({ hostname, port }, noProxy) =>
    noProxy === "*" ||
    entriesOf(noProxy, SEPARATOR)
      .map(splitPort)
      .filter((entry) => entry.port === 0 || entry.port === port)
      .some(({ host }) => (/^[.*]/.test(host) ? hostname.endsWith(host.replace(/^\*/, "")) : hostname === host)),
};

/** A leading `.` or `*.` has no effect: the name itself matches too. `*` counts only if it is the complete list. */
export const undici7: Client = {
  name: "undici 7",
  httpsFallsBackToHttp: true,
  bypasses: ({ hostname, port }, noProxy) =>
    noProxy === "*" ||
    entriesOf(noProxy, SEPARATOR)
      .map(splitPort)
      .filter((entry) => entry.port === 0 || entry.port === port)
      .some(({ host }) => isWithin(hostname, host.replace(/^\*?\./, ""))),
};

export const undici8: Client = {
  name: "undici 8",
  httpsFallsBackToHttp: true,
  bypasses: ({ hostname, port }, noProxy) => {
    const host = withoutTrailingDot(withoutBrackets(hostname));
    return entriesOf(noProxy, SEPARATOR).some((entry) => {
      const { host: pattern, port: only } = splitEntry(entry);
      if (only !== 0 && only !== port) return false;
      if (pattern === "*") return true;
      const name = withoutTrailingDot(pattern.replace(/^\*?\./, ""));
      return host.endsWith(`.${name}`) || (host === name && !entry.startsWith("*"));
    });
  },
};

/** The fetch of Node 24 under NODE_USE_ENV_PROXY, an undici 7. */
export const nodeFetch: Client = { ...undici7, name: "Node 24 fetch" };

const withoutTrailingDot = (host: string): string => host.replace(/(.)\.$/, "$1");

/** IPv6 needs brackets before a port. */
function splitEntry(entry: string): { readonly host: string; readonly port: number } {
  const isBareIpv6 = !entry.startsWith("[") && entry.indexOf(":") !== entry.lastIndexOf(":");
  if (isBareIpv6) return { host: entry, port: 0 };
  const { host, port } = entry.endsWith("]") ? { host: entry, port: 0 } : splitPort(entry);
  return { host: withoutBrackets(host), port };
}
