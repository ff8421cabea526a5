import { isIPv6 } from "node:net";
import { domainToASCII } from "node:url";
import { TransferError } from "../errors/transfer-error.ts";

export type ProxyScheme = "http" | "https" | "socks5" | "socks5h";

export interface ProxyUrl {
  readonly scheme: ProxyScheme;
  /** Without brackets, in lower case, IDNA-encoded. */
  readonly hostname: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  /** The spelling on which all clients agree. It contains the password. */
  readonly href: string;
  /** The same for printing. */
  readonly display: string;
  /** Origin of the setting: `input https-proxy`, `environment HTTPS_PROXY`. */
  readonly from: string;
}

const DEFAULT_PORTS: Readonly<Record<ProxyScheme, number>> = { http: 80, https: 443, socks5: 1080, socks5h: 1080 };

/**
 * Parses a proxy setting, and repairs unambiguous faults. Others are refused, which Go would silently ignore or read as a proxy
 * schemeText `http:`. Undefined for an empty setting. Fails with PROXY_URL_MALFORMED.
 */
export function parseProxyUrl(value: string, from: string): ProxyUrl | undefined {
  const text = unquote(value.trim());
  if (text === "") return undefined;
  const fail = (problem: string, remedy: string): never => {
    throw new TransferError("PROXY_URL_MALFORMED", `The proxy ${outline(text)} is invalid: ${problem}.`, {
      where: from,
      remedy,
    });
  };

  // biome-ignore lint/suspicious/noControlCharactersInRegex: no proxy URL contains one
  if (/[\u0000-\u001f\u007f]/.test(text) || !text.isWellFormed()) {
    fail("it contains a line break or another control character", "Write only the proxy URL, on one line.");
  }
  const { scheme, rest } = splitScheme(text, fail);
  const { userinfo, host } = splitAuthority(rest, fail);
  const { hostname, port } = readHost(host, scheme, fail);
  const { username, password } = readUserinfo(userinfo, fail);

  const address = `${hostname.includes(":") ? `[${hostname}]` : hostname}:${port}`;
  return {
    scheme,
    hostname,
    port,
    username,
    password,
    href: `${scheme}://${encodeUserinfo(username, password)}${address}`,
    display: `${scheme}://${concealUserinfo(username, password)}${address}`,
    from,
  };
}

type Fail = (problem: string, remedy: string) => never;

/** A value that kept the quotes of the file it was copied from. */
function unquote(text: string): string {
  const [, , inner] = /^(["'])(.*)\1$/s.exec(text) ?? [];
  return inner === undefined ? text : inner.trim();
}

function splitScheme(text: string, fail: Fail): { scheme: ProxyScheme; rest: string } {
  const [, schemeText, rest = ""] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(text) ?? [];
  if (schemeText === undefined) {
    if (/^(https?|socks5h?)(:|\/)/i.test(text)) {
      fail("the scheme is not followed by ://", "Write it as http://host:port.");
    }
    return { scheme: "http", rest: text };
  }
  const scheme = schemeText.toLowerCase();
  if (!isProxyScheme(scheme)) {
    return fail("its scheme is not http, https, socks5 or socks5h", "Write it as http://host:port.");
  }
  return { scheme, rest };
}

function splitAuthority(rest: string, fail: Fail): { userinfo: string | undefined; host: string } {
  const at = rest.lastIndexOf("@");
  const delimiter = /[/?#]/.exec(rest.slice(0, at + 1))?.[0];
  if (delimiter !== undefined) {
    fail(
      `it has a raw ${delimiter} before the @, most likely in the password, which ends the host`,
      `Percent-encode user and password: write ${delimiter} as ${encodeURIComponent(delimiter)}.`,
    );
  }
  return { userinfo: at < 0 ? undefined : rest.slice(0, at), host: rest.slice(at + 1).split(/[/?#]/, 1)[0] ?? "" };
}

function readHost(text: string, scheme: ProxyScheme, fail: Fail): { hostname: string; port: number } {
  const [, literal, name = "", port = ""] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/s.exec(text) ?? [];
  if (literal === undefined && name === "") {
    if (isIPv6(text)) fail("an IPv6 address has to be in brackets", "Write it as http://[address]:port.");
    fail("it has no host", "Write it as http://host:port.");
  }
  const number = port === "" ? DEFAULT_PORTS[scheme] : Number(port);
  if (!/^\d*$/.test(port) || number < 1 || number > 65535) {
    fail(
      "its port is not a number from 1 to 65535",
      "Write it as http://host:port, with user:password@ before the host, and # / ? in the password as %23, %2F, %3F.",
    );
  }
  if (literal !== undefined) {
    if (literal.includes("%") || !isIPv6(literal)) {
      fail("the brackets do not contain an IPv6 address without zone", "Write it as http://[address]:port.");
    }
    return { hostname: literal.toLowerCase(), port: number };
  }
  const ascii = /^[\w.-]+$/.test(name) ? name.toLowerCase() : domainToASCII(name);
  if (!/^[a-z0-9._-]+$/.test(ascii) || (ascii !== name.toLowerCase() && /[!-,/:-@[-^`{-~]/.test(name))) {
    fail(
      "its host name has an invalid character",
      "Write it as http://host:port, with user:password@ before the host.",
    );
  }
  return { hostname: ascii, port: number };
}

function readUserinfo(userinfo: string | undefined, fail: Fail): { username: string; password: string } {
  const [, username = "", password = ""] = /^([^:]*):?(.*)$/s.exec(userinfo ?? "") ?? [];
  if (/%(?![0-9A-Fa-f]{2})/.test(userinfo ?? "")) {
    fail("the user or password contains a % without two hexadecimal digits", "Write a % as %25.");
  }
  try {
    return { username: decodeURIComponent(username), password: decodeURIComponent(password) };
  } catch {
    return fail(
      "the user or password is not UTF-8 after percent-decoding",
      "Percent-encode it as UTF-8; write a % as %25.",
    );
  }
}

/** Percent-encodes all but unreserved characters, RFC 3986 section 2.3. */
function encodeStrictly(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}

function encodeUserinfo(username: string, password: string): string {
  if (username === "" && password === "") return "";
  return `${encodeStrictly(username)}${password === "" ? "" : `:${encodeStrictly(password)}`}@`;
}

/** A user without password may be a token. */
function concealUserinfo(username: string, password: string): string {
  if (username === "" && password === "") return "";
  return password === "" ? "***@" : `${encodeStrictly(username)}:***@`;
}

/** The parts of an invalid setting that cannot belong to a password in any interpretation. */
function outline(text: string): string {
  const [, scheme = "", user, host] =
    /^(?:(https?|socks5h?):\/\/)(?:([\w.-]+):[^/?#]*@([\w.-]+(?::\d+)?)\/?$)?/i.exec(text) ?? [];
  const known = scheme === "" ? "" : `${scheme.toLowerCase()}://`;
  return host === undefined ? `${known}***` : `${known}${user}:***@${host}`;
}

function isProxyScheme(scheme: string): scheme is ProxyScheme {
  return Object.hasOwn(DEFAULT_PORTS, scheme);
}
