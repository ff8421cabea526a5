import type { LookupFunction, Socket } from "node:net";
import type { buildConnector } from "undici";
import { errorCode } from "../../errors/transfer-error.ts";
import type { ProxyUrl } from "../../proxy/proxy-url.ts";
import { PhaseError, type ProxyReply } from "../hop.ts";
import { dial } from "./dial.ts";
import { bracketed, type ConnectOptions, type Origin, secure } from "./socket.ts";
import { isResponsive, type Tunnel, tunnel } from "./tunnel.ts";

type Connector = buildConnector.connector;

/** Opens connections straight to the origin; `lookup` may refuse addresses. */
export function directConnector(options: ConnectOptions, lookup?: LookupFunction): Connector {
  return connector(async (origin) => {
    const socket = await dial(["lookup", "dial"], origin.hostname, origin.port, options.timeout, lookup);
    return origin.secure ? secure("tls", socket, origin, options) : socket;
  });
}

/** Opens connections to the origin inside a tunnel that the proxy makes (RFC 9110, 9.3.6), each phase with its own deadline. */
export function tunnelConnector(proxy: ProxyUrl, options: ConnectOptions): Connector {
  return connector(async (origin) => {
    const { socket, page } = await tunnelTo(origin, proxy, options);
    try {
      return await secure("tls", socket, origin, options);
    } catch (error) {
      throw page === undefined || isOfTls(error) ? error : pageInstead(error, origin, page);
    }
  });
}

/** Whether a failed handshake was one with a server that uses TLS. */
function isOfTls(error: unknown): boolean {
  if (!(error instanceof PhaseError) || error.issuer !== undefined) return true;
  return /^ERR_SSL_(?!WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)/.test(errorCode(error.cause) ?? "");
}

function pageInstead(cause: unknown, { hostname, port }: Origin, page: ProxyReply): PhaseError {
  const why = `the proxy answered CONNECT ${bracketed(hostname)}:${port} with ${page.status} and a page`;
  return new PhaseError("tunnel", why, { cause, reply: page });
}

/** Opens connections to the proxy itself, for requests that it forwards in absolute form (RFC 9112, 3.2.2). */
export function proxyConnector(proxy: ProxyUrl, options: ConnectOptions): Connector {
  return connector(() => dialProxy(proxy, options));
}

function connector(open: (origin: Origin) => Promise<Socket>): Connector {
  return ({ hostname, port, protocol }, callback) => {
    const isSecure = protocol === "https:";
    open({ hostname: unbracketed(hostname), port: Number(port) || (isSecure ? 443 : 80), secure: isSecure }).then(
      (socket) => callback(null, socket),
      (error) => callback(error, null),
    );
  };
}

async function dialProxy(proxy: ProxyUrl, options: ConnectOptions): Promise<Socket> {
  const socket = await dial(["proxy-lookup", "proxy-dial"], proxy.hostname, proxy.port, options.timeout);
  if (proxy.scheme !== "https") return socket;
  return secure("proxy-tls", socket, { hostname: proxy.hostname, port: proxy.port, secure: true }, options);
}

async function tunnelTo(origin: Origin, proxy: ProxyUrl, options: ConnectOptions): Promise<Tunnel> {
  try {
    return await tunnel(await dialProxy(proxy, options), proxy, origin, options);
  } catch (error) {
    throw error instanceof PhaseError ? await withProbe(error, proxy, options) : error;
  }
}

/**
 * The failure with what a further request to the proxy shows, which carries no password. A proxy that closes the connection, or answers in
 * another protocol, may be addressed in the wrong scheme. One that does not answer in time may itself wait for the origin.
 */
export async function withProbe(error: PhaseError, proxy: ProxyUrl, options: ConnectOptions): Promise<PhaseError> {
  const { phase, message, cause, reply, timedOut, issuer } = error;
  if (reply !== undefined || issuer !== undefined || (phase !== "tunnel" && phase !== "proxy-tls")) return error;
  if (timedOut) {
    if (phase !== "tunnel") return error;
    return new PhaseError(phase, message, { cause, timedOut, isResponsive: await reacts(proxy, options) });
  }
  const other = { ...proxy, scheme: proxy.scheme === "https" ? "http" : "https", username: "", password: "" } as const;
  const speaks = await spokenProtocol(other, options);
  return new PhaseError(phase, message, { cause, ...(speaks === undefined ? {} : { speaks }) });
}

async function reacts(proxy: ProxyUrl, options: ConnectOptions): Promise<boolean> {
  const timeout = Math.min(options.timeout, MAX_PROBE_MS);
  try {
    const hurried = { ...options, timeout };
    return await isResponsive(await dialProxy(proxy, hurried), proxy, hurried);
  } catch {
    return false;
  }
}

/** Milliseconds for a request that a proxy answers by itself. */
const MAX_PROBE_MS = 3000;

/** The protocol of the scheme, if the proxy speaks it. */
async function spokenProtocol(proxy: ProxyUrl, options: ConnectOptions): Promise<"tls" | "http" | undefined> {
  try {
    const socket = await dialProxy(proxy, { ...options, isUnverified: () => true });
    if (proxy.scheme !== "https") await tunnel(socket, proxy, NO_ORIGIN, options);
    socket.destroy();
    return proxy.scheme === "https" ? "tls" : "http";
  } catch (error) {
    return error instanceof PhaseError && error.reply !== undefined ? "http" : undefined;
  }
}

/** A host that does not exist (RFC 2606): the answer is the proxy's own. */
const NO_ORIGIN = { hostname: "proxy.invalid", port: 443, secure: true };

function unbracketed(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}
