import type { AskedRequest } from "../fakes/registry-request.ts";
import type { ChaosEstate } from "./estate.ts";
import type { Fault } from "./faults/fault.ts";
import { FAULTS } from "./faults/registry-faults.ts";
import { NO_FAULTS, type Schedule } from "./faults/schedule.ts";
import { TUNNEL_FAULTS, type TunnelFault } from "./faults/tunnel-faults.ts";
import { type Outcome, runChaos } from "./run.ts";
import type { Scenario } from "./scenario.ts";
import { addTree, addVersion } from "./tree.ts";

/** A kind of request at which a fault is shown. */
interface Place {
  readonly name: string;
  readonly method: string;
  readonly kind: AskedRequest["kind"];
  /** The first part of the repository's path. */
  readonly side: "from" | "to";
  readonly query?: string;
  /** Whether the reference is a tag. */
  readonly isTag?: boolean;
}

/** Of those that a fault is possible at, the first two are shown. */
const PLACES: readonly Place[] = [
  { name: "`GET` of a blob", method: "GET", kind: "blob", side: "from" },
  { name: "`PUT` of a blob", method: "PUT", kind: "upload", side: "to" },
  { name: "`PUT` of a manifest by tag", method: "PUT", kind: "manifest", side: "to", isTag: true },
  { name: "`GET` of a manifest by tag", method: "GET", kind: "manifest", side: "from", isTag: true },
  { name: "`HEAD` of a blob", method: "HEAD", kind: "blob", side: "to" },
  { name: "`POST` of a mount", method: "POST", kind: "upload", side: "to", query: "mount=sha256:0" },
];

const SAMPLE_DIGEST = `sha256:${"0".repeat(64)}`;

/** A request at the place: faults decide by its properties whether they are possible there. */
function sampleAt({ method, kind, side, query = "", isTag = false }: Place): AskedRequest {
  const headers = { authorization: "Bearer of-a-sample" };
  const reference = isTag ? "1.0.0" : SAMPLE_DIGEST;
  return { method, kind, path: "", query: new URLSearchParams(query), headers, repository: `${side}/x`, reference };
}

function isAt(place: Place, { method, kind, repository, query, reference }: AskedRequest): boolean {
  return (
    method === place.method &&
    kind === place.kind &&
    repository.startsWith(`${place.side}/`) &&
    (place.query === undefined) !== query.has("mount") &&
    (place.isTag === undefined || !reference.includes(":"))
  );
}

/** A fault alone: at the first request of a kind, and at all of that kind. */
export interface Single {
  readonly fault: string;
  readonly request: string;
  readonly scenario: Scenario;
  readonly once: () => Schedule;
  readonly always: () => Schedule;
}

const DIRECT: Scenario = { source: "token", target: "token", route: "direct", access: "localBlob" };
const TUNNEL: Scenario = { source: "token", target: "basic", route: "tunnel", access: "localBlob" };

function singleFault(fault: Fault, place: Place): Single {
  const matches = (request: AskedRequest) => isAt(place, request) && fault.at(request);
  const always = () => ({
    ...NO_FAULTS,
    forRequest: (request: AskedRequest) => (matches(request) ? fault : undefined),
  });
  const once = () => {
    let isOver = false;
    return {
      ...NO_FAULTS,
      forRequest(request: AskedRequest) {
        if (isOver || !matches(request)) return undefined;
        isOver = true;
        return fault;
      },
    };
  };
  return { fault: fault.name, request: place.name, scenario: DIRECT, once, always };
}

function singleTunnelFault(fault: TunnelFault): Single {
  const always = () => ({ ...NO_FAULTS, forTunnel: () => fault });
  const once = () => {
    let left = 1;
    return { ...NO_FAULTS, forTunnel: () => (left-- > 0 ? fault : undefined) };
  };
  return { fault: fault.name, request: "`CONNECT`", scenario: TUNNEL, once, always };
}

/** Every fault at the places that show it. */
export function singles(): readonly Single[] {
  return [
    ...FAULTS.flatMap((fault) =>
      PLACES.filter((place) => fault.at(sampleAt(place)))
        .slice(0, 2)
        .map((place) => singleFault(fault, place)),
    ),
    ...TUNNEL_FAULTS.map(singleTunnelFault),
  ];
}

export interface SingleOutcome {
  readonly fault: string;
  readonly request: string;
  readonly once: Outcome;
  readonly always: Outcome;
}

/** One request at a time, so that the first of a kind is the same in every run; and few attempts, since some faults last. */
const INPUTS = { concurrency: "1", retries: "3" };

export async function runSingles(estate: ChaosEstate, concurrency: number): Promise<readonly SingleOutcome[]> {
  const all = singles();
  const outcomes: SingleOutcome[] = [];
  const left = [...all.entries()];
  const work = async (): Promise<void> => {
    for (let next = left.shift(); next !== undefined; next = left.shift()) {
      const [at, { fault, request, scenario, once, always }] = next;
      const addContent = scenario.route === "direct" ? addVersion : addTree;
      const run = (seed: string, schedule: Schedule) =>
        runChaos({ estate, seed, scenario, schedule, inputs: INPUTS, addContent });
      outcomes[at] = {
        fault,
        request,
        once: await run(`once-${at}`, once()),
        always: await run(`always-${at}`, always()),
      };
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return outcomes;
}
