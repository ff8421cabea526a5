import { idnaToAscii } from "../go-text.ts";
import { contains, parseIp, parseNetwork } from "../ip.ts";
import { type Client, type ClientTarget, entriesOf, isWithin, withoutBrackets } from "./client.ts";

/** The host is compared as written; a port matches only if the URL has one. */
export const pythonUrllib: Client = {
  name: "Python urllib",
  bypasses: ({ writtenHostname, writtenPort }, noProxy) => {
    const host = writtenPort === "" ? writtenHostname : `${writtenHostname}:${writtenPort}`;
    return urllibBypasses(host, noProxy);
  },
};

/** Its own matcher, which supports IPv4 networks, followed by that of urllib. */
export const pythonRequests: Client = {
  name: "Python requests",
  bypasses: (target, noProxy) => {
    const host = withoutBrackets(idnaToAscii(target.writtenHostname));
    return requestsBypasses(host, target, noProxy) || urllibBypasses(host, noProxy);
  },
};

/** It reads `127.1` as an address. */
const SHORT_IPV4 = /^\d+(?:\.\d+){0,3}$/;

function urllibBypasses(host: string, noProxy: string): boolean {
  if (noProxy === "*") return true;
  // A bare IPv6 address loses its last group here, which is read as a port; the complete text is compared too.
  const [, name = host] = /^(.*):\d*$/s.exec(host) ?? [];
  return namesOf(entriesOf(noProxy, ",")).some((entry) => isWithin(name, entry) || isWithin(host, entry));
}

function requestsBypasses(host: string, { writtenPort }: ClientTarget, noProxy: string): boolean {
  const entries = noProxy.replaceAll(" ", "").split(",").filter(Boolean);
  if (SHORT_IPV4.test(host)) {
    const ip = parseIp(host);
    return entries.some((entry) => {
      const network = entry.endsWith("/0") ? undefined : parseNetwork(entry);
      return entry === host || (network !== undefined && ip !== undefined && contains(network, ip));
    });
  }
  const hosts = Number(writtenPort) === 0 ? [host] : [host, `${host}:${Number(writtenPort)}`];
  return namesOf(entries).some((entry) => hosts.some((name) => isWithin(name, entry)));
}

const namesOf = (entries: readonly string[]): string[] => entries.map((entry) => entry.replace(/^\.+/, ""));
