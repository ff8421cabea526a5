import { errorCode } from "../errors/transfer-error.ts";
import { HopError } from "./hop.ts";

/**
 * The retry policy of a run, apart from the number of attempts (input `retries`) and the timeouts: what is requested again, after which
 * wait, and for how long. `work.ts` counts the attempts.
 */

/** Statuses of temporary faults: a timeout, too many requests, or a fault of a server or a gateway. */
const RETRYABLE_STATUSES = new Set([408, 429, 499, 500, 502, 503, 504, 520, 521, 522, 523, 524]);

export function isRetryableStatus(status: number): boolean {
  return RETRYABLE_STATUSES.has(status);
}

const RETRYABLE_CODES = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "EPIPE",
  "ETIMEDOUT",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "EAI_AGAIN",
  "UND_ERR_SOCKET",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_RES_CONTENT_LENGTH_MISMATCH",
  "ERR_STREAM_PREMATURE_CLOSE",
]);

/** Codes of bytes that are no TLS record of their connection, or no HTTP. */
const DAMAGED = /^(?:ERR_SSL_|EPROTO$|HPE_|ERR_NOT_HTTP$)/;

/**
 * Whether an answer was damaged on its way: bytes in it, its end, or all of it by a page of a proxy. From a host that has not answered before,
 * the same is a sign of another protocol, or of a portal.
 */
export function isDamaged(error: unknown): boolean {
  if (!(error instanceof HopError)) return false;
  if (error.failure.issuer !== undefined || error.failure.speaks !== undefined) return false;
  if (error.reply !== undefined) return error.reply.status === 200;
  const { cause } = error;
  const isNoHttp = (cause as { name?: unknown } | undefined)?.name === "HTTPParserError";
  return cause === undefined || isNoHttp || DAMAGED.test(errorCode(cause) ?? "");
}

/** Whether asking again can help: a network that failed may work in a moment; a name that does not exist, or a refusal, will not. */
export function isRetryable(error: unknown): boolean {
  if (error instanceof HopError) {
    if (error.reply !== undefined) return isRetryableStatus(error.reply.status);
    return error.timedOut || isRetryable(error.cause);
  }
  return RETRYABLE_CODES.has(errorCode(error) ?? "");
}

/** The longest waiting time that a server may ask for; a longer one is reported to the user instead. */
export const MAX_WAIT_MS = 120_000;

/** After so long without any answer but temporary refusals, requests to a host are not repeated any more. */
export const MAX_OUTAGE_MS = 600_000;

/** GitHub asks to wait "at least one minute" where its secondary rate limit has no Retry-After. */
const SECONDARY_LIMIT_MS = 60_000;
const SECONDARY_LIMIT = /secondary rate limit/i;

/** Whether a response with this status may be different later: its body decides, for a rate limit. */
export function mayBeTemporary(status: number): boolean {
  return status === 403 || isRetryableStatus(status);
}

export interface TemporaryRefusal {
  /** Milliseconds that the server asks to wait. */
  readonly wait: number | undefined;
}

/**
 * What a response asks for that may be different later; undefined for any other. GHCR writes its waiting time into the body of a 429
 * (`retry-after: 12.5ms, allowed: 2000/minute`), and answers 403 for its secondary rate limit.
 */
export function temporaryRefusal(
  { status, headers }: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
  text: string,
  now: number,
): TemporaryRefusal | undefined {
  const wait = retryAfter(headers["retry-after"], now) ?? retryAfterIn(text);
  if (isRetryableStatus(status)) return { wait };
  return status === 403 && SECONDARY_LIMIT.test(text) ? { wait: wait ?? SECONDARY_LIMIT_MS } : undefined;
}

/** Milliseconds that a proxy asks to wait in the place of the origin. */
export function waitOfProxy({ reply }: HopError, now: number): number | undefined {
  return retryAfter(reply?.headers["retry-after"], now);
}

const UNITS = { us: 0.001, µs: 0.001, ms: 1, s: 1000, m: 60_000 } as const;

/** Milliseconds of a Go duration of one unit after `retry-after:` in the words of a registry. */
function retryAfterIn(text: string): number | undefined {
  const [, number, unit] = /retry-after: ?(\d{1,9}(?:\.\d{1,9})?)(us|µs|ms|s|m)\b/i.exec(text) ?? [];
  return unit === undefined ? undefined : Number(number) * UNITS[unit as keyof typeof UNITS];
}

/** The three forms of RFC 9110, 5.6.7; Date.parse alone reads a date into nearly everything (`1.5`, `5 minutes`). */
const HTTP_DATE = /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,? [\w: -]+$/;

/** Milliseconds that `Retry-After` asks for (RFC 9110, 10.2.3: seconds or a date), or undefined where it is invalid. */
export function retryAfter(header: string | undefined, now: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\s*\d+\s*$/.test(header)) return Number(header) * 1000;
  if (!HTTP_DATE.test(header)) return undefined;
  const date = Date.parse(header.endsWith("GMT") ? header : `${header} GMT`);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** Milliseconds before attempt number `attempt` (the first repetition is 1): doubling from 250 ms, at most 30 s, a fifth of it by chance. */
export function backoff(attempt: number, random: number): number {
  return Math.min(30_000, 250 * 2 ** (attempt - 1)) * (0.9 + 0.2 * random);
}
