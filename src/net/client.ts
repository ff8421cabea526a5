import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { createLimiter } from "../bounds/limiter.ts";
import { errorCode, errorMessage, TransferError } from "../errors/transfer-error.ts";
import type { Route } from "../proxy/route.ts";
import { judge, type Party, type Reach } from "./address/address-policy.ts";
import { hostOf } from "./address/host.ts";
import type { NamedHosts } from "./address/named-hosts.ts";
import { singleValues } from "./connect.ts";
import { documentDeadline, informationalDeadline } from "./deadlines.ts";
import { createDispatchers, type DispatcherOptions } from "./dispatchers.ts";
import { createFirstContact } from "./first-contact.ts";
import { type Hop, HopError, PhaseError } from "./hop.ts";
import { isRedirect, MAX_REDIRECTS, redirectTarget, withoutCredentials } from "./redirects.ts";
import { backoff, isRetryable, isRetryableStatus, MAX_WAIT_MS, retryAfter } from "./retry.ts";
import { createRetryAfterGate } from "./retry-after-gate.ts";
import { stallGuard } from "./stall.ts";

/** Slots of a host are counted by lane: who holds one may wait for one of a later lane, so that nobody waits in a circle. */
export type Lane = "read" | "write" | "token";

export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "POST" | "PUT" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** A Buffer can be sent again, a stream cannot: a request with a stream is tried once. */
  readonly body?: Buffer | Readable;
  /** What the request is for, as people read it: `source registry`, `token for ghcr.io`. */
  readonly neededFor: string;
  /** How often to ask; by default as often as the run's patience allows. */
  readonly attempts?: number;
  /** By default what the method says. Tokens are asked for by who holds slots already, so that those need slots of their own. */
  readonly lane?: Lane;
  /** Reads an answer of 200 whole, at most so many bytes, so that one that breaks off is asked for again. */
  readonly bufferUpTo?: number;
  /** With `bufferUpTo`: more than that is cut off rather than an error. */
  readonly truncate?: boolean;
  /** Whether a redirect is followed (reading requests only) or is itself the answer; by default it is followed. */
  readonly redirects?: boolean;
  /** Whom the request is made for: how far its URL, and every redirect, may lead is judged by that. */
  readonly party: Party;
}

export interface HttpResponse {
  /** Where the answer came from, after redirects. */
  readonly hop: Hop;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** To be consumed or destroyed; until then it holds one of the host's slots. */
  readonly body: Readable;
  /** Milliseconds that it may take to read the body as a document, and one more for every 16 bytes. */
  readonly timeout: number;
}

/** What is known of an answer before its body is read. */
export type Answer = Pick<HttpResponse, "hop" | "status" | "headers">;

export interface HttpClient {
  request(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** How long and how often to try; a probe has less of it than a transfer. */
export interface RetryPolicy {
  /** Milliseconds until an answer must begin. */
  readonly timeout: number;
  readonly attempts: number;
  /** Attempts where nobody answers, and nobody did before, if these are fewer. */
  readonly connectAttempts?: number;
  /** Whether a host that could not be reached is taken for unreachable from then on, by everybody who asks for it. */
  readonly failFast?: boolean;
}

/** A client that adds the party by itself. */
export interface PartyClient {
  request(request: Omit<HttpRequest, "party">, signal?: AbortSignal): Promise<HttpResponse>;
}

export interface ClientOptions extends DispatcherOptions {
  /** Hosts that the user wrote, which are reached wherever they lie. */
  readonly named: NamedHosts;
  readonly routeFor: (url: string) => Route;
  /** Told of every request that goes out, redirects included, before it does. */
  readonly observe?: (hop: Hop) => void;
  /** Told of every answer, with the headers that the request for it had. */
  readonly observeAnswer?: (answer: Answer, asked: Readonly<Record<string, string>>) => void;
  readonly userAgent: string;
  /** Requests in flight per host and lane. */
  readonly concurrency: number;
  /** Asked anew for every request, since a run goes from probing to transferring. */
  readonly retryPolicy: () => RetryPolicy;
  /** Milliseconds without a byte after which a transfer counts as stalled. */
  readonly stallTimeout: number;
}

/** Milliseconds that a registry may take to store what it was sent: some check and replicate a blob before they answer. */
const MAX_COMMIT = 300_000;

/** Statuses by which a proxy says that it will not, or cannot, reach the origin. */
const PROXY_REFUSALS = new Set([403, 502, 503, 504]);

/** HTTP as a registry client needs it: our routes, redirects hop by hop, patience with servers, bounds on everything. */
export function createClient(options: ClientOptions): HttpClient {
  const dispatchers = createDispatchers(options);
  // A copy holds a reading slot while it waits for a writing one, and either may wait for a token: one count for all could deadlock
  // where source and target are the same host.
  const limiter = createLimiter(options.concurrency);
  const rest = createRetryAfterGate();
  const contact = createFirstContact();

  async function send(
    request: HttpRequest,
    { raw, headers, from }: { raw: string; headers: Record<string, string>; from: Hop | undefined },
    signal?: AbortSignal,
  ): Promise<HttpResponse> {
    // The route is decided on the URL as written: Go sends LOCALHOST through the proxy, which the URL class turns into localhost.
    const route = options.routeFor(raw);
    const url = new URL(raw);
    const host = hostOf(url);
    const reach = judge(url, request.party, options.named);
    const first = hostOf(new URL(request.url));
    const isToken = request.lane === "token";
    const neededFor = host === first || isToken ? request.neededFor : `blobs of ${first}`;
    const redirectedFrom = from === undefined ? {} : { redirectedFrom: { host: from.host, route: from.route } };
    const hop: Hop = { method: request.method, url: url.href, host, route, neededFor, ...redirectedFrom };
    const asking = () => perform(request, { hop, headers, reach }, signal);
    return options.retryPolicy().failFast ? contact.through(hop, asking) : asking();
  }

  async function perform(
    request: HttpRequest,
    { hop, headers, reach }: { hop: Hop; headers: Record<string, string>; reach: Reach },
    signal?: AbortSignal,
  ): Promise<HttpResponse> {
    const { route, host } = hop;
    const url = new URL(hop.url);
    const isToken = request.lane === "token";
    const { dispatcher, path, headers: forProxy } = dispatchers.pick(route, url, reach);
    const writes = !isToken && (request.method === "PUT" || request.method === "POST");
    const { timeout } = options.retryPolicy();
    const bodyTimeout = Math.min(timeout, options.stallTimeout);
    const headersTimeout = writes ? Math.max(timeout, MAX_COMMIT) : timeout;
    const lane: Lane = request.lane ?? (writes ? "write" : "read");
    await rest.until(host, signal);
    const release = await limiter.acquire(`${lane} ${host}`, signal);
    options.observe?.(hop);
    const deadline = informationalDeadline(headersTimeout, signal);
    try {
      const response = await dispatcher.request({
        origin: url.origin,
        path,
        method: request.method,
        headers: { "user-agent": options.userAgent, "accept-encoding": "identity", ...headers, ...forProxy },
        // undici would close the connection behind every HEAD, for servers that answer it with a body; the next pays with a handshake.
        reset: false,
        body: request.body instanceof Readable ? guarded(request.body, options.stallTimeout) : (request.body ?? null),
        headersTimeout,
        bodyTimeout,
        onInfo: deadline.onInfo,
        signal: deadline.signal,
      });
      const received = {
        hop,
        status: response.statusCode,
        headers: singleValues(response.headers),
        body: response.body,
        timeout: bodyTimeout,
      };
      await refuseProxyReply(received);
      options.observeAnswer?.(received, headers);
      response.body.once("close", release);
      if (request.method === "HEAD") response.body.resume();
      return received;
    } catch (error) {
      release();
      throw await asHopError(hop, error, signal);
    } finally {
      deadline.stop();
    }
  }

  async function follow(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse> {
    let url = request.url;
    let headers: Record<string, string> = { ...request.headers };
    let from: Hop | undefined;
    for (let hops = 0; hops <= MAX_REDIRECTS; hops++) {
      const response = await send(request, { raw: url, headers, from }, signal);
      const reads = request.method === "GET" || request.method === "HEAD";
      if (!reads || request.redirects === false || !isRedirect(response.status)) return response;
      await drain(response);
      const target = redirectTarget(new URL(url), response.headers.location);
      if (target.origin !== new URL(url).origin) headers = withoutCredentials(headers);
      url = target.href;
      from = response.hop;
    }
    throw new TransferError(
      "REDIRECT_LOOP",
      `${hostOf(new URL(request.url))} redirects more than ${MAX_REDIRECTS} times`,
      {
        where: hostOf(new URL(url)),
        remedy: "Ask the operators of the registry; this is a fault of its configuration.",
      },
    );
  }

  async function pause(attempt: number, wanted: number | undefined, host: string, signal?: AbortSignal) {
    const own = backoff(attempt, Math.random());
    // What one request is told holds for all to the same host; a little more for each keeps them from coming back at once.
    if (wanted !== undefined) rest.extend(host, wanted);
    await sleep(wanted === undefined ? own : Math.max(own, wanted), undefined, signal === undefined ? {} : { signal });
  }

  async function asHopError(hop: Hop, error: unknown, signal?: AbortSignal): Promise<unknown> {
    if (signal?.aborted || error instanceof TransferError) return error;
    // A verdict of our own stays what it is, in the middle of a connection too.
    if (error instanceof PhaseError && error.cause instanceof TransferError) return error.cause;
    if (error instanceof PhaseError) return new HopError(hop, error);
    const broken = brokenOff(hop, "response", error);
    const { route, url } = hop;
    if (route.via === "direct" || !url.startsWith("http:") || broken.timedOut) return broken;
    const isForeign = (error as { name?: unknown }).name === "HTTPParserError";
    const failure = new PhaseError("tunnel", broken.failure.message, { cause: error });
    const explained = await dispatchers.explain(failure, route.proxy);
    return explained.speaks !== undefined || isForeign ? new HopError(hop, explained) : broken;
  }

  /** A connection that is cut, of a host that is known to answer, is no sign of a blocked hop. */
  function hasBrokenOff(error: unknown): boolean {
    return error instanceof HopError && !error.timedOut && contact.hasAnswered(error.hop);
  }

  return {
    async request(request, signal) {
      const isStream = request.body !== undefined && !Buffer.isBuffer(request.body);
      const { attempts: patient, connectAttempts: connections = patient } = options.retryPolicy();
      const attempts = isStream ? 1 : (request.attempts ?? patient);
      for (let attempt = 1; ; attempt++) {
        try {
          const response = await follow(request, signal);
          if (response.status === 200 && request.bufferUpTo !== undefined) {
            return await inMemory(response, request.bufferUpTo, request.truncate);
          }
          if (attempt >= attempts || !isRetryableStatus(response.status)) return response;
          const wanted = retryAfter(response.headers["retry-after"], Date.now());
          if (wanted !== undefined && wanted > MAX_WAIT_MS) return response;
          await drain(response);
          await pause(attempt, wanted, response.hop.host, signal);
        } catch (error) {
          const most = hasBrokenOff(error) ? attempts : Math.min(attempts, connections);
          if (attempt >= most || signal?.aborted || !isRetryable(error)) throw error;
          await pause(attempt, undefined, new URL(request.url).host, signal);
        }
      }
    },
    close: () => dispatchers.close(),
  };
}

/** undici destroys the body of a request that fails, which is the guard's fate and not the source's. */
function guarded(body: Readable, stallTimeout: number): Readable {
  const guard = stallGuard(stallTimeout).on("error", () => {});
  if (body.errored) return guard.destroy(body.errored);
  body.on("error", (error) => guard.destroy(error));
  return body.pipe(guard);
}

/**
 * A proxy that forwards plain HTTP refuses in the place of the origin: 407 is always its own, squid marks its own pages, and a web page
 * with a refusal is no answer of a registry. One that opens TLS does so too, inside the tunnel.
 */
async function refuseProxyReply(response: HttpResponse): Promise<void> {
  const { hop, status, headers } = response;
  if (hop.route.via === "direct") return;
  const isPlain = hop.url.startsWith("http:");
  const isPage = headers["content-type"]?.startsWith("text/html") ?? false;
  const isRegistry = headers["docker-distribution-api-version"] !== undefined;
  const isProxys = status === 407 || (isPage && !isRegistry && PROXY_REFUSALS.has(status));
  if (headers["x-squid-error"] === undefined && !(isPlain && isProxys)) return;
  const text = (await readAll(response, 2048, true)).toString("utf8");
  throw new PhaseError("tunnel", `the proxy answered with ${status}`, {
    reply: { status, statusText: "", headers, text },
  });
}

function brokenOff(hop: Hop, layer: "response" | "body", error: unknown): HopError {
  const timedOut = errorCode(error)?.endsWith("_TIMEOUT") ?? false;
  const missing = layer === "body" ? "the rest of the answer did not come" : "no answer";
  const why = timedOut ? `${missing} in time` : errorMessage(error);
  return new HopError(hop, new PhaseError(layer, why, { cause: error, timedOut }));
}

/** What an error in the middle of a body means; a verdict of our own stays what it is. */
export function bodyError({ hop }: HttpResponse, error: unknown): unknown {
  if (error instanceof PhaseError) return new HopError(hop, error);
  return error instanceof TransferError ? error : brokenOff(hop, "body", error);
}

/** Reads a document whole, within its deadline; more than `most` bytes are an error, or cut where `cut` is set. */
export async function readAll(response: HttpResponse, most: number, cut = false): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  const deadline = documentDeadline(response.body, response.timeout);
  try {
    for await (const chunk of response.body) {
      chunks.push(chunk);
      size += chunk.length;
      deadline.count(chunk.length);
      if (size > most) break;
    }
  } catch (error) {
    throw bodyError(response, error);
  } finally {
    deadline.stop();
  }
  if (size > most && !cut) {
    throw new TransferError("RESPONSE_TOO_LARGE", `${response.hop.host} sends more than ${most} bytes`, {
      where: response.hop.host,
      remedy:
        "This is no manifest, token or error message as the specification knows them; see what answers at this host.",
    });
  }
  return Buffer.concat(chunks).subarray(0, most);
}

/** The same answer with its body in memory: it holds none of the host's slots any more. */
export async function inMemory(response: HttpResponse, most: number, cut = false): Promise<HttpResponse> {
  return { ...response, body: Readable.from([await readAll(response, most, cut)]) };
}

/** Throws the rest of a body away, so that its connection can be used again. */
export async function drain(response: HttpResponse): Promise<void> {
  try {
    await readAll(response, 65_536, true);
  } catch {
    // Whoever drains has no use for the body, nor for its failure.
  }
}
