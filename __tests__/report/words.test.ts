import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type DetailedHost, NOTHING_TO_ALLOW } from "../../src/report/hosts.ts";
import { NOWHERE } from "../../src/report/places.ts";
import { writeReport } from "../../src/report/report.ts";
import type { Results } from "../../src/report/results.ts";
import { picture } from "../../src/report/summary/picture.ts";
import { summarise } from "../../src/report/summary/summary.ts";
import { hostileText } from "../../testing/generated/hostile-text.ts";
import { type Random, seeded } from "../../testing/generated/random.ts";
import { diagnosed } from "../../testing/product/diagnosed.ts";
import { createRecordingRunner } from "../../testing/product/recording-runner.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { parseKeyValueFile, parseWorkflowCommands } from "../../testing/real/runner-files.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const UNSEEN = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;
const nowhere = { allowList: NOTHING_TO_ALLOW, runnerName: "runner", places: NOWHERE, duration: 1300 };
const seeds = Array.from({ length: 150 }, (_, seed) => seed);

/** Results in which everything that can come from elsewhere is hostile. */
function hostileResults(random: Random): Results {
  const text = () => hostileText(random);
  return {
    findings: [{ code: "RATE_LIMITED", message: text(), remedy: text() }],
    diagnosis: [diagnosed(text(), { message: text(), remedy: text(), rule: text() })],
    componentVersions: [
      {
        component: text(),
        version: text(),
        repository: text(),
        digest: text(),
        signatures: [text()],
        state: "written",
        resources: [],
      },
    ],
    files: [{ component: text(), version: text(), resource: text(), path: text(), mediaType: text(), digest: text() }],
    routes: [{ url: text(), via: "proxy", proxy: text(), rule: text(), before: "proxy", differs: [] }],
    images: { [text()]: text() },
    signatures: [
      {
        component: text(),
        version: text(),
        name: text(),
        algorithm: text(),
        hashAlgorithm: text(),
        normalisationAlgorithm: text(),
        "key-fingerprint": text(),
        "certificate-subject": text(),
      },
    ],
  };
}

function hostileHosts(random: Random): DetailedHost[] {
  const [host, rule, neededFor] = [hostileText(random), hostileText(random), hostileText(random)];
  return [{ host, via: "proxy", rule, "needed-for": neededFor, scheme: "https" }];
}

describe("a job summary", () => {
  /** What a reader sees outside of code. */
  const proseOf = (summary: string) =>
    summary
      .replace(/```[\s\S]*?```/g, " ")
      .replace(/<code>[^<]*<\/code>/g, " ")
      .replace(/<\/?[a-z]+>/g, " ")
      .replace(/&#(\d+);/g, (_, unit) => String.fromCharCode(Number(unit)));

  test.each(seeds)("S15, V13: links nothing, and has the shape of one without hostile text: seed %d", (seed) => {
    const random = seeded(seed);
    const problem = {
      code: "DENIED",
      message: hostileText(random),
      where: undefined,
      remedy: hostileText(random),
    } as const;
    const results = hostileResults(random);
    const places = { sources: [hostileText(random)], target: hostileText(random) };
    const options = { ...nowhere, places, command: "transfer", results, hosts: hostileHosts(random) };
    const problems = [problem, { ...problem, message: hostileText(random) }];
    const [failed, succeeded] = [problems, []].map((each) => summarise({ ...options, problems: each }));
    const summary = `${failed}\n${succeeded}`;
    const visible = summary.replace(/\n/g, " ");
    expect(visible).not.toMatch(UNSEEN);
    expect(proseOf(summary)).not.toMatch(
      /:\/\/|\bwww\.|@\w|#\d|\bGH-\d|:\w+:|\b(?=[0-9a-f]*\d)[0-9a-f]{7,40}\b|mailto:/i,
    );
    expect(summary.replace(/```[\s\S]*?```/g, "")).not.toMatch(/:\/\/|www\./i);
    const tags = summary.replace(/```[\s\S]*?```/g, "").match(/<[^>]*>/g) ?? [];
    expect(tags.filter((tag) => !/^<\/?(?:table|tr|th|td|code|p|strong|details|summary)>$|^<br>$/.test(tag))).toEqual(
      [],
    );
    const count = (tag: string) => tags.filter((each) => each === tag).length;
    expect(["<table>", "</table>", "<tr>", "<td>"].map(count)).toEqual([18, 18, 36, 56]);
    // A blank line would end the HTML, and Markdown would begin (CommonMark 0.31.2, 4.6).
    const blocks = summary
      .trimEnd()
      .replace(/```[\s\S]*?```/g, "``````")
      .split("\n\n");
    for (const block of blocks)
      expect(block).toMatch(
        /^(?:\n?## .*|<table>[\s\S]*<\/table>|<details>[\s\S]*<\/details>|<p>.*<\/p>|```[\s\S]*```|Add to the inputs .*|Send this .*|The same as rules .*)$/,
      );
  });

  test("S15: stays below what GitHub shows, however long the words are", () => {
    const long = `${"<".repeat(499)}`;
    const findings = Array.from({ length: 2000 }, (_, at) => ({
      code: "RATE_LIMITED" as const,
      message: `${at}${long}`,
      remedy: long,
    }));
    const results = { findings, diagnosis: [] };
    const summary = summarise({ ...nowhere, command: "x", results, hosts: [], problems: [] });
    expect(Buffer.byteLength(summary)).toBeLessThan(1024 * 1024);
    expect(summary).toContain("more, in the report");
  });
});

describe("a diagram", () => {
  test.each(seeds)("has only the nodes and routes of the hosts: seed %d", (seed) => {
    const random = seeded(seed);
    const chart = picture(hostileHosts(random), [diagnosed(hostileText(random), { asked: hostileText(random) })]);
    const shape = chart.split("\n").map((line) => line.replace(/"[\w .,:/[\]-]*(?:<br\/>[\w .,:/[\]-]*)?"/g, '""'));
    expect(shape).toEqual([
      "```mermaid",
      "graph LR",
      "  runner([runner])",
      '  proxy{{""}}',
      '  h0[""]',
      expect.stringMatching(/^ {2}runner (?:-->|-- "" --x) proxy$/),
      "  proxy --> h0",
      ...(shape.length > 8 ? ["  linkStyle 0 stroke:#d1242f,stroke-width:3px"] : []),
      "```",
    ]);
  });
});

describe("outputs and the report", () => {
  test.each(seeds)("have the same values in visible characters: seed %d", async (seed) => {
    const random = seeded(seed);
    const runner = createRecordingRunner(temporaryFolder());
    const results = hostileResults(random);
    await writeReport(runner, {
      command: "x",
      results,
      hosts: hostileHosts(random),
      logins: [],
      allowList: NOTHING_TO_ALLOW,
      problems: [],
      places: NOWHERE,
      duration: 0,
    });
    const { report = "", ...outputs } = runner.outputs;
    for (const text of Object.values(outputs)) {
      expect(text).not.toMatch(UNSEEN);
      expect(text).not.toContain("##[");
    }
    const document = readFileSync(report, "utf8");
    expect(document.replaceAll("\n", "")).not.toMatch(UNSEEN);
    expect(JSON.parse(document)).toMatchObject({ images: results.images, findings: results.findings });
    expect(JSON.parse(outputs.files ?? "")).toEqual(results.files);
  });
});

describe("the lines that a runner reads", () => {
  const source = pathToFileURL(join(import.meta.dirname, "../../src/report/runner.ts")).href;

  /** One process that says every text in every way. */
  function said(texts: readonly string[], isGithub: boolean) {
    const folder = temporaryFolder();
    const file = (name: string) => join(folder, name);
    for (const name of ["output", "env", "summary"]) writeFileSync(file(name), "");
    writeFileSync(file("texts"), JSON.stringify(texts));
    const script = `
      import { readFileSync } from "node:fs";
      import { createRunner } from ${JSON.stringify(source)};
      const runner = createRunner(process.env);
      for (const [at, text] of JSON.parse(readFileSync(${JSON.stringify(file("texts"))}, "utf8")).entries()) {
        runner.info(text); runner.warning(text, "CODE"); runner.error(text, "CODE"); runner.startGroup(text); runner.endGroup();
        runner.output("output" + at, text);
      }`;
    const files = { GITHUB_OUTPUT: file("output"), GITHUB_ENV: file("env"), GITHUB_STEP_SUMMARY: file("summary") };
    const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      env: isGithub ? files : {},
      encoding: "utf8",
    });
    expect(status).toBe(0);
    return { stdout, stderr, output: readFileSync(file("output"), "utf8") };
  }

  const random = seeded(1);
  const texts = Array.from({ length: 1500 }, () => hostileText(random));

  test("S13: are this action's commands, a line each, and no others", () => {
    const { stdout, output } = said(texts, true);
    const commands = parseWorkflowCommands(stdout).map(({ command }) => command);
    expect(commands).toEqual(texts.flatMap(() => ["warning", "error", "group", "endgroup"]));
    expect(stdout).not.toContain("##[");
    expect(stdout.replaceAll("\n", "")).not.toMatch(UNSEEN);
    const lines = stdout.split(/\r\n|[\n\r\u0085\u2028\u2029]/).filter((line) => line !== "");
    expect(lines.length).toBeLessThanOrEqual(texts.length * 5);
    expect(Object.keys(parseKeyValueFile(output))).toHaveLength(texts.length);
  });

  test("are not commands outside of a runner", () => {
    const { stdout, stderr } = said(texts, false);
    expect(parseWorkflowCommands(stdout + stderr)).toEqual([]);
    expect(stderr.replaceAll("\n", "")).not.toMatch(UNSEEN);
    expect(stdout.split("\n")).toHaveLength(texts.length + 1);
  });
});
