import { describeElement } from "../ocm/descriptor/component-descriptor.ts";
import type { Change } from "../transfer/target/change.ts";
import type { DesiredVersion } from "../transfer/target/desired.ts";
import { keyOf } from "../transfer/target/inspect.ts";
import type { Plan, Step } from "../transfer/target/plan.ts";
import type { Runner } from "./runner.ts";

export interface Bytes {
  copied: number;
  mounted: number;
  skipped: number;
}

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
  describePlan(): string;
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
    const rate = received / ((Date.now() - started) / 1000);
    runner.info(
      `${formatBytes(received)} of ${formatBytes(planned.copied)} copied, ${formatBytes(rate)}/s, ${kinds.size} of ${plan.steps.length} steps done`,
    );
  }, HEARTBEAT_MS);
  heartbeat.unref();

  return {
    bytes: count.bytes,
    planned,
    describePlan: () =>
      `${formatBytes(planned.copied)} to copy, ${formatBytes(planned.mounted)} to mount, ${formatBytes(planned.skipped)} already at the target`,
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

function printGroup(
  desired: DesiredVersion,
  kinds: ReadonlyMap<string, Step["kind"]>,
  runner: Pick<Runner, "info" | "startGroup" | "endGroup">,
): void {
  const { version, changes } = desired;
  runner.startGroup(`${version.descriptor.name}:${version.descriptor.version}`);
  for (const change of changes) {
    runner.info(`${describeChange(change, kinds)}${describeReferrers(change, desired, kinds)}`);
  }
  runner.endGroup();
}

function describeChange(
  { element, reason, repository, contents }: Change,
  kinds: ReadonlyMap<string, Step["kind"]>,
): string {
  const counts: Bytes = { copied: 0, mounted: 0, skipped: 0 };
  for (const descriptor of contents) {
    const kind = kinds.get(keyOf({ to: repository, descriptor }));
    if (kind !== undefined) countBytes(counts, kind, descriptor.size);
  }
  const moved = Object.entries(counts).filter(([, size]) => size > 0);
  const amounts = moved.map(([what, size]) => `${formatBytes(size)} ${what}`).join(", ");
  return `${describeElement(element)}: ${amounts === "" ? "" : `${amounts}; `}${reason}`;
}

function describeReferrers(
  { element }: Change,
  { referrers }: DesiredVersion,
  kinds: ReadonlyMap<string, Step["kind"]>,
): string {
  const own = referrers.filter((each) => each.element === element);
  const { length } = own.filter(({ repository, graph }) => {
    const kind = kinds.get(keyOf({ to: repository, descriptor: graph.root }));
    return kind !== undefined && kind !== "left";
  });
  return length === 0 ? "" : `; with ${length} referrer${length === 1 ? "" : "s"}`;
}

/** Decimal units, as registries and networks count. */
export function formatBytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = count;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
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
  if (outcome === "left") return;
  bytes[outcome === "skip" ? "skipped" : outcome === "mount" ? "mounted" : "copied"] += size;
}
