import { TransferError } from "../../errors/transfer-error.ts";
import { namedHosts } from "../../net/address/named-hosts.ts";
import { canonicalHost } from "../../oci/host.ts";
import { isHost, isRepository } from "../../oci/reference.ts";
import { printable } from "../../text/redact.ts";
import { apiHost } from "./hosts.ts";

/** A line of `allowed-registries`: `host[:port][/path]` or `.suffix[:port]`. */
export interface AllowedRegistry {
  readonly pattern: string;
  /** Empty for every repository. */
  readonly path: string;
}

export function parseAllowedRegistry(line: string, where: string): AllowedRegistry {
  const [authority = "", ...rest] = line.replace(/^https?:\/\//, "").split("/");
  const path = rest.join("/").replace(/\/$/, "");
  const isSuffix = authority.startsWith(".");
  const isWellFormed =
    isHost(isSuffix ? authority.slice(1) : authority) && (path === "" || (!isSuffix && isRepository(path)));
  if (isWellFormed) return { pattern: isSuffix ? authority.toLowerCase() : canonicalHost(authority), path };
  throw new TransferError("INPUT_INVALID", `${where}: "${printable(line, 200)}" is not a registry`, {
    where,
    remedy: "Write host[:port], host[:port]/path or .suffix[:port], one per line; never everything.",
  });
}

export interface RegistryLocation {
  /** `host:port` */
  readonly host: string;
  readonly repository: string;
  readonly isPlain: boolean;
}

/** Whether component descriptors may lead to a repository: without any line, to all. */
export function isAllowedRegistry(allowed: readonly AllowedRegistry[], location: RegistryLocation): boolean {
  const { repository } = location;
  const isBelow = (path: string) => path === "" || repository === path || repository.startsWith(`${path}/`);
  const fitting = allowed.filter(({ path }) => isBelow(path));
  return allowed.length === 0 || isListedHost(fitting, location);
}

/** Whether any line stands for the host, with whatever path. */
export function isListedHost(
  allowed: readonly AllowedRegistry[],
  { host, isPlain }: Pick<RegistryLocation, "host" | "isPlain">,
): boolean {
  return namedHosts(allowed.map(({ pattern }) => ({ pattern: apiHost(pattern), isPlain }))).covers(host);
}

export function registryNotAllowed(host: string, repository: string, where: string): TransferError {
  const shown = printable(`${host}/${repository}`, 200);
  return new TransferError("REGISTRY_NOT_ALLOWED", `${where} is at ${shown}, which allowed-registries does not name`, {
    where: host,
    remedy: `If it may be read, add the line ${shown} to allowed-registries; otherwise exclude the resource.`,
  });
}
