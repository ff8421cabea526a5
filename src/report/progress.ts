import type { DesiredVersion } from "../transfer/target/desired.ts";
import { keyOf } from "../transfer/target/inspect.ts";
import type { Plan, Step } from "../transfer/target/plan.ts";
import { type Bytes, formatBytes, formatDuration } from "./bytes.ts";
import { changeLine, describeDone, outcomeOf, type StepKinds } from "./changes.ts";
import type { Runner } from "./runner.ts";

/** The bytes of a run by outcome. */
export interface ByteCount {
  readonly bytes: Bytes;
  /** Counts a step by its first outcome: after a fallback, a second plan skips what the first one has copied. */
  add(step: Pick<Step, "placement">, outcome: Step["kind"]): void;
}

export interface Progress {
  /** Bytes so far, of earlier plans of the run too. */
  readonly bytes: Bytes;
  /** Bytes according to the plan. */
  readonly planned: Bytes;
  readonly events: { onBytes(count: number): void; onDone(step: Step, done: Step["kind"]): void };
  stop(): void;
}

const HEARTBEAT_MS = 15_000;

/** One line per artifact, together in a group when its component version is at the target; a sign of life while that takes long. */
export function createProgress(
  plan: Plan,
  runner: Pick<Runner, "info" | "startGroup" | "endGroup">,
  count: ByteCount = createByteCount(),
): Progress {
  const planned: Bytes = { copied: 0, mounted: 0, skipped: 0 };
  for (const { kind, placement } of plan.steps) countBytes(planned, kind, placement.descriptor.size);
  const kinds = new Map<string, Step["kind"]>();
  const waiting = new Map(plan.desired.map((desired) => [desired, new Set(desired.placements.map(keyOf))]));
  const started = Date.now();
  let received = 0;

  const heartbeat = setInterval(() => {
    const elapsed = Date.now() - started;
    const rate = received / (elapsed / 1000);
    const done = `${formatBytes(received)} of ${formatBytes(planned.copied)} copied`;
    const steps = `${kinds.size} of ${plan.steps.length} steps done`;
    runner.info(
      [done, ...describeRemaining(received, planned.copied, elapsed), `${formatBytes(rate)}/s`, steps].join(", "),
    );
  }, HEARTBEAT_MS);
  heartbeat.unref();

  return {
    bytes: count.bytes,
    planned,
    events: {
      onBytes(more) {
        received += more;
      },
      onDone(step, done) {
        const key = keyOf(step.placement);
        kinds.set(key, done);
        count.add(step, done);
        for (const [desired, keys] of waiting) {
          if (!keys.delete(key) || keys.size > 0) continue;
          waiting.delete(desired);
          printGroup(desired, kinds, runner);
        }
      },
    },
    stop: () => clearInterval(heartbeat),
  };
}

/** Percent and remaining time; nothing where blobs were sent again, so that the total is not known. */
function describeRemaining(received: number, total: number, elapsed: number): string[] {
  if (received === 0 || received > total) return [];
  const remaining = elapsed * (total / received - 1);
  return [`${Math.floor((100 * received) / total)} %`, `about ${formatDuration(remaining)} left`];
}

function printGroup(
  desired: DesiredVersion,
  kinds: StepKinds,
  runner: Pick<Runner, "info" | "startGroup" | "endGroup">,
): void {
  const { name, version } = desired.version.descriptor;
  runner.startGroup(`${name}:${version}`);
  for (const change of describeDone(desired, kinds)) runner.info(changeLine(change));
  runner.endGroup();
}

export function createByteCount(): ByteCount {
  const bytes: Bytes = { copied: 0, mounted: 0, skipped: 0 };
  const counted = new Set<string>();
  return {
    bytes,
    add({ placement }, outcome) {
      const key = keyOf(placement);
      if (!counted.has(key)) countBytes(bytes, outcome, placement.descriptor.size);
      counted.add(key);
    },
  };
}

function countBytes(bytes: Bytes, outcome: Step["kind"], size: number): void {
  if (outcome !== "left") bytes[outcomeOf(outcome)] += size;
}
