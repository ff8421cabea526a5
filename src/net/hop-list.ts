import type { Hop } from "./hop.ts";

/** More than any run has to say of its requests; each takes a kilobyte. */
const MAX_HOPS = 100_000;

export interface HopList {
  readonly hops: readonly Hop[];
  add(hop: Hop): void;
}

/** The requests of a run in order; of very many, only those that show another host, another way to it, or another purpose. */
export function createHopList(maxHops: number = MAX_HOPS): HopList {
  const hops: Hop[] = [];
  const seen = new Set<string>();
  return {
    hops,
    add(hop) {
      const { route, url, host, neededFor, redirectedFrom } = hop;
      const { protocol } = new URL(url);
      const key = `${route.via} ${protocol} ${host} ${neededFor} ${redirectedFrom?.host}`;
      if (hops.length < maxHops || !seen.has(key)) hops.push(hop);
      seen.add(key);
    },
  };
}
