import { Readable } from "node:stream";
import { errorCode, TransferError } from "../../errors/transfer-error.ts";
import { incomplete, readAll } from "../body.ts";
import { informationalDeadline } from "../connection/deadlines.ts";
import type { Dispatchers } from "../connection/dispatchers.ts";
import { MALFORMED_RESPONSE, NOT_HTTP } from "../connection/response-head.ts";
import { stallGuard } from "../connection/stall.ts";
import { singleValues } from "../connection/tunnel.ts";
import { type Hop, HopError, PhaseError } from "../hop.ts";
import type { Answer, HttpResponse, Send } from "../http.ts";
import type { RoutedRequest } from "./route.ts";
import { isWrite } from "./slots.ts";

export interface ExchangeOptions {
  readonly userAgent: string;
  /** Milliseconds without a byte after which a transfer counts as stalled. */
  readonly stallTimeout: number;
  /** Called with every request, redirects included, before it is sent. */
  readonly observe?: (hop: Hop) => void;
  /** Called with every answer, and with the headers of its request. */
  readonly observeAnswer?: (answer: Answer, requestHeaders: Readonly<Record<string, string>>) => void;
  /** Called with a line for the log when the first byte of content is late. */
  readonly onWait?: (line: string) => void;
}

/**
 * A proxy that scans content holds it back until it has all of it, which takes minutes for a large blob: its first byte may take so many
 * times as long as the pause between two.
 */
const FIRST_BYTE_FACTOR = 5;

/**
 * Milliseconds that a registry may take to store content, some of which check and replicate it before they answer: so many, one more for
 * each so many bytes, and not more than five minutes.
 */
const MIN_COMMIT_MS = 60_000;
const COMMITTED_BYTES_PER_MS = 4096;
const MAX_COMMIT_MS = 300_000;

/** Bytes of the page of a proxy that are read. */
const MAX_PAGE_BYTES = 2048;

/** One request and its response, on a connection of its route. Throws HopError where the origin does not answer. */
export function createExchange(dispatchers: Dispatchers, options: ExchangeOptions): Send<RoutedRequest> {
  const { userAgent, stallTimeout, observe, observeAnswer, onWait } = options;

  async function exchange(request: RoutedRequest, signal?: AbortSignal): Promise<HttpResponse> {
    const { hop, addressPolicy, method, body, headers = {}, policy } = request;
    const url = new URL(hop.url);
    const picked = dispatchers.pick(hop.route, url, addressPolicy);
    observe?.(hop);
    const bodyTimeout = Math.min(policy.timeout, stallTimeout);
    const headersTimeout = answerTimeout(request);
    const deadline = informationalDeadline(headersTimeout, signal);
    const late =
      headersTimeout > policy.timeout && !isWrite(request) ? setTimeout(reportWait, policy.timeout, hop) : undefined;
    try {
      const response = await picked.request({
        origin: url.origin,
        path: picked.path,
        method,
        headers: { "user-agent": userAgent, "accept-encoding": "identity", ...headers, ...picked.headers },
        // undici would close the connection after every HEAD, because of servers that answer it with a body.
        reset: request.isLastOnConnection === true,
        body: body instanceof Readable ? guarded(body, stallTimeout) : (body ?? null),
        headersTimeout,
        bodyTimeout,
        onInfo: deadline.onInfo,
        signal: deadline.signal,
      });
      const { statusCode: status, body: answer } = response;
      const received = { hop, status, headers: singleValues(response.headers), body: answer, timeout: bodyTimeout };
      await refuseProxyReply(received);
      observeAnswer?.(received, headers);
      if (method === "HEAD") answer.resume();
      return received;
    } finally {
      deadline.stop();
      clearTimeout(late);
    }
  }

  /** Milliseconds until the answer has to begin. */
  function answerTimeout(request: RoutedRequest): number {
    const { policy, isContent } = request;
    if (isWrite(request)) return Math.max(policy.timeout, commitTimeout(request));
    return isContent === true ? Math.max(policy.timeout, FIRST_BYTE_FACTOR * stallTimeout) : policy.timeout;
  }

  function reportWait({ host, route }: Hop): void {
    const scan = route.via === "proxy" ? "the proxy may be scanning it" : "a device on the route may be scanning it";
    onWait?.(`waiting for the first byte of a blob from ${host}: ${scan}`);
  }

  /** The error with its hop; errors that are explained already stay what they are, also within a connection. */
  async function explained(hop: Hop, error: unknown): Promise<unknown> {
    if (error instanceof TransferError) return error;
    if (error instanceof PhaseError && error.cause instanceof TransferError) return error.cause;
    if (error instanceof PhaseError) return new HopError(hop, error);
    const failed = incomplete(hop, "response", error);
    const { route, url } = hop;
    if (route.via === "direct" || !url.startsWith("http:")) return failed;
    const code = errorCode(error);
    if (code === MALFORMED_RESPONSE) return failed;
    const isForeign = code === NOT_HTTP;
    const { timedOut } = failed;
    const failure = new PhaseError("tunnel", failed.failure.message, { cause: error, timedOut });
    const probed = await dispatchers.explain(failure, route.proxy);
    // A proxy that reacts waits for the origin.
    if (timedOut) return probed.isResponsive ? failed : new HopError(hop, probed);
    return probed.speaks !== undefined || isForeign ? new HopError(hop, probed) : failed;
  }

  return async (request, signal) => {
    try {
      return await exchange(request, signal);
    } catch (error) {
      throw signal?.aborted ? error : await explained(request.hop, error);
    }
  };
}

function commitTimeout({ method, headers }: RoutedRequest): number {
  // A POST begins an upload, or mounts: no content is stored.
  if (method === "POST") return 0;
  const bytes = Number(headers?.["content-length"] ?? 0);
  return Math.min(MAX_COMMIT_MS, MIN_COMMIT_MS + bytes / COMMITTED_BYTES_PER_MS);
}

/** undici destroys the body of a request that fails; the source of the body is not to be destroyed with it. */
function guarded(body: Readable, stallTimeout: number): Readable {
  const guard = stallGuard(stallTimeout).on("error", () => {});
  if (body.errored) return guard.destroy(body.errored);
  body.on("error", (error) => guard.destroy(error));
  return body.pipe(guard);
}

/** Statuses of a proxy that does not forward a request, or cannot reach the origin. */
const PROXY_REFUSALS = new Set([403, 502, 503, 504]);

/**
 * A proxy that forwards plain HTTP refuses in the place of the origin: 407 is always its own, squid marks its own pages, and a web page
 * with a refusal is no answer of a registry. A proxy that decrypts TLS does so too, inside the tunnel.
 */
async function refuseProxyReply(response: HttpResponse): Promise<void> {
  const { hop, status, headers } = response;
  if (hop.route.via === "direct") return;
  const isPlain = hop.url.startsWith("http:");
  const isPage = headers["content-type"]?.startsWith("text/html") ?? false;
  const isRegistry = headers["docker-distribution-api-version"] !== undefined;
  const isOfProxy = status === 407 || (isPage && !isRegistry && PROXY_REFUSALS.has(status));
  if (headers["x-squid-error"] === undefined && !(isPlain && isOfProxy)) return;
  const text = (await readAll(response, MAX_PAGE_BYTES, true)).toString("utf8");
  throw new PhaseError("tunnel", `the proxy answered with ${status}`, {
    reply: { status, statusText: "", headers, text },
  });
}
