import { type Client, entriesOf } from "./client.ts";

const DEFAULT = ["localhost", "127.*", "[::1]", "0.0.0.0", "[::0]"];

/**
 * Java reads no variables: this is NO_PROXY as `http.nonProxyHosts`, with `|` in place of commas. An entry is one host, with
 * an optional `*` at either end. The default, which includes loopback, is replaced when the property is set.
 */
export const java: Client = {
  name: "Java http.nonProxyHosts",
  bypasses: ({ writtenHostname }, noProxy) =>
    (noProxy === "" ? DEFAULT : entriesOf(noProxy, ",")).some((entry) => matches(entry, writtenHostname)),
};

function matches(entry: string, host: string): boolean {
  const text = entry.replace(/^\*|\*$/g, "");
  if (entry.startsWith("*")) return entry.endsWith("*") ? host.includes(text) : host.endsWith(text);
  return entry.endsWith("*") ? host.startsWith(text) : host === entry;
}
