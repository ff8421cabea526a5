import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterEach, expect, test } from "@jest/globals";
import { removeFoldersOfEndedRuns, runFolder } from "../../src/files/run-folder.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const ended = String(spawnSync(process.execPath, ["--version"]).pid);
const ofEnded = (folder: string) => runFolder(folder).replace(`-${process.pid}-`, `-${ended}-`);

test("folders of runs that have ended are removed, with everything in them", async () => {
  const folder = temporaryFolder();
  const left = ofEnded(folder);
  mkdirSync(left);
  writeFileSync(join(left, "spooled"), "content");
  await removeFoldersOfEndedRuns(folder);
  expect(readdirSync(folder)).toEqual([]);
});

test("folders of running processes, of other machines and of other programs stay", async () => {
  const folder = temporaryFolder();
  const own = runFolder(folder);
  const elsewhere = ofEnded(folder).replace(/transfer-[0-9a-f]{12}-/, "transfer-000000000000-");
  const kept = [own, elsewhere, join(folder, ".ocm-proxied-transfer-1"), join(folder, "other")];
  for (const path of kept) mkdirSync(path);
  await removeFoldersOfEndedRuns(folder);
  expect(readdirSync(folder).sort()).toEqual(kept.map((path) => basename(path)).sort());
});

test("a link with such a name is removed, and its destination stays", async () => {
  const [folder, elsewhere] = [temporaryFolder(), temporaryFolder()];
  writeFileSync(join(elsewhere, "file"), "");
  symlinkSync(elsewhere, ofEnded(folder));
  await removeFoldersOfEndedRuns(folder);
  expect(readdirSync(folder)).toEqual([]);
  expect(existsSync(join(elsewhere, "file"))).toBe(true);
});

test("a missing folder is not an error", async () => {
  await expect(removeFoldersOfEndedRuns(join(temporaryFolder(), "missing"))).resolves.toBeUndefined();
});
