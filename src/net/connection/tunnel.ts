import { request } from "node:http";
import type { Socket } from "node:net";
import { errorMessage } from "../../errors/transfer-error.ts";
import type { ProxyUrl } from "../../proxy/proxy-url.ts";
import { printable } from "../../text/redact.ts";
import { PhaseError, type ProxyReply } from "../hop.ts";
import { isInformational, malformed, type ResponseHead, readHead, withoutLineEnds } from "./response-head.ts";
import { bracketed, type Origin } from "./socket.ts";

/** A connection to the origin, inside of which TLS begins. */
export interface Tunnel {
  readonly socket: Socket;
  /** The reply, where it may be the page of a portal in spite of its status. */
  readonly page: ProxyReply | undefined;
}

export interface TunnelOptions {
  readonly timeout: number;
  readonly userAgent: string;
}

/**
 * CONNECT by hand rather than by a library's proxy agent: those discard the answer of the proxy (status, Proxy-Authenticate,
 * X-Squid-Error, its page), which explains the refusal, and some wait without a limit for a proxy that does not respond. Every 2xx opens
 * the tunnel, and headers that describe a body are ignored (RFC 9110, 9.3.6): proxies send them, and Go and curl ignore them.
 */
export async function tunnel(
  socket: Socket,
  proxy: ProxyUrl,
  origin: Origin,
  { timeout, userAgent }: TunnelOptions,
): Promise<Tunnel> {
  const target = `${bracketed(origin.hostname)}:${origin.port}`;
  const late = `the proxy did not answer CONNECT ${target} within ${timeout / 1000} s`;
  const timer = setTimeout(() => socket.destroy(new PhaseError("tunnel", late, { timedOut: true })), timeout);
  try {
    const headers = { host: target, "user-agent": userAgent, ...proxyAuthorization(proxy) };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    socket.write(`CONNECT ${target} HTTP/1.1\r\n${lines.join("")}\r\n`);
    const { head, rest } = await receiveHead(socket);
    const { status } = head;
    const isOpen = status >= 200 && status < 300;
    const isPage = isHtml(head) && rest.length > 0;
    // A server never sends first in TLS: Go discards such bytes too.
    if (isOpen && !isPage) return { socket, page: mayBePage(head, rest) ? replyOf(head, rest) : undefined };
    const reply = replyOf(head, await firstText(socket, rest, lengthOf(head)));
    throw new PhaseError("tunnel", `the proxy answered CONNECT ${target} with ${status} ${reply.statusText}`, {
      reply,
    });
  } catch (error) {
    socket.on("error", () => {}).destroy();
    if (error instanceof PhaseError) throw error;
    throw new PhaseError("tunnel", `CONNECT ${target}: ${errorMessage(error)}`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

/** Informational responses before the reply; curl skips them, too. */
const MAX_INFORMATIONAL = 20;

/** The head of the reply, after informational ones (RFC 9110, 15.2), and the bytes that came with it. */
function receiveHead(socket: Socket): Promise<{ readonly head: ResponseHead; readonly rest: Buffer }> {
  let received: Buffer = Buffer.alloc(0);
  let skipped = 0;
  return new Promise((resolve, reject) => {
    const settle = (end: () => void) => {
      socket.off("readable", onReadable).off("error", onError).off("close", onClose);
      end();
    };
    const onReadable = () => {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
        received = withoutLineEnds(Buffer.concat([received, chunk]));
      }
      try {
        for (let read = readHead(received); read !== undefined; read = readHead(received)) {
          const { head, rest } = read;
          received = withoutLineEnds(rest);
          if (!isInformational(head)) return settle(() => resolve({ head, rest: received }));
          if (++skipped > MAX_INFORMATIONAL) throw malformed("informational responses, and no other");
        }
      } catch (error) {
        settle(() => reject(error));
      }
    };
    const onError = (error: unknown) => settle(() => reject(error));
    const onClose = () =>
      settle(() => reject(Object.assign(new Error("the connection was closed"), { code: "ECONNRESET" })));
    socket.on("readable", onReadable).on("error", onError).on("close", onClose);
  });
}

function isHtml({ fields }: ResponseHead): boolean {
  return fields.get("content-type")?.[0]?.startsWith("text/html") ?? false;
}

/** A tunnel has no content, so that a page in answer to CONNECT is that of a portal, unless it is empty. */
function mayBePage(head: ResponseHead, rest: Buffer): boolean {
  return rest.length > 0 || (isHtml(head) && lengthOf(head) !== 0);
}

function lengthOf({ fields }: ResponseHead): number {
  return Number(fields.get("content-length")?.[0]);
}

function replyOf({ status, statusText, fields }: ResponseHead, page: Buffer): ProxyReply {
  const headers = Object.fromEntries([...fields].map(([name, values]) => [name, values.join(", ")]));
  const text = page.subarray(0, MAX_PAGE_BYTES).toString("utf8");
  return { status, statusText: printable(statusText, 80), headers, text };
}

/**
 * Whether a proxy reacts to a request about itself: OPTIONS * concerns the server in general, as a ping (RFC 9110, 9.3.7). A refusal is a
 * reaction too, and so is a closed connection.
 */
export function isResponsive(
  socket: Socket,
  { hostname, port }: ProxyUrl,
  { timeout, userAgent }: TunnelOptions,
): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (reacted: boolean) => {
      clearTimeout(timer);
      socket.on("error", () => {}).destroy();
      resolve(reacted);
    };
    const timer = setTimeout(() => settle(false), timeout);
    const headers = { host: `${bracketed(hostname)}:${port}`, "user-agent": userAgent };
    const ping = request({ method: "OPTIONS", path: "*", createConnection: () => socket, headers });
    ping.on("response", () => settle(true)).on("error", () => settle(true));
    ping.end();
  });
}

const MAX_PAGE_BYTES = 2048;
const PAGE_TIMEOUT_MS = 500;

/** The beginning of the page that follows a refusal. */
function firstText(socket: Socket, head: Buffer, announced: number): Promise<Buffer> {
  const wanted = Math.min(Number.isFinite(announced) ? announced : MAX_PAGE_BYTES, MAX_PAGE_BYTES);
  let page = head;
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      resolve(page);
    };
    const timer = setTimeout(done, PAGE_TIMEOUT_MS);
    if (page.length >= wanted) return done();
    socket.on("data", (chunk: Buffer) => {
      page = Buffer.concat([page, chunk]);
      if (page.length >= wanted) done();
    });
    socket.on("end", done).on("close", done).on("error", done);
  });
}

/** The login at the proxy; Basic is the only scheme that Go's clients support too. */
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
