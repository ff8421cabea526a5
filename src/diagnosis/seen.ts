import type { HopError, ProxyReply } from "../net/hop.ts";
import { printable, printableUrl } from "../text/redact.ts";
import { quotedReply } from "./verdict.ts";

/** A failed connection as the logs of a proxy or firewall have it. */
export interface Seen {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Without password; undefined for a direct route. */
  readonly proxy: string | undefined;
  /** The request line that the proxy got, or the connection that was tried. */
  readonly request: string;
  /** The status of the proxy, or what happened instead. */
  readonly answer: string;
}

export function seenOf(error: HopError): Seen {
  const { at, hop, failure } = error;
  const { host, method, url, route } = hop;
  const answer = failure.reply === undefined ? quotedReply(error) : replyText(failure.reply);
  if (route.via === "direct") return { at, proxy: undefined, request: `TCP ${host}`, answer };
  const request = url.startsWith("https:") ? `CONNECT ${host}` : `${method} ${printableUrl(url)}`;
  return { at, proxy: route.proxy.display, request: `${request} HTTP/1.1`, answer };
}

/** The answer of the proxy, with squid's own name for it where there is one. */
export function replyText({ status, statusText, headers }: ProxyReply): string {
  const squid = headers["x-squid-error"];
  return printable(`${[status, statusText].join(" ").trim()}${squid === undefined ? "" : ` (${squid})`}`, 200);
}
