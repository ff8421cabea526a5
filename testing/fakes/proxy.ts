import { request as httpRequest, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from "node:http";
import { connect, isIP, type Socket } from "node:net";
import type { KeyPair } from "../real/certificates.ts";
import { httpServer, listen, schemeOf } from "../real/listening.ts";

/** What the proxy does to every client instead of being one. */
export type ProxyFault =
  /** Accepts the connection and never answers. */
  | "mute"
  /** Closes the connection as soon as something is asked. */
  | "close"
  /** Answers one byte a second. */
  | "slow"
  /** Greets as an SSH server does. */
  | "not-http"
  /** Opens the tunnel, and closes it at the client's first byte. */
  | "close-tunnel"
  /** Opens the tunnel, and nothing comes out of it. */
  | "mute-tunnel";

export interface ProxyRefusal {
  /** Default 403. */
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface ProxyOptions {
  readonly address?: string;
  readonly port?: number;
  /** TLS to the proxy itself. */
  readonly tls?: KeyPair;
  /**
   * Where `name:port` or `name` leads: `address:port`, or `address` with the port asked for. Of other names only loopback
   * addresses and `localhost` are known; the rest is answered with 502.
   */
  readonly hosts?: Readonly<Record<string, string>>;
  /** Refusals by `name:port`, `name` or `*`. */
  readonly deny?: Readonly<Record<string, ProxyRefusal>>;
  readonly auth?: { readonly user: string; readonly password: string; readonly realm?: string };
  readonly fault?: ProxyFault;
}

export interface ProxyRequest {
  readonly method: string;
  /** `host:port`. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  /** What the client was answered; 0 where it was not. */
  readonly status: number;
}

export interface FakeProxy {
  /** `http://ADDRESS:PORT`, or https with `tls`; without credentials. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  readonly log: readonly ProxyRequest[];
  stop(): Promise<void>;
}

type LogEntry = { -readonly [K in keyof ProxyRequest]: ProxyRequest[K] };

/** A forward proxy over real sockets: tunnels by CONNECT, and requests in absolute form (RFC 9112, 3.2.2). */
export async function startProxy(options: ProxyOptions = {}): Promise<FakeProxy> {
  const log: LogEntry[] = [];
  const server = httpServer((request, response) => {
    const entry = enter(request, absoluteTarget(request.url ?? ""));
    if (misbehave(options.fault, request.socket)) return;
    const refusal = entry.target === "" ? { status: 400 } : refusalOf(options, entry);
    if (refusal !== undefined) refuse(response, entry, refusal);
    else forward(request, response, entry, addressOf(options.hosts ?? {}, entry.target));
  }, options.tls);

  server.on("connect", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on("error", () => socket.destroy());
    const entry = enter(request, request.url ?? "");
    if (misbehave(options.fault, socket)) return;
    const refusal = refusalOf(options, entry);
    if (refusal !== undefined) answerConnect(socket, entry, refusal);
    else if (options.fault === "close-tunnel" || options.fault === "mute-tunnel") {
      establish(socket, entry);
      socket.unshift(head);
      socket.on("data", () => options.fault === "close-tunnel" && socket.destroy());
    } else tunnel(socket, head, entry, addressOf(options.hosts ?? {}, entry.target));
  });

  if (options.fault === "not-http") {
    server.on(options.tls === undefined ? "connection" : "secureConnection", (socket: Socket) => {
      socket.write("SSH-2.0-OpenSSH_9.6\r\n");
    });
  }

  const { address, port, stop } = await listen(server, options);
  return { url: `${schemeOf(options.tls)}://${address}:${port}`, host: `${address}:${port}`, port, log, stop };

  function enter({ method = "", headers }: IncomingMessage, target: string): LogEntry {
    const entry = { method, target, headers, status: 0 };
    log.push(entry);
    return entry;
  }
}

/** true where nothing is left to be answered. */
function misbehave(fault: ProxyFault | undefined, socket: Socket): boolean {
  if (fault === "close") socket.destroy();
  if (fault === "slow") drip(socket, "HTTP/1.1 200 OK\r\n\r\n");
  return fault === "mute" || fault === "not-http" || fault === "close" || fault === "slow";
}

function refusalOf({ auth, deny = {} }: ProxyOptions, { target, headers }: ProxyRequest): ProxyRefusal | undefined {
  if (auth !== undefined) {
    const wanted = `Basic ${Buffer.from(`${auth.user}:${auth.password}`).toString("base64")}`;
    if (headers["proxy-authorization"] !== wanted) {
      const challenge = `Basic realm="${auth.realm ?? "proxy"}"`;
      return { status: 407, headers: { "proxy-authenticate": challenge }, body: "<h1>who are you?</h1>" };
    }
  }
  return deny[target] ?? deny[split(target).name] ?? deny["*"];
}

interface Address {
  readonly host: string;
  readonly port: number;
}

function addressOf(hosts: Readonly<Record<string, string>>, target: string): Address | undefined {
  const { name, port } = split(target);
  const mapped = hosts[target] ?? hosts[name];
  if (mapped !== undefined) {
    const to = split(mapped);
    return { host: to.name, port: to.port === 0 ? port : to.port };
  }
  if (name === "localhost") return { host: "127.0.0.1", port };
  return isIP(name) !== 0 && /^(127\.|::1$)/.test(name) ? { host: name, port } : undefined;
}

function split(target: string): { readonly name: string; readonly port: number } {
  const [, bracketed, plain, port] = target.match(/^(?:\[(.*)\]|([^:]*))(?::(\d+))?$/) ?? [];
  return { name: (bracketed ?? plain ?? "").toLowerCase(), port: Number(port ?? 0) };
}

function absoluteTarget(url: string): string {
  if (!/^http:\/\//i.test(url)) return "";
  const { hostname, port } = new URL(url);
  return `${hostname}:${port === "" ? 80 : port}`;
}

function forward(request: IncomingMessage, response: ServerResponse, entry: LogEntry, to: Address | undefined): void {
  if (to === undefined) {
    refuse(response, entry, unknownHost(entry.target));
    return;
  }
  const { pathname, search } = new URL(request.url ?? "");
  const { "proxy-authorization": _credentials, "proxy-connection": _connection, ...headers } = request.headers;
  const upstream = httpRequest(
    { ...to, method: request.method, path: `${pathname}${search}`, headers, agent: false },
    (answer) => {
      entry.status = answer.statusCode ?? 0;
      response.writeHead(entry.status, { ...answer.headers, via: "1.1 fake-proxy" });
      answer.pipe(response);
      // A server that cuts its answer short is passed on as such, not as a complete one.
      answer.once("close", () => void (answer.complete || response.destroy()));
    },
  );
  upstream.once("error", () => {
    if (response.headersSent) response.destroy();
    else refuse(response, entry, { status: 503, body: `cannot connect to ${entry.target}` });
  });
  response.once("close", () => upstream.destroy());
  request.pipe(upstream);
}

function tunnel(socket: Socket, head: Buffer, entry: LogEntry, to: Address | undefined): void {
  if (to === undefined) {
    answerConnect(socket, entry, unknownHost(entry.target));
    return;
  }
  const upstream = connect({ ...to, allowHalfOpen: true });
  upstream.once("connect", () => {
    establish(socket, entry);
    upstream.write(head);
    socket.pipe(upstream);
    upstream.pipe(socket);
  });
  upstream.once("error", () => {
    if (entry.status !== 0) socket.destroy();
    else answerConnect(socket, entry, { status: 503, body: `cannot connect to ${entry.target}` });
  });
  socket.once("close", () => upstream.destroy());
  upstream.once("close", (failed) => void (failed && socket.destroy()));
}

function establish(socket: Socket, entry: LogEntry): void {
  entry.status = 200;
  socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
}

function unknownHost(target: string): ProxyRefusal {
  return { status: 502, body: `unknown host ${target}` };
}

function refuse(response: ServerResponse, entry: LogEntry, { status = 403, headers, body }: ProxyRefusal): void {
  entry.status = status;
  response.writeHead(status, { "content-type": "text/html", ...headers }).end(body ?? "<h1>refused</h1>");
}

function answerConnect(socket: Socket, entry: LogEntry, { status = 403, headers, body }: ProxyRefusal): void {
  entry.status = status;
  const page = body ?? "<h1>refused</h1>";
  const all = { "content-type": "text/html", "content-length": String(Buffer.byteLength(page)), ...headers };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join("")}\r\n${page}`);
}

function drip(socket: Socket, text: string): void {
  let at = 0;
  const timer = setInterval(() => socket.write(text.charAt(at++)), 1000);
  socket.once("close", () => clearInterval(timer));
}
