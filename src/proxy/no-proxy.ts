import { idnaToAscii, toLower, trimSpace } from "./go-text.ts";
import { contains, type Ip, parseIp, parseNetwork } from "./ip.ts";

/** The host and port that entries of NO_PROXY are matched against: in lower case, always with a port. */
export interface Target {
  readonly host: string;
  readonly port: string;
  readonly ip: Ip | undefined;
}

export interface NoProxyEntry {
  /** As written. */
  readonly entry: string;
  readonly from: string;
  readonly matches: (target: Target) => boolean;
}

/**
 * NO_PROXY as Go reads it (golang.org/x/net/http/httpproxy, `init`): only a comma separates, `*` alone matches everything, `.name` and
 * `*.name` match below the name, `name` matches the name too, a port counts as text.
 */
export function parseNoProxy(value: string, from: string): readonly NoProxyEntry[] {
  return value
    .split(",")
    .map(trimSpace)
    .filter((entry) => entry !== "")
    .map((entry) => ({ entry, from, matches: matcher(toLower(entry)) }));
}

/** The first matching entry, which decides for a direct connection. */
export function matchNoProxy(entries: readonly NoProxyEntry[], target: Target): NoProxyEntry | undefined {
  return entries.find(({ matches }) => matches(target));
}

/** Whether an entry cannot match any host: a URL, brackets without a port, a `*` in the middle, an invalid port. */
export function hasNoEffect(entry: string): boolean {
  if (entry === "*" || parseNetwork(entry) !== undefined) return false;
  const [name, port] = splitEntry(entry);
  const isAddress = parseIp(name)?.zone === "";
  return /[^0-9]/.test(port) || (!isAddress && /[/:[\]\s*]/.test(name.replace(/^\*\./, "")));
}

/** A list separated by commas only; users also separate entries by whitespace and semicolons. */
export const withCommas = (list: string): string => list.replace(/[\s;,]+/g, ",");

const never = (): boolean => false;

function matcher(entry: string): (target: Target) => boolean {
  if (entry === "*") return () => true;
  const network = parseNetwork(entry);
  if (network !== undefined) return ({ ip }) => ip !== undefined && contains(network, ip);

  const [name, port] = splitEntry(entry);
  if (name === "") return never;
  const ip = parseIp(name);
  // Go's net.ParseIP does not support zones, so such an entry stays a name, and no host name has a % or a colon.
  if (ip !== undefined && ip.zone === "") {
    return (target) => target.ip?.value === ip.value && (port === "" || port === target.port);
  }
  const below = name.startsWith("*.") ? name.slice(1) : name;
  const suffix = idnaToAscii(below.startsWith(".") ? below : `.${below}`);
  const apex = below.startsWith(".") ? undefined : suffix.slice(1);
  return (target) =>
    target.ip === undefined &&
    (target.host === apex || target.host.endsWith(suffix)) &&
    (port === "" || port === target.port);
}

/** Go's net.SplitHostPort; where that fails, the complete entry is the name: no port, several colons, misplaced brackets. */
export function splitEntry(entry: string): readonly [name: string, port: string] {
  const [, literal, plain, port = ""] = /^(?:\[([^[\]]*)\]|([^:[\]]*)):([^:[\]]*)$/s.exec(entry) ?? [];
  const name = literal ?? plain;
  return name === undefined ? [entry, ""] : [name, port];
}
