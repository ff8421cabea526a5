import { isIP, isIPv6 } from "node:net";

/** RFC 1035, 2.3.4. */
const MAX_NAME_LENGTH = 253;

/**
 * Whether a text is one host and nothing else: a DNS name (underscores tolerated) or an address, IPv6 in brackets, with or without a port.
 * Hosts in responses of registries become proxy rules and entries of NO_PROXY, in which `.com`, `*.com` or `a,b` would match more hosts.
 */
export function isPlainHost(text: string): boolean {
  if (text.length > MAX_NAME_LENGTH + ":65535".length) return false;
  const [, literal, name = "", port] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return false;
  if (literal !== undefined) return isIPv6(literal) && !literal.includes("%");
  return isIP(name) !== 0 || (name.length <= MAX_NAME_LENGTH && name.split(".").every(isLabel));
}

function isLabel(label: string): boolean {
  return /^[a-z0-9_-]{1,63}$/i.test(label) && !label.startsWith("-") && !label.endsWith("-");
}
