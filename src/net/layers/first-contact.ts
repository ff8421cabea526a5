import { type Hop, HopError } from "../hop.ts";
import type { Send } from "../http.ts";
import type { RoutedRequest } from "./route.ts";

export interface FirstContact {
  /** Sends at once where the host is known to answer, and fails at once where it is known not to. */
  through<T>(hop: Hop, send: () => Promise<T>): Promise<T>;
  /** Whether the host has answered before: a failure concerns one request then, and not the route. */
  hasAnswered(hop: Hop): boolean;
}

/** Where the retry policy is to fail fast: the first request to a host decides whether further ones are sent. */
export function withFirstContact(next: Send<RoutedRequest>, contact: FirstContact): Send<RoutedRequest> {
  return (request, signal) => {
    const send = () => next(request, signal);
    return request.policy.failFast === true ? contact.through(request.hop, send) : send();
  };
}

/**
 * The first request to a host goes alone, and its outcome holds for all: fifty images behind a host that is blocked are one probe that
 * waits for its deadline, not fifty.
 */
export function createFirstContact(): FirstContact {
  const contacts = new Map<string, Promise<HopError | undefined>>();
  const answered = new Set<string>();

  async function noted<T>(key: string, send: () => Promise<T>): Promise<T> {
    const answer = await send();
    answered.add(key);
    return answer;
  }

  return {
    hasAnswered: (hop) => answered.has(keyOf(hop)),

    async through(hop, send) {
      const key = keyOf(hop);
      const before = contacts.get(key);
      if (before === undefined) {
        const sending = noted(key, send);
        contacts.set(
          key,
          sending.then(() => undefined, unreachable),
        );
        return sending;
      }
      const error = await before;
      if (error !== undefined) throw new HopError(hop, error.failure);
      return noted(key, send);
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
