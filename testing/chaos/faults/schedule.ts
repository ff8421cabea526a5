import type { AskedRequest } from "../../fakes/registry-request.ts";
import { chance, choice } from "../chance.ts";
import type { Fault } from "./fault.ts";
import type { TunnelFault } from "./tunnel-faults.ts";

/** Which requests meet which fault. */
export interface Schedule {
  readonly forRequest: (request: AskedRequest) => Fault | undefined;
  readonly forTunnel: (target: string) => TunnelFault | undefined;
}

export interface Chances {
  readonly seed: string;
  /** Share of requests that meet a fault. */
  readonly rate: number;
  readonly faults: readonly Fault[];
  readonly tunnelFaults: readonly TunnelFault[];
}

/**
 * Decides by seed, request and how often this request came before, and by nothing else: whichever of several concurrent requests comes
 * first, each meets its own fault again under the same seed.
 */
export function scheduleBySeed({ seed, rate, faults, tunnelFaults }: Chances): Schedule {
  const counts = new Map<string, number>();
  const decide = <T>(key: string, candidates: () => readonly T[]): T | undefined => {
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return chance(seed, key, count) < rate ? choice(candidates(), seed, key, count, "fault") : undefined;
  };
  return {
    forRequest: (request) => decide(keyOf(request), () => faults.filter(({ at }) => at(request))),
    forTunnel: (target) => decide(`CONNECT ${target}`, () => tunnelFaults),
  };
}

/** Without what changes from run to run: hosts, ids of upload sessions, and their state. */
function keyOf({ method, kind, path, query, repository }: AskedRequest): string {
  if (kind === "upload") return [method, repository, query.get("digest") ?? query.get("mount") ?? ""].join(" ");
  if (kind === "token") return [method, kind, ...query.getAll("scope").sort()].join(" ");
  return `${method} ${path}`;
}

export const NO_FAULTS: Schedule = { forRequest: () => undefined, forTunnel: () => undefined };
