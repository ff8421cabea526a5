import { type Hop, HopError } from "../hop.ts";
import type { Send } from "../http.ts";
import { backoff, isDamaged, isRetryable, MAX_WAIT_MS, waitOfProxy } from "../retryable.ts";
import { pause } from "../work.ts";
import type { RoutedRequest } from "./route.ts";

export interface FirstContact {
  /** Sends at once where the host is known to answer, and fails at once where it is known not to. `again`: the second try of a first contact. */
  through<T>(hop: Hop, send: () => Promise<T>, again?: (error: unknown) => Promise<T>): Promise<T>;
  /** Sends, and notes whether the host answers. */
  noted<T>(hop: Hop, send: () => Promise<T>): Promise<T>;
  /** Whether the host has answered before: a failure concerns one request then, and not the route. */
  hasAnswered(hop: Hop): boolean;
}

/** Where the retry policy is to fail fast: the first request to a host decides whether further ones are sent. */
export function withFirstContact(next: Send<RoutedRequest>, contact: FirstContact): Send<RoutedRequest> {
  return (request, signal) => {
    const isProbe = request.policy.failFast === true;
    // Only a host that has answered before is waited for: another one may be blocked.
    const isWaitedFor = !isProbe || contact.hasAnswered(request.hop);
    const send = () => next(isWaitedFor ? request : { ...request, isContent: false }, signal);
    if (!isProbe) return contact.noted(request.hop, send);
    return contact.through(request.hop, send, async (error) => {
      const wait = error instanceof HopError ? (waitOfProxy(error, Date.now()) ?? 0) : 0;
      if (signal?.aborted || wait > MAX_WAIT_MS || !(isRetryable(error) || isDamaged(error))) throw error;
      await pause(Math.max(backoff(1, Math.random()), wait), signal);
      return send();
    });
  };
}

/**
 * The first request to a host goes alone, with a second try where the failure may pass, and its outcome holds for all: fifty images behind a
 * host that is blocked are one probe that waits for its deadline, not fifty.
 */
export function createFirstContact(): FirstContact {
  const contacts = new Map<string, Promise<HopError | undefined>>();
  const answered = new Set<string>();

  async function noted<T>(hop: Hop, send: () => Promise<T>): Promise<T> {
    const answer = await send();
    answered.add(keyOf(hop));
    return answer;
  }

  return {
    hasAnswered: (hop) => answered.has(keyOf(hop)),
    noted,

    async through(hop, send, again = failing) {
      const key = keyOf(hop);
      const before = contacts.get(key);
      if (before === undefined) {
        const sending = noted(hop, () => send().catch(again));
        contacts.set(
          key,
          sending.then(() => undefined, unreachable),
        );
        return sending;
      }
      const error = await before;
      if (error !== undefined) throw new HopError(hop, error.failure);
      return noted(hop, send);
    },
  };
}

function keyOf({ route, url, host }: Hop): string {
  return `${route.via} ${new URL(url).protocol} ${host}`;
}

/** A truncated answer comes from a host that was reached; an answer that never begins may come from a blocked one. */
function unreachable(error: unknown): HopError | undefined {
  if (!(error instanceof HopError) || error.phase === "body") return undefined;
  return error.phase === "response" && !error.timedOut ? undefined : error;
}

async function failing(error: unknown): Promise<never> {
  throw error;
}
