import { TransferError } from "../errors/transfer-error.ts";
import { idnaToAscii, toLower, trimSpace } from "./go-text.ts";
import { type GoUrl, parseGoUrl, splitHost } from "./go-url.ts";
import { type Ip, isLoopback, parseIp } from "./ip.ts";
import { matchNoProxy } from "./no-proxy.ts";
import type { ProxyUrl } from "./proxy-url.ts";
import type { ProxySettings, RoutingSettings } from "./settings.ts";

interface Decision<Proxy> {
  readonly via: "proxy";
  readonly proxy: Proxy;
  readonly rule: string;
}

/** The route of a URL and the rule that decided it, with the origin of the rule. */
export type Route = { readonly via: "direct"; readonly rule: string } | Decision<ProxyUrl>;

/** The route of a URL under the settings of this run. Fails with URL_MALFORMED, or with PROXY_CGI_REFUSED where Go refuses too. */
export function routeFor(url: string, settings: ProxySettings): Route {
  const decision = decide(url, settings);
  if (decision.via === "direct") return decision;
  const name = decision.rule;
  return { ...decision, rule: `${name} ${origin(decision.proxy.from, name)}` };
}

/** Go's route under the original settings. */
export function routeBefore(url: string, found: RoutingSettings<GoUrl>): "direct" | "proxy" | "error" {
  try {
    return decide(url, found).via;
  } catch {
    return "error";
  }
}

/** Go's httpproxy, `proxyForURL` and `useProxy`, in their order. */
function decide<Proxy>(
  url: string,
  settings: RoutingSettings<Proxy>,
): Decision<Proxy> | { readonly via: "direct"; readonly rule: string } {
  const { scheme, hostname, port, ip } = readTarget(url);
  if (scheme !== "http" && scheme !== "https") return direct("only http and https URLs go through a proxy");
  const proxy = scheme === "https" ? settings.httpsProxy : settings.httpProxy;
  if (proxy === undefined) return direct(`no proxy for ${scheme} is set`);
  if (scheme === "http" && settings.cgi) {
    throw new TransferError(
      "PROXY_CGI_REFUSED",
      "HTTP_PROXY is refused because REQUEST_METHOD is set, as in a CGI program",
      {
        where: "environment REQUEST_METHOD",
        remedy: "Unset REQUEST_METHOD for this step.",
      },
    );
  }
  if (hostname === "localhost" || (ip !== undefined && isLoopback(ip))) return direct("loopback");
  const entry = matchNoProxy(settings.noProxy, { host: toLower(trimSpace(hostname)), port, ip });
  if (entry !== undefined) return direct(`NO_PROXY entry "${entry.entry}" ${origin(entry.from, "NO_PROXY")}`);
  return { via: "proxy", proxy, rule: scheme === "https" ? "HTTPS_PROXY" : "HTTP_PROXY" };
}

interface RequestTarget {
  readonly scheme: string;
  readonly hostname: string;
  readonly port: string;
  readonly ip: Ip | undefined;
}

const DEFAULT_PORTS: Readonly<Record<string, string>> = { http: "80", https: "443" };

function readTarget(raw: string): RequestTarget {
  const url = parseGoUrl(raw);
  if ("problem" in url) return malformed(url.problem);
  if (url.scheme === "") return malformed("it has no scheme; write https:// before the host");
  const { hostname, port } = splitHost(url.host);
  if (hostname === "") return malformed("it has no host");
  if (hostname.includes("]")) return malformed("its host has a bracket without an IPv6 address");
  const host = idnaToAscii(hostname);
  return { scheme: url.scheme, hostname: host, port: port || (DEFAULT_PORTS[url.scheme] ?? ""), ip: parseIp(host) };
}

const direct = (rule: string) => ({ via: "direct", rule }) as const;

function origin(from: string, name: string): string {
  return `(${from === `environment ${name}` ? "environment" : from})`;
}

/** Without the URL, which may contain a password at an unexpected position. */
function malformed(problem: string): never {
  throw new TransferError("URL_MALFORMED", `The URL is invalid: ${problem}`, {
    remedy: "Write it as https://host/path.",
  });
}
