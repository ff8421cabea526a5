import { request as httpRequest, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { type AskedRequest, readRequest } from "../fakes/registry-request.ts";
import type { KeyPair } from "../real/certificates.ts";
import { httpServer, type Listening, listen, schemeOf } from "../real/listening.ts";
import type { Answer, Fault, Reply, Sent } from "./faults/fault.ts";
import type { Schedule } from "./faults/schedule.ts";

/** `ADDRESS:PORT` */
export type Address = string;

export interface RelayOptions {
  /** Where requests for this `host:port` go, and where those for its tokens go. */
  readonly upstreamOf: (host: string) => { readonly registry: Address; readonly tokens?: Address } | undefined;
  readonly schedule: Pick<Schedule, "forRequest">;
  readonly onFault: (fault: string, request: string) => void;
  readonly tls?: KeyPair;
}

/**
 * A server in front of real registries that passes every request on, and misbehaves as scheduled. It takes requests for its own host, and
 * those that a proxy gets (RFC 9112, 3.2.2).
 */
export async function startRelay(options: RelayOptions): Promise<Listening> {
  return listen(httpServer(relayListener(options), options.tls));
}

export function relayListener(options: RelayOptions) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    serve(request, response, options).catch(() => request.socket.destroy());
  };
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { upstreamOf, schedule, onFault, tls }: RelayOptions,
): Promise<void> {
  const asked = readRequest(request, "/token");
  const url = new URL(request.url ?? "/", `http://${request.headers.host}`);
  const upstream = upstreamOf(url.port === "" ? `${url.hostname}:${tls === undefined ? 80 : 443}` : url.host);
  const address = asked.kind === "token" ? upstream?.tokens : upstream?.registry;
  if (address === undefined) {
    response.writeHead(502).end();
    return;
  }
  const origin = `${schemeOf(tls)}://${url.host}`;
  const fault = schedule.forRequest(asked);
  if (fault !== undefined) onFault(fault.name, `${asked.method} ${asked.path}`);
  const reply =
    fault?.moment === "instead"
      ? fault.reply(asked)
      : await replyOf(await sentBy(request, url, origin), asked, { fault, address, origin });
  await send(reply, request, response);
}

async function sentBy(request: IncomingMessage, url: URL, origin: string): Promise<Sent> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const { "proxy-connection": _, ...headers } = singleValues(request);
  return {
    method: request.method ?? "",
    path: url.pathname + url.search,
    headers: { ...headers, "x-forwarded-proto": origin.replace(/:.*/, "") },
    body: Buffer.concat(chunks),
  };
}

async function replyOf(
  sent: Sent,
  asked: AskedRequest,
  { fault, address, origin }: { fault: Fault | undefined; address: Address; origin: string },
): Promise<Reply> {
  const answer = await forward(fault?.moment === "before" ? fault.change(sent) : sent, address);
  const served = { ...answer, headers: withOwnRealm(answer.headers, origin) };
  return fault?.moment === "after" ? fault.reply(served, asked) : { kind: "answer", answer: served };
}

function forward({ method, path, headers, body }: Sent, address: Address): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const [host, port] = address.split(":");
    const upstream = httpRequest({ host, port, method, path, headers, agent: false }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on("data", (chunk: Buffer) => chunks.push(chunk)).once("error", reject);
      answer.once("end", () => {
        const { connection: _, "transfer-encoding": __, ...kept } = singleValues(answer);
        const content = Buffer.concat(chunks);
        const length =
          method === "HEAD" || kept["content-length"] !== undefined ? {} : { "content-length": String(content.length) };
        resolve({ status: answer.statusCode ?? 502, headers: { ...kept, ...length }, body: content });
      });
    });
    upstream.once("error", reject).end(body);
  });
}

function singleValues({ headers }: IncomingMessage): Readonly<Record<string, string>> {
  const entries = Object.entries(headers).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.join(", ") : value,
  ]);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined));
}

/** Token servers are behind the same relay as their registries, so that faults concern them too. */
function withOwnRealm(headers: Answer["headers"], origin: string): Answer["headers"] {
  const challenge = headers["www-authenticate"];
  if (challenge === undefined) return headers;
  return {
    ...headers,
    "www-authenticate": challenge.replace(/realm="http:\/\/[^"]*\/token"/, `realm="${origin}/token"`),
  };
}

/** Pieces of a slow body, and the milliseconds between them. */
const PIECES = 10;
const PAUSE_MS = 30;

async function send(reply: Reply, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { socket } = request;
  if (reply.kind === "silence") return;
  if (reply.kind === "reset") {
    socket.destroy();
    return;
  }
  if (reply.kind === "bytes") {
    socket.end(reply.bytes);
    return;
  }
  const { status, headers, body } = reply.answer;
  // Of a request that was not read to its end, the rest must not be taken for the next one.
  if (!request.complete) response.setHeader("connection", "close");
  response.writeHead(status, headers);
  if (request.method === "HEAD" || reply.end === undefined) {
    response.end(request.method === "HEAD" ? undefined : body);
    return;
  }
  const middle = body.length >> 1;
  if (reply.end === "slow") {
    const size = Math.ceil(body.length / PIECES);
    for (let at = 0; at < body.length; at += size) {
      response.write(body.subarray(at, at + size));
      await sleep(PAUSE_MS);
    }
    response.end();
    return;
  }
  response.flushHeaders();
  response.write(body.subarray(0, middle), () => {
    if (reply.end === "reset") socket.destroy();
  });
}
