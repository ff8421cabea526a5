import { afterEach, describe, expect, jest, test } from "@jest/globals";
import { formatBytes } from "../../src/report/bytes.ts";
import { createProgress } from "../../src/report/progress.ts";
import type { Change } from "../../src/transfer/target/change.ts";
import type { Step } from "../../src/transfer/target/plan.ts";
import { createRecordingRunner } from "../../testing/product/recording-runner.ts";
import { plannedTransfer } from "./planned.ts";

afterEach(() => {
  jest.useRealTimers();
});

test.each([
  [0, "0 B"],
  [999, "999 B"],
  [1000, "1.0 kB"],
  [1_550_000, "1.6 MB"],
  [2_000_000_000, "2.0 GB"],
  [3e12, "3.0 TB"],
  [3e15, "3000.0 TB"],
  [12.4, "12 B"],
])("%d bytes are formatted as %s", (count, expected) => {
  expect(formatBytes(count)).toBe(expected);
});

describe("a transfer", () => {
  test("has its planned bytes", async () => {
    const plan = await plannedTransfer();
    const progress = createProgress(plan, createRecordingRunner());
    const copied = plan.steps
      .filter(({ kind }) => kind !== "skip")
      .reduce((sum, { placement }) => sum + placement.descriptor.size, 0);
    expect(progress.planned).toEqual({ copied, mounted: 0, skipped: 4 });
    expect(progress.bytes).toEqual({ copied: 0, mounted: 0, skipped: 0 });
    progress.stop();
  });

  test("reports the copied referrers of an image, without those that are not copied", async () => {
    const [plan, runner] = [await plannedTransfer(), createRecordingRunner()];
    const [desired] = plan.desired;
    const [change, other] = desired?.changes ?? [];
    const [went, stayed] = plan.steps;
    if (!desired || !change || !other || !went || !stayed) throw new Error("the plan has become too small");
    const referrer = ({ element }: Change, { placement: { to, descriptor: root, from } }: Step) => {
      if (Buffer.isBuffer(from)) throw new Error("only what is copied can hang on something");
      const graph = { root, from, nodes: [] };
      return { element, repository: to, isTaggable: false, subject: root, graph, tag: undefined, type: "x" };
    };
    const referrers = [referrer(change, went), referrer(change, stayed), referrer(other, went)];
    const desiredVersions = [{ ...desired, referrers }];
    const { events, bytes, stop } = createProgress({ ...plan, desired: desiredVersions }, runner);
    for (const step of plan.steps) events.onDone(step, step === stayed ? "left" : step.kind);
    const lines = runner.lines.filter((line) => line.includes("1 referrer"));
    expect(lines).toHaveLength(2);
    expect(lines.join()).toContain("with 1 referrer");
    const all = plan.steps.reduce((sum, { placement }) => sum + placement.descriptor.size, 0);
    expect(bytes.copied + bytes.skipped).toBe(all - stayed.placement.descriptor.size);
    stop();
  });

  test("prints one group per component version when it is complete", async () => {
    const [plan, runner] = [await plannedTransfer(), createRecordingRunner()];
    const { events, bytes, planned, stop } = createProgress(plan, runner);
    const last = plan.steps.at(-1);
    for (const step of plan.steps) {
      if (step === last) expect(runner.lines).toEqual([]);
      // The image's layer is what the registry was asked to mount, and did.
      events.onDone(step, step.placement.descriptor.size === "layer".length ? "mount" : step.kind);
    }
    stop();
    const manifest = plan.steps[2]?.placement.descriptor.size ?? 0;
    expect(runner.lines).toEqual([
      "group acme.org/shop:1.0.0",
      `resource shop:1.0.0: ${manifest + 2} B copied, 5 B mounted; takes the form localBlob (far.test/images/shop:2 → localBlob)`,
      "resource readme:1.0.0: 4 B skipped; a local blob stays one",
      "resource code:1.0.0: commit on GitHub stays a reference",
      "end",
    ]);
    expect(bytes).toEqual({ copied: planned.copied - 5, mounted: 5, skipped: 4 });
  });

  test("prints its totals regularly until it is stopped", async () => {
    const [plan, runner] = [await plannedTransfer(), createRecordingRunner()];
    jest.useFakeTimers();
    const { events, planned, stop } = createProgress(plan, runner);
    events.onBytes(3000);
    jest.advanceTimersByTime(15_000);
    expect(runner.lines).toEqual([
      `3.0 kB of ${formatBytes(planned.copied)} copied, ${Math.floor(300_000 / planned.copied)} %, about ${((planned.copied - 3000) / 200).toFixed(1)} s left, 200 B/s, 0 of ${plan.steps.length} steps done`,
    ]);
    stop();
    jest.advanceTimersByTime(60_000);
    expect(runner.lines).toHaveLength(1);
  });
});
