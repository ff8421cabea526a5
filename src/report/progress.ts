import type { Descriptor } from "../oci/descriptor.ts";
import { describeElement } from "../ocm/descriptor/component-descriptor.ts";
import type { Change, DesiredVersion } from "../transfer/target/desired.ts";
import { keyOf } from "../transfer/target/inspect.ts";
import type { Plan, Step } from "../transfer/target/plan.ts";
import type { Runner } from "./runner.ts";

export interface Bytes {
  copied: number;
  mounted: number;
  skipped: number;
}

export interface Progress {
  /** Bytes so far. */
  readonly bytes: Bytes;
  /** Bytes as the plan has them. */
  readonly planned: Bytes;
  describePlan(): string;
  readonly events: { onBytes(count: number): void; onDone(step: Step, done: Step["kind"]): void };
  stop(): void;
}

const HEARTBEAT = 15_000;

/** One line per artifact, together in a group when its component version is at the target; a sign of life while that takes long. */
export function createProgress(plan: Plan, runner: Runner): Progress {
  const bytes: Bytes = { copied: 0, mounted: 0, skipped: 0 };
  const planned: Bytes = { copied: 0, mounted: 0, skipped: 0 };
  for (const { kind, placement } of plan.steps) count(planned, kind, placement.descriptor);
  const kinds = new Map<string, Step["kind"]>();
  const waiting = new Map(plan.desired.map((desired) => [desired, new Set(desired.placements.map(keyOf))]));
  const started = Date.now();
  let received = 0;

  const heartbeat = setInterval(() => {
    const rate = received / ((Date.now() - started) / 1000);
    runner.info(
      `${formatBytes(received)} of ${formatBytes(planned.copied)} copied, ${formatBytes(rate)}/s, ${kinds.size} of ${plan.steps.length} steps done`,
    );
  }, HEARTBEAT);
  heartbeat.unref();

  return {
    bytes,
    planned,
    describePlan: () =>
      `${formatBytes(planned.copied)} to copy, ${formatBytes(planned.mounted)} to mount, ${formatBytes(planned.skipped)} at the target already`,
    events: {
      onBytes(more) {
        received += more;
      },
      onDone(step, done) {
        const key = keyOf(step.placement);
        kinds.set(key, done);
        count(bytes, done, step.placement.descriptor);
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

function count(bytes: Bytes, kind: Step["kind"], { size }: Descriptor): void {
  if (kind === "left") return;
  bytes[kind === "skip" ? "skipped" : kind === "mount" ? "mounted" : "copied"] += size;
}

function printGroup(desired: DesiredVersion, kinds: ReadonlyMap<string, Step["kind"]>, runner: Runner): void {
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
    if (kind !== undefined) count(counts, kind, descriptor);
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
  return length === 0 ? "" : `; with ${length} that hang${length === 1 ? "s" : ""} on it`;
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
