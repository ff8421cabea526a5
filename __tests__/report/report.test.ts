import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { NOTHING_TO_ALLOW } from "../../src/report/hosts.ts";
import { writeReport } from "../../src/report/report.ts";
import type { Results } from "../../src/report/results.ts";
import { toAllow } from "../../testing/product/diagnosed.ts";
import { createRecordingRunner } from "../../testing/product/recording-runner.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";
import { plannedTransfer } from "./planned.ts";

afterEach(stopEverything);

const nothing: Results = { findings: [], diagnosis: [] };
const hosts = [{ host: "ghcr.io:443", via: "proxy", rule: "HTTPS_PROXY", "needed-for": "source registry" }] as const;
const problem = { code: "DENIED", message: "no", where: "ghcr.io", remedy: "Ask." } as const;

async function report(results: Results = nothing, more: Partial<Parameters<typeof writeReport>[1]> = {}) {
  const temp = join(temporaryFolder(), "not", "there", "yet");
  const runner = createRecordingRunner(temp);
  await writeReport(runner, {
    command: "transfer",
    results,
    hosts,
    logins: [],
    allowList: toAllow(["ghcr.io:443"]),
    problem: undefined,
    ...more,
  });
  const path = runner.outputs.report ?? "";
  return { outputs: runner.outputs, path, temp, document: JSON.parse(readFileSync(path, "utf8")) };
}

test("when nothing was done, every output is empty", async () => {
  const { outputs, path, temp, document } = await report(nothing, { hosts: [], allowList: NOTHING_TO_ALLOW });
  expect(outputs).toEqual({
    "component-versions": "[]",
    routes: "[]",
    hosts: "[]",
    diagnosis: "[]",
    findings: "[]",
    plan: "[]",
    files: "[]",
    images: "{}",
    "allow-list": "",
    "bytes-copied": "0",
    "bytes-mounted": "0",
    "bytes-skipped": "0",
    report: path,
  });
  expect(path.startsWith(temp)).toBe(true);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(document).toMatchObject({ schemaVersion: 1, command: "transfer", verdict: "succeeded" });
  expect(document).not.toHaveProperty("error");
});

test("the report has the values of the outputs, and the error", async () => {
  const { outputs, document } = await report(
    { ...nothing, images: { a: "b" }, bytes: { copied: 1, mounted: 2, skipped: 3 } },
    { problem },
  );
  expect(document).toMatchObject({
    verdict: "failed",
    error: problem,
    hosts,
    images: { a: "b" },
    bytes: { copied: 1, mounted: 2, skipped: 3 },
  });
  expect([outputs["bytes-copied"], outputs["bytes-mounted"], outputs["bytes-skipped"]]).toEqual(["1", "2", "3"]);
  expect(JSON.parse(outputs.hosts ?? "")).toEqual(hosts);
  expect(outputs["allow-list"]).toBe("ghcr.io:443");
});

test("the plan is a list of steps with their reasons", async () => {
  const { outputs } = await report({ ...nothing, plan: await plannedTransfer() });
  const steps = JSON.parse(outputs.plan ?? "") as Record<string, unknown>[];
  expect(steps.map(({ kind }) => kind)).toEqual([
    ...["copy", "copy", "copy", "skip", "write", "write", "write", "write"],
    ...["rewrite", "keep", "keep"],
    "tag",
  ]);
  for (const step of steps) expect(step.reason).toEqual(expect.stringMatching(/./));
  expect(steps[0]).toMatchObject({ from: "images/shop", to: "moved/component-descriptors/acme.org/shop", size: 2 });
  expect(steps[8]).toMatchObject({ component: "acme.org/shop:1.0.0", resource: "shop", after: { type: "localBlob" } });
  expect(steps.at(-1)).toMatchObject({ to: "moved/component-descriptors/acme.org/shop:1.0.0", reason: "is new" });
  expect(outputs.plan).not.toContain('"type":"Buffer"');
});

describe("an output of more than 64 KiB", () => {
  // `{"a":"…"}` is eight bytes around the value.
  const images = (length: number, sign = "x") => ({ a: sign.repeat(length) });

  test("is in the report only", async () => {
    const { outputs, path, document } = await report({ ...nothing, images: images(65_536 - 7) });
    expect(JSON.parse(outputs.images ?? "")).toEqual({ truncated: true, report: path });
    expect(document.images.a).toHaveLength(65_529);
    expect(outputs.findings).toBe("[]");
  });

  test("is measured in bytes, not in characters", async () => {
    const { outputs } = await report({ ...nothing, images: images(30_000, "ü") });
    expect(outputs.images).toHaveLength(30_008);
    const { outputs: longer } = await report({ ...nothing, images: images(33_000, "ü") });
    expect(longer.images).toContain("truncated");
  });

  test("is the smallest that is omitted", async () => {
    expect((await report({ ...nothing, images: images(65_536 - 8) })).outputs.images).toHaveLength(65_536);
  });
});

test("which source a host got its login from is in the report", async () => {
  const logins = [{ host: "ghcr.io", from: "input github-token" }];
  expect((await report(nothing, { logins })).document.logins).toEqual(logins);
});

test("two runs write two reports", async () => {
  const runner = createRecordingRunner(temporaryFolder());
  const options = {
    command: "transfer",
    results: nothing,
    hosts,
    logins: [],
    allowList: NOTHING_TO_ALLOW,
    problem: undefined,
  };
  await writeReport(runner, options);
  const first = runner.outputs.report;
  await writeReport(runner, options);
  expect(runner.outputs.report).not.toBe(first);
});
