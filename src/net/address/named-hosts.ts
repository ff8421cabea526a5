import { isIP } from "node:net";

/** A host that the user wrote: `host[:port]`, or `.suffix[:port]` for everything below it. */
export interface NamedHost {
  readonly pattern: string;
  /** Whether it speaks plain HTTP, so that 80 is its default port too. */
  readonly isPlain: boolean;
}

/** The hosts that the user wrote. Arguments are `host:port`, as `hostOf` returns them. */
export interface NamedHosts {
  /** Whether the user wrote this host, with this port or with none where it is a default port. */
  has(host: string): boolean;
  /** The same, or a suffix of the name. Addresses have no suffix. */
  covers(host: string): boolean;
}

export function namedHosts(hosts: readonly NamedHost[]): NamedHosts {
  const written = new Set<string>();
  const suffixes = new Set<string>();
  for (const { pattern, isPlain } of hosts) {
    const { name, port } = splitPort(pattern);
    const ports = port !== "" ? [port] : isPlain ? ["443", "80"] : ["443"];
    const isSuffix = name.startsWith(".");
    const canonical = canonicalName(isSuffix ? name.slice(1) : name);
    if (canonical === undefined) continue;
    for (const each of ports) (isSuffix ? suffixes : written).add(`${canonical}:${each}`);
  }
  const has = (host: string) => written.has(canonicalAuthority(host));
  return {
    has,
    covers: (host) => has(host) || parents(canonicalAuthority(host)).some((parent) => suffixes.has(parent)),
  };
}

/** `b.c:443` and `c:443` for `a.b.c:443`. */
function parents(host: string): readonly string[] {
  const { name, port } = splitPort(host);
  if (isIP(name) !== 0 || name.startsWith("[")) return [];
  const labels = name.split(".");
  return labels.slice(1).map((_, index) => `${labels.slice(index + 1).join(".")}:${port}`);
}

function canonicalAuthority(host: string): string {
  const { name, port } = splitPort(host);
  return `${canonicalName(name) ?? name}:${port}`;
}

/** As URLs spell it (an address in any base, an international name), without the dot of an absolute name. */
function canonicalName(name: string): string | undefined {
  return URL.parse(`https://${name}/`)?.hostname.replace(/\.$/, "");
}

function splitPort(host: string): { readonly name: string; readonly port: string } {
  const port = /:(\d+)$/.exec(host)?.[1] ?? "";
  return { name: port === "" ? host : host.slice(0, -port.length - 1), port };
}
