import { Readable } from "node:stream";
import { drain, inMemory, textOf } from "../body.ts";
import { isForeignPage } from "../foreign-page.ts";
import { HopError, PhaseError } from "../hop.ts";
import type { HttpRequest, HttpResponse, PlannedRequest, RetryPolicy, Send } from "../http.ts";
import {
  isDamaged,
  isRetryable,
  MAX_WAIT_MS,
  mayBeTemporary,
  type TemporaryRefusal,
  temporaryRefusal,
  waitOfProxy,
} from "../retryable.ts";
import { asOneWork, currentRetryPolicy, mayRepeat } from "../work.ts";
import type { FirstContact } from "./first-contact.ts";
import type { Outages } from "./outages.ts";
import type { RetryAfterGate } from "./retry-after-gate.ts";

export interface RetryOptions {
  readonly retryPolicy: RetryPolicy;
  readonly gate: Pick<RetryAfterGate, "extend">;
  readonly contact: Pick<FirstContact, "hasAnswered">;
  readonly outages: Outages;
  /** Called with a line for the log before a wait that a user would notice. */
  readonly onWait?: (line: string) => void;
}

/** Waits that are too short for a line in the log. */
const MIN_REPORTED_WAIT_MS = 5_000;

/** Bytes of a refusal that may hold a rate limit. */
const MAX_REFUSAL_BYTES = 8192;

/** Repeats what may succeed the next time, as far as the piece of work that the request is part of has attempts left. */
export function withRetries(next: Send<PlannedRequest>, options: RetryOptions): Send<HttpRequest> {
  const { retryPolicy, gate, contact, outages, onWait } = options;

  /** A host that has answered before can be reached: what fails is one request, and may be damaged on its way. */
  function attemptsAfter(error: HopError, attempts: number, { connectAttempts = attempts }: RetryPolicy): number {
    if (contact.hasAnswered(error.hop)) return attempts;
    // Damage is more often a sign of another protocol, which a second try distinguishes.
    return Math.min(attempts, connectAttempts, isDamaged(error) ? 2 : attempts);
  }

  async function send(request: PlannedRequest, signal?: AbortSignal): Promise<HttpResponse> {
    const { policy } = request;
    const attempts = isStream(request) ? 1 : (request.attempts ?? policy.attempts);
    const begun = performance.now();
    let pages = 0;
    for (let tries = 1; ; tries++) {
      const spent = () => ({ tries, seconds: Math.round((performance.now() - begun) / 1000) });
      try {
        const [response, refusal] = await withRefusal(await buffered(request, await next(request, signal)));
        const { host } = response.hop;
        if (isPage(response, request) && pages++ === 0 && (await mayRepeat(attempts, { signal }))) {
          await drain(response);
          continue;
        }
        if (refusal === undefined) outages.end(host);
        // Some hosts answer 500 to a Range; the same request without one is the alternative.
        const isOfRange = request.headers?.range !== undefined && response.status === 500;
        if (refusal === undefined || isOfRange) return response;
        const { wait } = refusal;
        if (wait !== undefined && wait >= MIN_REPORTED_WAIT_MS && attempts > 1) {
          onWait?.(`${host} answered ${response.status} and asks to wait ${Math.round(wait / 1000)} s`);
        }
        const isOver = outages.isOver(host, wait);
        // All requests to the host wait; a little more for each keeps them from coming back at once.
        if (wait !== undefined && wait <= MAX_WAIT_MS && !isOver) gate.extend(host, wait);
        if (isOver || !(await mayRepeat(attempts, { wait, signal }))) return { ...response, spent: spent() };
      } catch (error) {
        const canHelp = error instanceof HopError && (isRetryable(error) || isDamaged(error));
        if (signal?.aborted || !canHelp) throw error;
        const most = outages.isOver(error.hop.host) ? 1 : attemptsAfter(error, attempts, policy);
        const wait = waitOfProxy(error, Date.now());
        if (!(await mayRepeat(most, { wait, signal }))) throw tries === 1 ? error : afterAll(error, spent());
      }
    }
  }

  return (request, signal) => {
    const policy = currentRetryPolicy() ?? retryPolicy;
    return asOneWork(() => send({ ...request, policy }, signal));
  };
}

function isStream({ body }: HttpRequest): boolean {
  return body !== undefined && !Buffer.isBuffer(body);
}

/** Whether a web page came in place of an answer of a registry; a second one is not by chance. Content may be a page itself. */
function isPage({ status, headers }: HttpResponse, { purpose, isContent, method }: HttpRequest): boolean {
  const isOfRegistry = purpose.kind === "registry" || purpose.kind === "token" || purpose.kind === "uploads";
  return isOfRegistry && isContent !== true && method !== "DELETE" && status === 200 && isForeignPage(headers);
}

async function buffered({ bufferUpTo, truncate }: HttpRequest, response: HttpResponse): Promise<HttpResponse> {
  return response.status === 200 && bufferUpTo !== undefined ? inMemory(response, bufferUpTo, truncate) : response;
}

/** The response, and what it asks for if it is a temporary refusal, which is held in memory: it takes no slot of the host while it is waited. */
async function withRefusal(response: HttpResponse): Promise<[HttpResponse, TemporaryRefusal | undefined]> {
  if (!mayBeTemporary(response.status)) return [response, undefined];
  const text = await textOf(response, MAX_REFUSAL_BYTES);
  return [{ ...response, body: Readable.from([Buffer.from(text)]) }, temporaryRefusal(response, text, Date.now())];
}

/** The last failure of several, with what was tried. */
function afterAll({ hop, failure }: HopError, { tries, seconds }: { tries: number; seconds: number }): HopError {
  const { phase, message, cause, timedOut, reply, issuer, speaks } = failure;
  const details = {
    cause,
    timedOut,
    ...(reply === undefined ? {} : { reply }),
    ...(issuer === undefined ? {} : { issuer }),
    ...(speaks === undefined ? {} : { speaks }),
  };
  return new HopError(hop, new PhaseError(phase, `${message} (${tries} attempts in ${seconds} s)`, details));
}
