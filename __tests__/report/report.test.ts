import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { NOTHING_TO_ALLOW } from "../../src/report/hosts.ts";
import { NOWHERE } from "../../src/report/places.ts";
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
    problems: [],
    places: NOWHERE,
    duration: 1300,
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
    { problems: [problem] },
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

describe("outputs together", () => {
  const long = (sign: string) => sign.repeat(60_000);
  const finding = (message: string) => ({ code: "TAG_MOVED", message, remedy: "Restore it." }) as const;
  const results: Results = {
    ...nothing,
    images: { a: long("a") },
    findings: [finding(long("f"))],
    files: [{ component: "c", version: "1", resource: "r", path: long("p"), mediaType: "", digest: "" }],
    routes: [{ url: long("u"), via: "direct", proxy: "", rule: "", before: "direct", differs: [] }],
    componentVersions: [
      {
        component: long("c"),
        version: "1",
        repository: "",
        digest: "",
        signatures: [],
        state: "written",
        resources: [],
      },
    ],
  };

  test("fit into the outputs of a job twice, in the two bytes per character that GitHub counts", async () => {
    const { outputs, path, document } = await report(results);
    const texts = Object.values(outputs);
    expect(2 * texts.reduce((sum, text) => sum + 2 * text.length, 0)).toBeLessThanOrEqual(1024 * 1024 + 4096);
    const truncated = Object.entries(outputs).filter(([, text]) => text.includes('"truncated":true'));
    expect(truncated.map(([, text]) => JSON.parse(text))).toEqual([{ truncated: true, report: path }]);
    expect(document.routes[0].url).toHaveLength(60_000);
    expect(JSON.parse(outputs.hosts ?? "")).toEqual(hosts);
  });

  test("are complete where they fit", async () => {
    const { outputs } = await report({ ...results, images: {}, findings: [] });
    expect(Object.values(outputs).filter((text) => text.includes("truncated"))).toEqual([]);
  });
});

test.each([
  ["short names", (at: number) => `h${at}.test:443`],
  ["long names", (at: number) => `${"x".repeat(60)}.${"y".repeat(60)}.h${at}.test:443`],
])("an allow-list above 64 KiB ends after a whole line, and names the report: %s", async (_, name) => {
  const allowList = Array.from({ length: 10_000 }, (_, at) => name(at));
  const { outputs, path, document } = await report(nothing, { allowList: toAllow(allowList) });
  const lines = outputs["allow-list"]?.split("\n") ?? [];
  expect(Buffer.byteLength(outputs["allow-list"] ?? "")).toBeLessThanOrEqual(65_536);
  expect(lines.slice(0, -1)).toEqual(allowList.slice(0, lines.length - 1));
  expect(lines.at(-1)).toBe(`# ${10_001 - lines.length} more in ${path}`);
  expect(lines.length).toBeGreaterThan(400);
  expect(document["allow-list"]).toEqual(allowList);
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
    problems: [],
    places: NOWHERE,
    duration: 1300,
  };
  await writeReport(runner, options);
  const first = runner.outputs.report;
  await writeReport(runner, options);
  expect(runner.outputs.report).not.toBe(first);
});
