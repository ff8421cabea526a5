import { type Client, entriesOf } from "./client.ts";

const DEFAULT = ["localhost", "127.*", "[::1]", "0.0.0.0", "[::0]"];

/**
 * Java reads no variables: this is NO_PROXY given to it as `http.nonProxyHosts`, with `|` for the commas. An entry is one host; `*`
 * may stand at either end. The default, which has loopback in it, is gone once the property is set.
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
