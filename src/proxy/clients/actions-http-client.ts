import { type Client, entriesOf } from "./client.ts";

/** The download client of @actions/core, tool-cache and cache. `*.name` has no effect in it. */
export const actionsHttpClient: Client = {
  name: "@actions/http-client 4",
  bypasses: ({ hostname, port }, noProxy) =>
    /^(?:localhost$|127\.|\[::1\])/.test(hostname) ||
    entriesOf(noProxy, ",").some((entry) => {
      const below = entry.startsWith(".") ? entry : `.${entry}`;
      return entry === "*" || [hostname, `${hostname}:${port}`].some((host) => host === entry || host.endsWith(below));
    }),
};
