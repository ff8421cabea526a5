import type { Hop } from "./hop.ts";
import { describePurpose } from "./purpose.ts";

/** Far more than the requests of a usual run; each takes a kilobyte. */
const MAX_HOPS = 100_000;

export interface HopList {
  readonly hops: readonly Hop[];
  add(hop: Hop): void;
}

/** The requests of a run in order; of very many, only those to another host, by another route, or for another purpose. */
export function createHopList(maxHops: number = MAX_HOPS): HopList {
  const hops: Hop[] = [];
  const seen = new Set<string>();
  return {
    hops,
    add(hop) {
      const { route, url, host, purpose, redirectedFrom } = hop;
      const { protocol } = new URL(url);
      const key = `${route.via} ${protocol} ${host} ${describePurpose(purpose)} ${redirectedFrom?.host}`;
      if (hops.length < maxHops || !seen.has(key)) hops.push(hop);
      seen.add(key);
    },
  };
}
