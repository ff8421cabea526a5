import type { Code } from "../errors/codes.ts";
import type { Hop, HopError } from "../net/hop.ts";
import type { ProxyUrl } from "../proxy/proxy-url.ts";
import { printable } from "../text/redact.ts";

export type RefusedBy = "runner" | "proxy" | "registry" | "blob-host" | "token-host";

/** A line for an input, which solves the problem. */
export interface InputLine {
  readonly input: "plain-http" | "no-proxy" | "no-proxy-registries";
  readonly line: string;
}

/** The explanation of a failed hop. */
export interface Verdict {
  readonly code: Code;
  readonly refusedBy: RefusedBy;
  readonly message: string;
  readonly remedy: string;
  /** The proxy, where it fails whatever host is requested; a proxy that refuses one host leaves that host blocked. */
  readonly host?: string;
  readonly inputLines?: readonly InputLine[];
}

/** The role of the host of a hop. */
export function roleOf({ purpose }: Hop): RefusedBy {
  if (purpose.kind === "blobs") return "blob-host";
  return purpose.kind === "token" ? "token-host" : "registry";
}

/** The registry that named the host of a hop for uploads, where that is its purpose. */
export function uploadRegistry({ purpose }: Hop): string | undefined {
  return purpose.kind === "uploads" ? purpose.registry : undefined;
}

/** The failure, without the hop, which the verdict names itself. */
export function quotedReply({ failure }: HopError): string {
  return printable(failure.message, 200);
}

export function proxyOf({ route }: Hop): ProxyUrl {
  if (route.via === "direct") throw new TypeError("a direct route has no proxy");
  return route.proxy;
}

/** `host:port` of the proxy. */
export function proxyHost(hop: Hop): string {
  const { hostname, port } = proxyOf(hop);
  return `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
}

export function uploadRemedy({ host }: Hop, registry: string): string {
  return `Let this runner reach ${host}, or have the operators of ${registry} correct the public URL that it names for uploads (behind a reverse proxy: http.host of the CNCF registry, or X-Forwarded-Host).`;
}
