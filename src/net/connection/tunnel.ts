import { type IncomingHttpHeaders, request } from "node:http";
import type { Socket } from "node:net";
import { errorMessage } from "../../errors/transfer-error.ts";
import type { ProxyUrl } from "../../proxy/proxy-url.ts";
import { printable } from "../../text/redact.ts";
import { PhaseError, type ProxyReply } from "../hop.ts";
import { bracketed, type Origin } from "./socket.ts";

/**
 * CONNECT by hand rather than by a library's proxy agent: those discard the answer of the proxy (status, Proxy-Authenticate,
 * X-Squid-Error, its page), which explains the refusal, and some wait without a limit for a proxy that does not respond.
 */
export function tunnel(socket: Socket, proxy: ProxyUrl, origin: Origin, timeout: number): Promise<Socket> {
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

/**
 * Whether a proxy reacts to a request about itself: OPTIONS * concerns the server in general, as a ping (RFC 9110, 9.3.7). A refusal is a
 * reaction too, and so is a closed connection.
 */
export function isResponsive(socket: Socket, { hostname, port }: ProxyUrl, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const settle = (reacted: boolean) => {
      clearTimeout(timer);
      socket.on("error", () => {}).destroy();
      resolve(reacted);
    };
    const timer = setTimeout(() => settle(false), timeout);
    const headers = { host: `${bracketed(hostname)}:${port}` };
    const ping = request({ method: "OPTIONS", path: "*", createConnection: () => socket, headers });
    ping.on("response", () => settle(true)).on("error", () => settle(true));
    ping.end();
  });
}

/** A server never sends first in TLS, and a tunnel has no content: a page in answer to CONNECT is that of a portal. */
function isPage(headers: IncomingHttpHeaders, head: Buffer, { secure: expectsTls }: Origin): boolean {
  return headers["content-type"]?.startsWith("text/html") || (expectsTls && head.length > 0);
}

const MAX_PAGE_BYTES = 2048;
const PAGE_TIMEOUT_MS = 500;

/** The beginning of the page that follows a refusal. */
function firstText(socket: Socket, head: Buffer, announced: number): Promise<string> {
  const wanted = Math.min(Number.isFinite(announced) ? announced : MAX_PAGE_BYTES, MAX_PAGE_BYTES);
  let page = head;
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      resolve(page.subarray(0, MAX_PAGE_BYTES).toString("utf8"));
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
