import { isIPv6 } from "node:net";

/**
 * The parts of a URL that decide its route, as Go's net/url parses them. The URL class differs: it turns LOCALHOST into
 * localhost and 127.1 into 127.0.0.1, accepts whitespace and backslashes, and refuses text that Go accepts.
 */
export interface GoUrl {
  readonly scheme: string;
  /** With port, and with brackets around IPv6. */
  readonly host: string;
  readonly username: string;
  readonly password: string;
}

/** Why Go refuses the text, without any part of it. */
export interface Unreadable {
  readonly problem: string;
}

const unreadable = (problem: string): Unreadable => ({ problem });
const EMPTY: GoUrl = { scheme: "", host: "", username: "", password: "" };

export function parseGoUrl(raw: string): GoUrl | Unreadable {
  const hash = raw.indexOf("#");
  const [beforeHash, fragment] = hash < 0 ? [raw, ""] : [raw.slice(0, hash), raw.slice(hash + 1)];
  // biome-ignore lint/suspicious/noControlCharactersInRegex: Go refuses exactly these
  if (/[\u0000-\u001f\u007f]/.test(beforeHash)) return unreadable("it contains a control character or a line break");
  if (beforeHash.startsWith(":")) return unreadable("it starts with a colon");
  if (badEscape(fragment)) return unreadable("a % is not followed by two hexadecimal digits");

  const [, schemeText, afterScheme] = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?(.*)$/s.exec(beforeHash) ?? [];
  const scheme = (schemeText ?? "").toLowerCase();
  const rest = (afterScheme ?? "").split("?", 1)[0] ?? "";
  if (!rest.startsWith("/")) {
    if (scheme !== "" || beforeHash === "*") return { ...EMPTY, scheme };
    if (rest.split("/", 1)[0]?.includes(":")) return unreadable("it has no scheme");
  }
  const hasAuthority = rest.startsWith("//") && (scheme !== "" || !rest.startsWith("///"));
  const slash = hasAuthority ? rest.indexOf("/", 2) : 0;
  const path = slash < 0 ? "" : rest.slice(slash);
  const authority = hasAuthority ? parseAuthority(scheme, rest.slice(2, slash < 0 ? undefined : slash)) : EMPTY;
  if ("problem" in authority) return authority;
  if (badEscape(path)) return unreadable("a % is not followed by two hexadecimal digits");
  return { ...authority, scheme };
}

/** A proxy setting as Go's httpproxy parses it; undefined is a direct connection, without an error. */
export function goProxyUrl(value: string): GoUrl | undefined {
  if (value === "") return undefined;
  const url = parseGoUrl(value);
  if ("problem" in url || url.scheme === "" || url.host === "") {
    const retried = parseGoUrl(`http://${value}`);
    if (!("problem" in retried)) return retried;
  }
  return "problem" in url ? undefined : url;
}

/** URL.Hostname and URL.Port of Go. */
export function splitHost(host: string): { readonly hostname: string; readonly port: string } {
  const [, name = host, port = ""] = /^(.*):(\d*)$/s.exec(host) ?? [];
  return { hostname: /^\[.*\]$/s.test(name) ? name.slice(1, -1) : name, port };
}

function parseAuthority(scheme: string, authority: string): GoUrl | Unreadable {
  const at = authority.lastIndexOf("@");
  const host = parseHost(scheme, authority.slice(at + 1));
  if (typeof host !== "string") return host;
  if (at < 0) return { ...EMPTY, host };
  const userinfo = authority.slice(0, at);
  if (/[^A-Za-z0-9._:~!$&'()*+,;=%@-]/.test(userinfo)) {
    return unreadable("the user or password contains a character that has to be percent-encoded");
  }
  if (badEscape(userinfo)) return unreadable("a % is not followed by two hexadecimal digits");
  const colon = userinfo.indexOf(":");
  const username = decode(colon < 0 ? userinfo : userinfo.slice(0, colon));
  return { ...EMPTY, host, username, password: colon < 0 ? "" : decode(userinfo.slice(colon + 1)) };
}

const REFUSED_IN_HOST = /[^A-Za-z0-9!$&'()*+,;=:[\]<>"\-_.~%\u0080-\u{10ffff}]/u;
const IPV6_LITERAL = /^\[([0-9A-Fa-f:.]*)(?:%25(.+))?\](:\d*)?$/s;

function parseHost(scheme: string, host: string): string | Unreadable {
  if (REFUSED_IN_HOST.test(host)) return unreadable("the host contains a character that is invalid in host names");
  if (host.includes("[")) {
    const [, address, zone, port = ""] = IPV6_LITERAL.exec(host) ?? [];
    if (address === undefined || !isIPv6(address)) return unreadable("the brackets do not contain an IPv6 address");
    if (zone === undefined) return `[${address}]${port}`;
    if (badEscape(zone)) return unreadable("a % is not followed by two hexadecimal digits");
    return `[${address}%${decode(zone)}]${port}`;
  }
  // Go accepts further colons as part of the host, except for http and https: https://go.dev/issue/75223
  const strict = scheme === "http" || scheme === "https";
  const colon = strict ? host.indexOf(":") : host.lastIndexOf(":");
  if (colon >= 0 && /[^0-9]/.test(host.slice(colon + 1))) return unreadable("the port is not a number");
  // A host may percent-encode only characters beyond ASCII, RFC 3986 section 3.2.2.
  if (/%(?![89A-Fa-f][0-9A-Fa-f]|25)/.test(host)) return unreadable("the host contains a % that is not an escape");
  return decode(host);
}

const badEscape = (text: string): boolean => /%(?![0-9A-Fa-f]{2})/.test(text);

/** Percent-decoding that cannot fail: invalid UTF-8 becomes U+FFFD. */
function decode(text: string): string {
  if (!text.includes("%")) return text;
  const bytes = text.replace(/[^%]+/g, (plain) => Buffer.from(plain, "utf8").toString("latin1"));
  const decoded = bytes.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  return Buffer.from(decoded, "latin1").toString("utf8");
}
