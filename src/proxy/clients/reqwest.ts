import { contains, parseIp, parseNetwork } from "../ip.ts";
import { type Client, entriesOf, isWithin, withoutBrackets } from "./client.ts";

/** Rust's reqwest, and programs with it: oci-client, the image pull of Confidential Containers. No ports, no `*.`. */
export const reqwest: Client = {
  name: "Rust reqwest",
  bypasses: ({ hostname }, noProxy) => {
    const host = withoutBrackets(hostname);
    const ip = parseIp(host);
    return entriesOf(noProxy, ",").some((entry) => {
      const network = parseNetwork(entry);
      const address = parseIp(entry);
      if (ip === undefined) return network === undefined && address === undefined && holdsName(entry, host);
      if (network !== undefined) return hasBits(entry, ip.bits) && contains(network, ip);
      return address?.value === ip.value && address.bits === ip.bits;
    });
  },
};

const holdsName = (entry: string, host: string): boolean => entry === "*" || isWithin(host, entry.replace(/^\./, ""));

/** It does not match IPv4 with IPv4-mapped IPv6. */
const hasBits = (network: string, bits: 32 | 128): boolean => network.includes(":") === (bits === 128);
