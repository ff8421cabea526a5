import { expect, test } from "@jest/globals";
import type { Code } from "../../src/errors/codes.ts";
import type { Finding } from "../../src/errors/finding.ts";
import { TransferError } from "../../src/errors/transfer-error.ts";
import { createReporter } from "../../src/report/reporter.ts";
import { createRecordingRunner } from "../../testing/product/recording-runner.ts";
import { plannedTransfer } from "./planned.ts";

const findingOf = (code: Code): Finding => ({ code, message: "Something is so.", remedy: "Do something." });

test("every finding is kept, and printed once with its remedy, at the level of its severity", () => {
  const runner = createRecordingRunner();
  const reporter = createReporter(runner);
  const [warning, notice] = [findingOf("ACCESS_FALLBACK"), findingOf("TAG_MOVED")];
  reporter.findings([warning, notice]);
  reporter.finding(warning);
  expect(reporter.results.findings).toEqual([warning, notice, warning]);
  expect(runner.lines).toEqual([
    "warning ACCESS_FALLBACK: ACCESS_FALLBACK: Something is so. Do something.",
    "TAG_MOVED: Something is so. Do something.",
    "warning ACCESS_FALLBACK: ACCESS_FALLBACK: Something is so. Do something.",
  ]);
});

test("a failure leaves what was known, and returns the first of its problems", async () => {
  const runner = createRecordingRunner();
  const reporter = createReporter(runner);
  const plan = await plannedTransfer();
  reporter.plan(plan);
  reporter.images({ old: "new" });
  const errors = ["first", "second"].map(
    (message) => new TransferError("INPUT_INVALID", message, { remedy: "Fix it." }),
  );
  expect(reporter.failed(new AggregateError(errors))).toMatchObject([
    { code: "INPUT_INVALID", message: "first" },
    { code: "INPUT_INVALID", message: "second" },
  ]);
  expect(reporter.results).toMatchObject({ plan, images: { old: "new" }, findings: [], diagnosis: [] });
  expect(runner.lines).toEqual([
    "error INPUT_INVALID: INPUT_INVALID: first. Fix it.",
    "error INPUT_INVALID: INPUT_INVALID: second. Fix it.",
  ]);
});

test("ten errors become annotations, and all others lines of the log", () => {
  const runner = createRecordingRunner();
  const errors = Array.from({ length: 12 }, (_, index) => new TransferError("INPUT_INVALID", `error ${index}`));
  createReporter(runner).failed(new AggregateError(errors));
  expect(runner.lines.filter((line) => line.startsWith("error INPUT_INVALID: "))).toHaveLength(10);
  expect(runner.lines.slice(10)).toEqual(["INPUT_INVALID: error 10. ", "INPUT_INVALID: error 11. "]);
});

test("content that a second plan skips, since the first one copied it, stays counted as copied", async () => {
  const reporter = createReporter(createRecordingRunner());
  const plan = await plannedTransfer();
  const first = reporter.progress(plan);
  for (const step of plan.steps) first.events.onDone(step, step.kind);
  first.stop();
  const before = { ...reporter.results.bytes };
  expect(before.copied).toBeGreaterThan(0);
  const second = reporter.progress(plan);
  for (const step of plan.steps) second.events.onDone(step, "skip");
  second.stop();
  expect(reporter.results.bytes).toEqual(before);
});

test("the place of an error is printed once", () => {
  const runner = createRecordingRunner();
  const reporter = createReporter(runner);
  const details = { where: "ghcr.io:443", remedy: "Fix it." };
  reporter.failed(new TransferError("DENIED", "ghcr.io:443 answered 403", details));
  reporter.failed(new TransferError("DENIED", "the registry answered 403", details));
  expect(runner.lines).toEqual([
    "error DENIED: DENIED: ghcr.io:443 answered 403. Fix it.",
    "error DENIED: DENIED: the registry answered 403 (ghcr.io:443). Fix it.",
  ]);
});
