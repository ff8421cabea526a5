import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { problemsOf } from "../../testing/chaos/judge.ts";
import { addVersion, type Expected } from "../../testing/chaos/tree.ts";
import { ctfShelf, digestOf } from "../../testing/chaos/walk.ts";
import { createCtf } from "../../testing/content/ctf.ts";
import type { ActionResult } from "../../testing/real/action.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

interface Scene {
  readonly out: string;
  readonly expected: readonly Expected[];
  /** The verdict on a run that succeeded, with something changed. */
  readonly judge: (change?: Partial<ActionResult>) => Promise<readonly string[]>;
}

/** A CTF folder as a run leaves it, and the report of that run. */
function completeRun(): Scene {
  const folder = temporaryFolder();
  const out = join(folder, "out");
  for (const name of ["out", "tmp", "runner", "workspace"]) mkdirSync(join(folder, name));
  const ctf = createCtf();
  const expected = addVersion(ctf, { seed: "", path: "", images: "relative" });
  ctf.writeIndex();
  const target = join(out, "target");
  renameSync(ctf.folder, target);
  const { artifacts } = JSON.parse(readFileSync(join(target, "artifact-index.json"), "utf8"));
  const plan = artifacts.map(({ repository, tag, digest }: Record<string, string>) => ({
    digest,
    to: `${repository}:${tag}`,
  }));
  writeFileSync(join(folder, "runner/report.json"), "{}");
  const result = {
    code: 0,
    report: { plan },
    outputs: { report: join(folder, "runner/report.json") },
    runnerTemp: join(folder, "runner"),
    workspace: join(folder, "workspace"),
  } as unknown as ActionResult;
  return {
    out,
    expected,
    judge: (change = {}) =>
      problemsOf({
        result: { ...result, ...change },
        folder,
        target: { reference: target, path: "", host: "", shelf: () => ctfShelf(target) },
        expected,
      }),
  };
}

const failedWith = (code: string, message = "") => ({ code: 1, report: { error: { code, message } } });

test("a complete run has no problems", async () => {
  expect(await completeRun().judge()).toEqual([]);
});

test("a blob that is absent is found", async () => {
  const { out, judge } = completeRun();
  for (const name of readdirSync(join(out, "target/blobs"))) {
    const path = join(out, "target/blobs", name);
    const content = readFileSync(path);
    rmSync(path);
    expect(await judge()).not.toEqual([]);
    writeFileSync(path, content);
  }
  expect(await judge()).toEqual([]);
});

test("a bit that differs is found in every blob", async () => {
  const { out, judge } = completeRun();
  for (const name of readdirSync(join(out, "target/blobs"))) {
    const path = join(out, "target/blobs", name);
    const content = readFileSync(path);
    writeFileSync(path, Buffer.concat([content, Buffer.from(" ")]));
    expect(await judge()).not.toEqual([]);
    writeFileSync(path, content);
  }
});

test("complete content under a tag that is planned for other content is found", async () => {
  const { judge } = completeRun();
  const to = "component-descriptors/acme.org/shop:1.0.0";
  const plan = [{ to, digest: digestOf(Buffer.from("other")) }];
  expect(await judge({ report: { plan } })).toContainEqual(expect.stringMatching(/shop:1\.0\.0 is sha256:.*, and not/));
});

test("a tag that neither plan nor error names is found", async () => {
  const { judge } = completeRun();
  expect(await judge({ report: { plan: [] } })).toHaveLength(2);
  expect(await judge(failedWith("CONNECTION_LOST"))).toHaveLength(2);
  const message = "left: component-descriptors/acme.org/shop:1.0.0, images/image:1.0.0";
  expect(await judge(failedWith("PUBLISHED_IN_PART", message))).toEqual([]);
});

test("a component version that is absent after a run that succeeded is found", async () => {
  const { out, judge } = completeRun();
  rmSync(join(out, "target"), { recursive: true });
  expect(await judge()).toHaveLength(1);
  expect(await judge(failedWith("CONNECTION_LOST"))).toEqual([]);
});

test.each(["INTERNAL", "NO_SUCH_CODE"])("the code %s is a problem", async (code) => {
  const { out, judge } = completeRun();
  rmSync(join(out, "target"), { recursive: true });
  expect(await judge(failedWith(code))).toHaveLength(1);
});

test.each(["out/target.part", "out/target/blobs/.staged", "tmp/spool", "runner/spool", "workspace/spool"])(
  "the file %s is found",
  async (name) => {
    const { out, judge } = completeRun();
    writeFileSync(join(out, "..", name), "");
    expect(await judge()).toEqual([expect.stringMatching(/is left$/)]);
  },
);
