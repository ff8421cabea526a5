import { MAX_OUTAGE_MS } from "../retryable.ts";

export interface Outages {
  /** The host has answered with anything but a temporary refusal. */
  end(host: string): void;
  /** Called with every failure of a host: whether its outage, with the wait it asks for, is too long to be waited for. */
  isOver(host: string, wait?: number): boolean;
}

/** The time since which each host has failed: with many pieces of work, the attempts of each alone would not end a run within minutes. */
export function createOutages(now: () => number = () => performance.now()): Outages {
  const since = new Map<string, number>();
  return {
    end: (host) => void since.delete(host),
    isOver(host, wait = 0) {
      const begun = since.get(host) ?? now();
      since.set(host, begun);
      return now() + wait - begun > MAX_OUTAGE_MS;
    },
  };
}
