import { type Hop, HopError } from "./hop.ts";

export interface FirstContact {
  /** Sends at once where the host is known to answer, and not at all where it is known not to. */
  through<T>(hop: Hop, send: () => Promise<T>): Promise<T>;
}

/**
 * The first request to a host goes alone, and what becomes of it holds for all: fifty images behind a host that is blocked are one
 * probe that waits for its deadline, not fifty.
 */
export function createFirstContact(): FirstContact {
  const contacts = new Map<string, Promise<HopError | undefined>>();

  return {
    async through(hop, send) {
      const key = `${hop.route.via} ${new URL(hop.url).protocol} ${hop.host}`;
      const before = contacts.get(key);
      if (before === undefined) {
        const sending = send();
        contacts.set(
          key,
          sending.then(() => undefined, unreachable),
        );
        return sending;
      }
      const error = await before;
      if (error !== undefined) throw new HopError(hop, error.failure);
      return send();
    },
  };
}

/** An answer that breaks off comes from a host that was reached; one that never begins might as well not. */
function unreachable(error: unknown): HopError | undefined {
  if (!(error instanceof HopError) || error.layer === "body") return undefined;
  return error.layer === "response" && !error.timedOut ? undefined : error;
}
