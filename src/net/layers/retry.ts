import { setTimeout as sleep } from "node:timers/promises";
import { drain, inMemory } from "../body.ts";
import { HopError } from "../hop.ts";
import type { HttpRequest, HttpResponse, PlannedRequest, RetryPolicy, Send } from "../http.ts";
import { backoff, isRetryable, isRetryableStatus, MAX_WAIT_MS, retryAfter } from "../retryable.ts";
import { asOneWork, currentRetryPolicy, takeRepetition } from "../work.ts";
import type { FirstContact } from "./first-contact.ts";
import type { RetryAfterGate } from "./retry-after-gate.ts";

export interface RetryOptions {
  readonly retryPolicy: RetryPolicy;
  readonly gate: Pick<RetryAfterGate, "extend">;
  readonly contact: Pick<FirstContact, "hasAnswered">;
}

/** Repeats what may succeed the next time, as far as the piece of work that the request is part of has attempts left. */
export function withRetries(next: Send<PlannedRequest>, options: RetryOptions): Send<HttpRequest> {
  const { retryPolicy, gate, contact } = options;

  /** A connection that is cut by a host that has answered before does not mean that the host cannot be reached. */
  function hasAnsweredBefore(error: unknown): boolean {
    return error instanceof HopError && !error.timedOut && contact.hasAnswered(error.hop);
  }

  async function send(request: PlannedRequest, signal?: AbortSignal): Promise<HttpResponse> {
    const { policy } = request;
    const attempts = isStream(request) ? 1 : (request.attempts ?? policy.attempts);
    for (;;) {
      try {
        const response = await buffered(request, await next(request, signal));
        if (!isRetryableStatus(response.status)) return response;
        const wait = retryAfter(response.headers["retry-after"], Date.now());
        const repetition = wait !== undefined && wait > MAX_WAIT_MS ? undefined : takeRepetition(attempts);
        if (repetition === undefined) return response;
        await drain(response);
        // All requests to the host wait; a little more for each keeps them from coming back at once.
        if (wait !== undefined) gate.extend(response.hop.host, wait);
        await pause(Math.max(backoff(repetition, Math.random()), wait ?? 0), signal);
      } catch (error) {
        if (signal?.aborted || !isRetryable(error)) throw error;
        const most = hasAnsweredBefore(error) ? attempts : Math.min(attempts, policy.connectAttempts ?? attempts);
        const repetition = takeRepetition(most);
        if (repetition === undefined) throw error;
        await pause(backoff(repetition, Math.random()), signal);
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

async function buffered({ bufferUpTo, truncate }: HttpRequest, response: HttpResponse): Promise<HttpResponse> {
  return response.status === 200 && bufferUpTo !== undefined ? inMemory(response, bufferUpTo, truncate) : response;
}

async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
}
