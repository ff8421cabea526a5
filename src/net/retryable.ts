import { errorCode } from "../errors/transfer-error.ts";
import { HopError } from "./hop.ts";

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
]);

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
