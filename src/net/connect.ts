import { type IncomingHttpHeaders, request } from "node:http";
import { connect as dialSocket, isIP, type LookupFunction, type Socket } from "node:net";
import { type PeerCertificate, type SecureContext, connect as secureSocket } from "node:tls";
import type { buildConnector } from "undici";
import { errorMessage } from "../errors/transfer-error.ts";
import type { ProxyUrl } from "../proxy/proxy-url.ts";
import { printable } from "../text/redact.ts";
import { type ConnectionPhase, PhaseError, type ProxyReply } from "./hop.ts";

type Connector = buildConnector.connector;

export interface ConnectOptions {
  /** What is trusted. Made once: reading hundreds of authorities takes longer than the rest of a connection. */
  readonly secureContext: SecureContext;
  readonly isUnverified: (host: string) => boolean;
  /** Milliseconds that each layer may take. */
  readonly timeout: number;
}

/** Opens connections straight to the origin; `lookup` may have a say in which addresses a name has. */
export function directConnector(options: ConnectOptions, lookup?: LookupFunction): Connector {
  return connector(async (origin) => {
    const socket = await dial(["lookup", "dial"], origin.hostname, origin.port, options.timeout, lookup);
    return origin.secure ? secure("tls", socket, origin, options) : socket;
  });
}

/** Opens connections to the origin inside a tunnel that the proxy makes (RFC 9110, 9.3.6), each layer with its own deadline. */
export function tunnelConnector(proxy: ProxyUrl, options: ConnectOptions): Connector {
  return connector(async (origin) => {
    const socket = await tunnelTo(origin, proxy, options);
    return origin.secure ? secure("tls", socket, origin, options) : socket;
  });
}

/** Opens connections to the proxy itself, for requests that it forwards in absolute form (RFC 9112, 3.2.2). */
export function proxyConnector(proxy: ProxyUrl, options: ConnectOptions): Connector {
  return connector(() => dialProxy(proxy, options));
}

interface Origin {
  readonly hostname: string;
  readonly port: number;
  readonly secure: boolean;
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

type Layers = readonly [first: ConnectionPhase, ...more: ConnectionPhase[]];

/** Resolves the name, then connects: two layers, each with its own deadline. */
function dial(
  layers: readonly [ConnectionPhase, ConnectionPhase],
  host: string,
  port: number,
  timeout: number,
  lookup?: LookupFunction,
): Promise<Socket> {
  const socket = dialSocket({
    host,
    port,
    noDelay: true,
    keepAlive: true,
    keepAliveInitialDelay: 60_000,
    ...(lookup === undefined ? {} : { lookup }),
  });
  const doing = `connecting to ${bracketed(host)}:${port}`;
  return settled(socket, "connect", { layers: isIP(host) === 0 ? layers : [layers[1]], doing, timeout });
}

async function tunnelTo(origin: Origin, proxy: ProxyUrl, options: ConnectOptions): Promise<Socket> {
  try {
    return await tunnel(await dialProxy(proxy, options), proxy, origin, options.timeout);
  } catch (error) {
    throw error instanceof PhaseError ? await withProtocol(error, proxy, options) : error;
  }
}

/**
 * A proxy that hangs up, or answers in another protocol, may be addressed in the wrong scheme: that is found out by asking in the
 * other one, without its password.
 */
export async function withProtocol(error: PhaseError, proxy: ProxyUrl, options: ConnectOptions): Promise<PhaseError> {
  const { layer, message, cause, reply, timedOut, issuer } = error;
  const isRefused = reply !== undefined || issuer !== undefined || timedOut;
  if (isRefused || (layer !== "tunnel" && layer !== "proxy-tls")) return error;
  const other = { ...proxy, scheme: proxy.scheme === "https" ? "http" : "https", username: "", password: "" } as const;
  const speaks = await askedIn(other, options);
  return new PhaseError(layer, message, { cause, ...(speaks === undefined ? {} : { speaks }) });
}

/** The protocol of the proxy's scheme, if that is what it speaks. */
async function askedIn(proxy: ProxyUrl, options: ConnectOptions): Promise<"tls" | "http" | undefined> {
  try {
    const socket = await dialProxy(proxy, { ...options, isUnverified: () => true });
    if (proxy.scheme !== "https") await tunnel(socket, proxy, NOBODY, options.timeout);
    socket.destroy();
    return proxy.scheme === "https" ? "tls" : "http";
  } catch (error) {
    return error instanceof PhaseError && error.reply !== undefined ? "http" : undefined;
  }
}

/** A host that no proxy leads to (RFC 2606), for hearing what the proxy itself says. */
const NOBODY = { hostname: "proxy.invalid", port: 443, secure: true };

/**
 * The certificate is judged here rather than by the socket, which would throw it away with the connection: who issued it is what tells
 * a proxy that re-signs from a registry of an unknown authority. Nothing is sent before.
 */
async function secure(
  layer: ConnectionPhase,
  socket: Socket,
  origin: Origin,
  { secureContext, isUnverified, timeout }: ConnectOptions,
): Promise<Socket> {
  const host = `${bracketed(origin.hostname)}:${origin.port}`;
  const secured = secureSocket({
    socket,
    host: origin.hostname,
    ...(isIP(origin.hostname) === 0 ? { servername: origin.hostname } : {}),
    ALPNProtocols: ["http/1.1"],
    secureContext,
    rejectUnauthorized: false,
  });
  await settled(secured, "secureConnect", { layers: [layer], doing: `TLS with ${host}`, timeout });
  if (secured.authorized || isUnverified(host)) return secured;
  const issuer = issuerOf(secured.getPeerCertificate());
  const code = String(secured.authorizationError);
  secured.on("error", () => {}).destroy();
  throw new PhaseError(layer, `TLS with ${host}: ${code}, certificate issued by ${issuer}`, {
    cause: { code },
    issuer,
  });
}

function issuerOf({ issuer }: PeerCertificate): string {
  const name = [issuer?.CN, issuer?.O].flat().filter((part) => typeof part === "string" && part !== "");
  return name.length === 0 ? "nobody" : `"${printable(name.join(", "), 120)}"`;
}

/**
 * Resolves with the socket at `event`; rejects at an error, at the end of the connection, or when a layer took longer than `timeout`.
 * Where there are two layers, the first ends when the name is resolved.
 */
function settled<S extends Socket>(
  socket: S,
  event: "connect" | "secureConnect",
  { layers, doing, timeout }: { layers: Layers; doing: string; timeout: number },
): Promise<S> {
  return new Promise((resolve, reject) => {
    let [layer] = layers;
    const timer = setTimeout(() => fail(`no answer within ${timeout / 1000} s`, { timedOut: true }), timeout);
    const onLookup = (error: unknown) => {
      if (error) return;
      layer = layers.at(-1) ?? layer;
      timer.refresh();
    };
    const onError = (error: unknown) => fail(errorMessage(error), { cause: error });
    const onClose = () => fail("the connection was closed", {});
    const stopListening = () => {
      clearTimeout(timer);
      socket.off("error", onError).off("close", onClose).off("lookup", onLookup).off(event, onEvent);
    };
    const onEvent = () => {
      stopListening();
      resolve(socket);
    };
    const fail = (why: string, more: { cause?: unknown; timedOut?: boolean }) => {
      stopListening();
      socket.on("error", () => {}).destroy();
      reject(new PhaseError(layer, `${doing}: ${why}`, more));
    };
    socket.on("error", onError).on("close", onClose).on("lookup", onLookup).on(event, onEvent);
  });
}

/**
 * CONNECT by hand rather than by a library's proxy agent, since those lose what the proxy answers (status, Proxy-Authenticate,
 * X-Squid-Error, its page), which is what a user needs to see, and some wait for ever for a proxy that never answers.
 */
function tunnel(socket: Socket, proxy: ProxyUrl, origin: Origin, timeout: number): Promise<Socket> {
  const target = `${bracketed(origin.hostname)}:${origin.port}`;
  return new Promise((resolve, reject) => {
    const fail = (why: string, more: { cause?: unknown; timedOut?: boolean; reply?: ProxyReply }) => {
      clearTimeout(timer);
      socket.on("error", () => {}).destroy();
      reject(new PhaseError("tunnel", why, more));
    };
    const timer = setTimeout(
      () => fail(`the proxy did not answer CONNECT ${target} within ${timeout / 1000} s`, { timedOut: true }),
      timeout,
    );
    const connect = request({
      method: "CONNECT",
      path: target,
      createConnection: () => socket,
      headers: { host: target, ...proxyAuthorization(proxy) },
    });
    connect.on("error", (error) => fail(`CONNECT ${target}: ${errorMessage(error)}`, { cause: error }));
    connect.on("connect", async (response, tunnelled, head: Buffer) => {
      const status = response.statusCode ?? 0;
      if (status >= 200 && status < 300 && !isPage(response.headers, head, origin)) {
        clearTimeout(timer);
        if (head.length > 0) tunnelled.unshift(head);
        resolve(tunnelled as Socket);
        return;
      }
      const statusText = printable(response.statusMessage ?? "", 80);
      const reply = {
        status,
        statusText,
        headers: singleValues(response.headers),
        text: await firstText(tunnelled as Socket, head, Number(response.headers["content-length"])),
      };
      fail(`the proxy answered CONNECT ${target} with ${status} ${statusText}`, { reply });
    });
    connect.end();
  });
}

/** A server never speaks first in TLS, and a tunnel has no content: what answers CONNECT with a page is a portal. */
function isPage(headers: IncomingHttpHeaders, head: Buffer, { secure: expectsTls }: Origin): boolean {
  return headers["content-type"]?.startsWith("text/html") || (expectsTls && head.length > 0);
}

const MAX_PAGE_BYTES = 2048;
const PAGE_PATIENCE = 500;

/** The beginning of the page that follows a refusal; not worth waiting for long. */
function firstText(socket: Socket, head: Buffer, announced: number): Promise<string> {
  const wanted = Math.min(Number.isFinite(announced) ? announced : MAX_PAGE_BYTES, MAX_PAGE_BYTES);
  let page = head;
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      resolve(page.subarray(0, MAX_PAGE_BYTES).toString("utf8"));
    };
    const timer = setTimeout(done, PAGE_PATIENCE);
    if (page.length >= wanted) return done();
    socket.on("data", (chunk: Buffer) => {
      page = Buffer.concat([page, chunk]);
      if (page.length >= wanted) done();
    });
    socket.on("end", done).on("close", done).on("error", done);
  });
}

/** The header that lets a request pass the proxy; Basic is the only scheme that Go's clients speak too. */
export function proxyAuthorization(proxy: ProxyUrl): Record<string, string> {
  if (proxy.username === "" && proxy.password === "") return {};
  const userInfo = Buffer.from(`${proxy.username}:${proxy.password}`, "utf8").toString("base64");
  return { "proxy-authorization": `Basic ${userInfo}` };
}

export function singleValues(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      value === undefined ? [] : [[name.toLowerCase(), typeof value === "string" ? value : value.join(", ")]],
    ),
  );
}

function unbracketed(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "");
}

function bracketed(hostname: string): string {
  return isIP(hostname) === 6 ? `[${hostname}]` : hostname;
}
