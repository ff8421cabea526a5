import type { Readable } from "node:stream";
import { PhaseError } from "../hop.ts";

/** Bytes of a document for each of which it may take a millisecond longer: a server that sends single bytes gains nothing by it. */
const MIN_BYTES_PER_MILLISECOND = 16;

/** Informational responses before an answer; registries send one or two, if any (RFC 9110, 15.2). */
const MAX_INFORMATIONAL = 20;

/**
 * Fails the body of a document that does not arrive within `timeout` milliseconds, and one more for every 16 bytes that did: a limit for
 * the pause between two bytes alone would let a document take for ever.
 */
export function documentDeadline(body: Readable, timeout: number): { count(bytes: number): void; stop(): void } {
  const begun = performance.now();
  let size = 0;
  const check = () => {
    const left = begun + timeout + size / MIN_BYTES_PER_MILLISECOND - performance.now();
    if (left > 0) timer = setTimeout(check, left);
    else body.destroy(new PhaseError("body", "the rest of the answer did not come in time", { timedOut: true }));
  };
  let timer = setTimeout(check, timeout);
  return {
    count(bytes) {
      size += bytes;
    },
    stop: () => clearTimeout(timer),
  };
}

/** Ends a request whose answer is postponed again and again: undici restarts its timers at every informational response. */
export function informationalDeadline(timeout: number, outer: AbortSignal | undefined) {
  const controller = new AbortController();
  const fail = (why: string) => controller.abort(new PhaseError("response", why, { timedOut: true }));
  let count = 0;
  let timer: NodeJS.Timeout | undefined;
  return {
    signal: outer === undefined ? controller.signal : AbortSignal.any([outer, controller.signal]),
    onInfo() {
      timer ??= setTimeout(() => fail("no answer in time, but informational ones"), timeout);
      if (++count > MAX_INFORMATIONAL) fail(`more than ${MAX_INFORMATIONAL} informational answers and no other`);
    },
    stop: () => clearTimeout(timer),
  };
}
