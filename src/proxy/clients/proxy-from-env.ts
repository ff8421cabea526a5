import { type Client, entriesOf, splitPort } from "./client.ts";

/** The package used by axios. A bare name matches that host only. */
export const proxyFromEnv: Client = {
  name: "proxy-from-env 2",
  bypasses: ({ hostname, port }, noProxy) =>
    entriesOf(noProxy, /[,\s]/)
      .map(splitPort)
      .filter((entry) => entry.port === 0 || entry.port === port)
      .some(({ host }) => (/^[.*]/.test(host) ? hostname.endsWith(host.replace(/^\*/, "")) : hostname === host)),
};
