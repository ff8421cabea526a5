import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { errorCode, errorMessage, TransferError } from "../errors.ts";
import type { Route } from "../proxy/route.ts";
import { printable } from "../redact.ts";
import { singleValues } from "./connect.ts";
import { createDispatchers, type DispatcherOptions } from "./dispatchers.ts";
import { type Hop, HopError, hostOf, LayerError } from "./hop.ts";
import { createLimiter } from "./limiter.ts";
import { isRedirect, MOST_REDIRECTS, redirectTarget, withoutCredentials } from "./redirects.ts";
import { backoff, isRetryable, isRetryableStatus, LONGEST_WAIT, retryAfter } from "./retry.ts";

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
  /** Whether a redirect is followed (reading requests only) or is itself the answer; by default it is followed. */
  readonly redirects?: boolean;
}

export interface HttpResponse {
  /** Where the answer came from, after redirects. */
  readonly hop: Hop;
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** To be consumed or destroyed; until then it holds one of the host's slots. */
  readonly body: Readable;
}

export interface HttpClient {
  request(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse>;
  close(): Promise<void>;
}

/** How long and how often to try; a probe has less of it than a transfer. */
export interface Patience {
  /** Milliseconds until an answer must begin. */
  readonly timeout: number;
  readonly attempts: number;
}

export interface ClientOptions extends DispatcherOptions {
  readonly routeFor: (url: string) => Route;
  /** Told of every request that goes out, redirects included, before it does. */
  readonly observe?: (hop: Hop) => void;
  readonly userAgent: string;
  /** Requests in flight per host, reading and writing counted apart. */
  readonly concurrency: number;
  /** Asked anew for every request, since a run goes from probing to transferring. */
  readonly patience: () => Patience;
  /** Milliseconds without a byte after which a transfer counts as stalled. */
  readonly stallTimeout: number;
}

/** Milliseconds that a registry may take to store what it was sent: some check and replicate a blob before they answer. */
const LONGEST_COMMIT = 300_000;

/** HTTP as a registry client needs it: our routes, redirects hop by hop, patience with servers, bounds on everything. */
export function createClient(options: ClientOptions): HttpClient {
  const dispatchers = createDispatchers(options);
  // A copy holds a reading slot while it waits for a writing one, never the other way round: one count for both could deadlock
  // where source and target are the same host.
  const limiter = createLimiter(options.concurrency);

  async function send(
    request: HttpRequest,
    raw: string,
    headers: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<HttpResponse> {
    // The route is decided on the URL as written: Go sends LOCALHOST through the proxy, which the URL class turns into localhost.
    const route = options.routeFor(raw);
    const url = new URL(raw);
    const host = hostOf(url);
    const first = hostOf(new URL(request.url));
    const neededFor = host === first ? request.neededFor : `blobs of ${first}`;
    const hop: Hop = { method: request.method, url: url.href, host, route, neededFor };
    const { dispatcher, path, headers: forProxy } = dispatchers.pick(route, url);
    const writes = request.method === "PUT" || request.method === "POST";
    const release = await limiter.acquire(`${writes ? "write" : "read"} ${hop.host}`, signal);
    options.observe?.(hop);
    try {
      const response = await dispatcher.request({
        origin: url.origin,
        path,
        method: request.method,
        headers: { "user-agent": options.userAgent, "accept-encoding": "identity", ...headers, ...forProxy },
        body: request.body ?? null,
        headersTimeout: writes ? Math.max(options.patience().timeout, LONGEST_COMMIT) : options.patience().timeout,
        bodyTimeout: options.stallTimeout,
        ...(signal === undefined ? {} : { signal }),
      });
      const received = {
        hop,
        status: response.statusCode,
        headers: singleValues(response.headers),
        body: response.body,
      };
      await refuseProxyReply(received);
      response.body.once("close", release);
      if (request.method === "HEAD") response.body.resume();
      return received;
    } catch (error) {
      release();
      throw asHopError(hop, error, signal);
    }
  }

  async function follow(request: HttpRequest, signal?: AbortSignal): Promise<HttpResponse> {
    let url = request.url;
    let headers: Record<string, string> = { ...request.headers };
    for (let hops = 0; hops <= MOST_REDIRECTS; hops++) {
      const response = await send(request, url, headers, signal);
      const reads = request.method === "GET" || request.method === "HEAD";
      if (!reads || request.redirects === false || !isRedirect(response.status)) return response;
      await drain(response);
      const target = redirectTarget(new URL(url), response.headers.location);
      if (target.origin !== new URL(url).origin) headers = withoutCredentials(headers);
      url = target.href;
    }
    throw new TransferError(
      "REDIRECT_LOOP",
      `${hostOf(new URL(request.url))} redirects more than ${MOST_REDIRECTS} times`,
      {
        where: hostOf(new URL(url)),
        remedy: "Ask the operators of the registry; this is a fault of its configuration.",
      },
    );
  }

  async function pause(attempt: number, wanted: number | undefined, host: string, signal?: AbortSignal) {
    if (wanted !== undefined && wanted > LONGEST_WAIT) {
      throw new TransferError("RATE_LIMITED", `${host} asks to come back in ${Math.round(wanted / 1000)} s`, {
        where: host,
        remedy: "Run again later, or use credentials with a higher limit.",
      });
    }
    await sleep(wanted ?? backoff(attempt, Math.random()), undefined, signal === undefined ? {} : { signal });
  }

  return {
    async request(request, signal) {
      const isStream = request.body !== undefined && !Buffer.isBuffer(request.body);
      const attempts = isStream ? 1 : (request.attempts ?? options.patience().attempts);
      for (let attempt = 1; ; attempt++) {
        try {
          const response = await follow(request, signal);
          if (attempt >= attempts || !isRetryableStatus(response.status)) return response;
          await drain(response);
          await pause(attempt, retryAfter(response.headers["retry-after"], Date.now()), response.hop.host, signal);
        } catch (error) {
          if (attempt >= attempts || signal?.aborted || !isRetryable(error)) throw error;
          await pause(attempt, undefined, new URL(request.url).host, signal);
        }
      }
    },
    close: () => dispatchers.close(),
  };
}

/**
 * A proxy that forwards plain HTTP refuses in the place of the origin: 407 is always its own, and squid marks its own pages.
 */
async function refuseProxyReply(response: HttpResponse): Promise<void> {
  const { hop, status, headers } = response;
  if (hop.route.via === "direct" || !hop.url.startsWith("http:")) return;
  if (status !== 407 && headers["x-squid-error"] === undefined) return;
  const text = (await readAll(response, 2048, true)).toString("utf8");
  throw new LayerError("tunnel", `the proxy answered with ${status}`, {
    reply: { status, statusText: printable(headers["x-squid-error"] ?? "", 80), headers, text },
  });
}

function asHopError(hop: Hop, error: unknown, signal?: AbortSignal): unknown {
  if (signal?.aborted || error instanceof TransferError) return error;
  if (error instanceof LayerError) return new HopError(hop, error);
  const timedOut = errorCode(error)?.endsWith("_TIMEOUT") ?? false;
  const why = timedOut ? "no answer in time" : errorMessage(error);
  return new HopError(hop, new LayerError("response", why, { cause: error, timedOut }));
}

/** Reads a body whole; more than `most` bytes are an error, or cut where `cut` is set. */
export async function readAll(response: HttpResponse, most: number, cut = false): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response.body) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > most) break;
    }
  } catch (error) {
    throw new HopError(response.hop, new LayerError("body", errorMessage(error), { cause: error }));
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

/** Throws the rest of a body away, so that its connection can be used again. */
export async function drain(response: HttpResponse): Promise<void> {
  try {
    await readAll(response, 65_536, true);
  } catch {
    // Whoever drains has no use for the body, nor for its failure.
  }
}
