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
  /** The one spelling that every client reads alike. Holds the password. */
  readonly href: string;
  /** The same for printing. */
  readonly display: string;
  /** Which setting it is: `input https-proxy`, `environment HTTPS_PROXY`. */
  readonly from: string;
}

const DEFAULT_PORTS: Readonly<Record<ProxyScheme, number>> = { http: 80, https: 443, socks5: 1080, socks5h: 1080 };

/**
 * Reads a proxy setting more kindly than Go where only one thing can be meant, and refuses the rest, which Go would ignore without a
 * word or take for a proxy named `http:`. Undefined is an empty setting.
 */
export function parseProxyUrl(value: string, from: string): ProxyUrl | undefined {
  const text = unquote(value.trim());
  if (text === "") return undefined;
  const fail = (problem: string, remedy: string): never => {
    throw new TransferError("PROXY_URL_MALFORMED", `The proxy ${outline(text)} cannot be read: ${problem}.`, {
      where: from,
      remedy,
    });
  };

  // biome-ignore lint/suspicious/noControlCharactersInRegex: no proxy URL holds one
  if (/[\u0000-\u001f\u007f]/.test(text) || !text.isWellFormed()) {
    fail("it contains a line break or another control character", "Put the proxy URL alone, on one line.");
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
  const [, named, rest = ""] = /^([A-Za-z][A-Za-z0-9+.-]*):\/\/(.*)$/s.exec(text) ?? [];
  if (named === undefined) {
    if (/^(https?|socks5h?)(:|\/)/i.test(text)) {
      fail("the scheme is not followed by ://", "Write it as http://host:port.");
    }
    return { scheme: "http", rest: text };
  }
  const scheme = named.toLowerCase();
  if (!isProxyScheme(scheme)) {
    return fail("its scheme is none of http, https, socks5 and socks5h", "Write it as http://host:port.");
  }
  return { scheme, rest };
}

function splitAuthority(rest: string, fail: Fail): { userinfo: string | undefined; host: string } {
  const at = rest.lastIndexOf("@");
  const delimiter = /[/?#]/.exec(rest.slice(0, at + 1))?.[0];
  if (delimiter !== undefined) {
    fail(
      `a raw ${delimiter} stands before the @, most likely in the password, and ends the host there`,
      `Percent-encode user and password: write ${delimiter} as ${encodeURIComponent(delimiter)}.`,
    );
  }
  return { userinfo: at < 0 ? undefined : rest.slice(0, at), host: rest.slice(at + 1).split(/[/?#]/, 1)[0] ?? "" };
}

function readHost(text: string, scheme: ProxyScheme, fail: Fail): { hostname: string; port: number } {
  const [, literal, name = "", port = ""] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::([^:]*))?$/s.exec(text) ?? [];
  if (literal === undefined && name === "") {
    if (isIPv6(text)) fail("an IPv6 address has to stand in brackets", "Write it as http://[address]:port.");
    fail("it has no host", "Write it as http://host:port.");
  }
  const number = port === "" ? DEFAULT_PORTS[scheme] : Number(port);
  if (!/^\d*$/.test(port) || number < 1 || number > 65535) {
    fail(
      "its port is not a number from 1 to 65535",
      "Write it as http://user:password@host:port, and # / ? in the password as %23, %2F, %3F.",
    );
  }
  if (literal !== undefined) {
    if (literal.includes("%") || !isIPv6(literal)) {
      fail("the brackets do not hold an IPv6 address without zone", "Write it as http://[address]:port.");
    }
    return { hostname: literal.toLowerCase(), port: number };
  }
  const ascii = /^[\w.-]+$/.test(name) ? name.toLowerCase() : domainToASCII(name);
  if (!/^[a-z0-9._-]+$/.test(ascii) || (ascii !== name.toLowerCase() && /[!-,/:-@[-^`{-~]/.test(name))) {
    fail("its host name has a character that no host name has", "Write it as http://user:password@host:port.");
  }
  return { hostname: ascii, port: number };
}

function readUserinfo(userinfo: string | undefined, fail: Fail): { username: string; password: string } {
  const [, username = "", password = ""] = /^([^:]*):?(.*)$/s.exec(userinfo ?? "") ?? [];
  if (/%(?![0-9A-Fa-f]{2})/.test(userinfo ?? "")) {
    fail("the user or password contains a % that no two hexadecimal digits follow", "Write a % as %25.");
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

/** Nothing but unreserved characters stays as it is, RFC 3986 section 2.3. */
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

/** As much of a broken setting as is no password for sure, however it is read. */
function outline(text: string): string {
  const [, scheme = "", user, host] =
    /^(?:(https?|socks5h?):\/\/)(?:([\w.-]+):[^/?#]*@([\w.-]+(?::\d+)?)\/?$)?/i.exec(text) ?? [];
  const known = scheme === "" ? "" : `${scheme.toLowerCase()}://`;
  return host === undefined ? `${known}***` : `${known}${user}:***@${host}`;
}

function isProxyScheme(scheme: string): scheme is ProxyScheme {
  return Object.hasOwn(DEFAULT_PORTS, scheme);
}
