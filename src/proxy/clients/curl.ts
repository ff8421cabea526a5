import { contains, type Ip, parseIp } from "../ip.ts";
import { type Client, type ClientTarget, isWithin, withoutBrackets } from "./client.ts";

/** Whitespace separates too. IPv6 is compared as text: https://curl.se/libcurl/c/CURLOPT_NOPROXY.html has IPv6 networks since 8.x only. */
export const curl7: Client = {
  name: "curl 7.88",
  bypasses: (target, noProxy) => bypasses(target, noProxy, noProxy.split(/[ \t,]+/), ({ bits }) => bits === 32),
};

/** Whitespace inside the list ends it. */
export const curl8: Client = {
  name: "curl 8",
  bypasses: (target, noProxy) => bypasses(target, noProxy, entriesUpToWhitespace(noProxy), () => true),
};

function bypasses(
  { hostname }: ClientTarget,
  noProxy: string,
  entries: readonly string[],
  comparesAsAddress: (ip: Ip) => boolean,
): boolean {
  if (noProxy === "*") return true;
  const host = withoutBrackets(hostname);
  const ip = parseIp(host);
  const matches =
    ip !== undefined && comparesAsAddress(ip)
      ? (entry: string) => holdsAddress(entry, ip)
      : (entry: string) => holdsName(entry, host.replace(/\.$/, ""));
  return entries.some((entry) => entry !== "" && matches(entry.toLowerCase()));
}

function holdsName(entry: string, host: string): boolean {
  const name = entry.replace(/\.$/, "").replace(/^\./, "");
  return name !== "" && isWithin(host, name);
}

/** A prefix length of 0 means a single address. */
function holdsAddress(entry: string, ip: Ip): boolean {
  const [, address = "", prefix = "0"] = /^([^/]*)(?:\/(\d+))?$/.exec(entry) ?? [];
  const network = parseIp(address);
  const length = Number(prefix) || ip.bits;
  if (network === undefined || network.zone !== "" || network.bits !== ip.bits || length > ip.bits) return false;
  const shift = BigInt(ip.bits - length);
  return contains({ value: (network.value >> shift) << shift, shift }, ip);
}

function entriesUpToWhitespace(noProxy: string): string[] {
  const entries: string[] = [];
  for (const item of noProxy.split(",")) {
    const [first = "", ...others] = item.replace(/^[ \t]+|(?<![ \t])[ \t]+$/g, "").split(/[ \t]+/);
    entries.push(first);
    if (others.length > 0) break;
  }
  return entries;
}
