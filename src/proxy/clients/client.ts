import { parseGoUrl, splitHost } from "../go-url.ts";

/** The proxy settings in a client's environment. */
export interface ClientSettings {
  readonly httpProxy: boolean;
  readonly httpsProxy: boolean;
  readonly noProxy: string;
}

/** A URL as clients parse it: by the URL standard, and with the host as written. */
export interface ClientTarget {
  readonly scheme: "http" | "https";
  /** With brackets, in lower case, IDNA and IPv4 made canonical. */
  readonly hostname: string;
  /** With brackets, in lower case, otherwise as written. */
  readonly writtenHostname: string;
  readonly port: number;
  /** Only where the URL has one. */
  readonly writtenPort: string;
}

/** A model of a client other than Go: its rules for NO_PROXY, and the differences in its proxy variables. */
export interface Client {
  readonly name: string;
  readonly bypasses: (target: ClientTarget, noProxy: string) => boolean;
  /** Sends https through HTTP_PROXY where HTTPS_PROXY is unset. */
  readonly httpsFallsBackToHttp?: true;
}

export function viaOf(client: Client, target: ClientTarget, settings: ClientSettings): "direct" | "proxy" {
  const fallsBack = client.httpsFallsBackToHttp === true && settings.httpProxy;
  const hasProxy = target.scheme === "http" ? settings.httpProxy : settings.httpsProxy || fallsBack;
  return !hasProxy || client.bypasses(target, settings.noProxy) ? "direct" : "proxy";
}

/** Undefined if some client would not accept it as an http URL. */
export function clientTarget(raw: string): ClientTarget | undefined {
  const written = parseGoUrl(raw);
  const url = URL.parse(raw);
  if ("problem" in written || url === null || !/^https?:$/.test(url.protocol)) return undefined;
  const { port } = splitHost(written.host);
  const scheme = url.protocol === "https:" ? "https" : "http";
  return {
    scheme,
    hostname: url.hostname,
    writtenHostname: written.host.replace(/:\d*$/, "").toLowerCase(),
    port: port === "" ? { http: 80, https: 443 }[scheme] : Number(port),
    writtenPort: port,
  };
}

export const withoutBrackets = (hostname: string): string => hostname.replace(/^\[(.*)\]$/, "$1");

/** Whether a host is `name` or below it. */
export const isWithin = (host: string, name: string): boolean => host === name || host.endsWith(`.${name}`);

/** The entries of a list, trimmed and in lower case. */
export function entriesOf(list: string, separator: string | RegExp): string[] {
  return list
    .split(separator)
    .map((entry) => entry.trim().toLowerCase())
    .filter((entry) => entry !== "");
}

/** `host:port` at the last colon; port 0 for an entry without one. */
export function splitPort(entry: string): { readonly host: string; readonly port: number } {
  const [, host = entry, port = "0"] = /^(.+):(\d+)$/.exec(entry) ?? [];
  return { host, port: Number(port) };
}
