import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { type Lock, lock } from "../../src/files/lock.ts";
import { thisProcess } from "../../src/files/process.ts";
import { temporaryFolder } from "../../testing/real/fixtures.ts";
import { remember, stopEverything } from "../../testing/real/running.ts";

afterEach(stopEverything);

const holder = { run: "other", ...thisProcess(), since: "2026-01-01T00:00:00.000Z" };
const elsewhere = { ...holder, host: "elsewhere" };

async function locked(path: string, signal?: AbortSignal): Promise<Lock> {
  const own = await lock(path, { signal });
  remember(() => own.release());
  return own;
}

/** A lock file that was renewed so many seconds ago. */
function lockFile(content: unknown, age: number): string {
  const path = join(temporaryFolder(), "lock");
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  const renewed = new Date(Date.now() - age * 1000);
  utimesSync(path, renewed, renewed);
  return path;
}

/** The number of a process that has ended. */
function endedPid(): number {
  return spawnSync(process.execPath, ["--version"]).pid;
}

describe("a lock", () => {
  test("is a file with process, host and start, which its release removes with the folders that were created for it", async () => {
    const folder = temporaryFolder();
    const path = join(folder, "new", "folder", "lock");
    const own = await locked(path);
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual({
      run: expect.any(String),
      ...thisProcess(),
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
    });
    await own.check();
    await own.release();
    await own.release();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("is kept by its holder", async () => {
    const path = join(temporaryFolder(), "lock");
    const own = await locked(path);
    await expect(lock(path)).rejects.toMatchObject({ code: "TARGET_LOCKED", where: path });
    expect(await own.isHeld()).toBe(true);
  });

  test("is not removed by a run that lost it", async () => {
    const path = join(temporaryFolder(), "lock");
    const own = await locked(path);
    writeFileSync(path, JSON.stringify(elsewhere));
    await expect(own.check()).rejects.toMatchObject({ code: "TARGET_LOCKED" });
    await own.release();
    expect(existsSync(path)).toBe(true);
  });

  test("is waited for until the run is cancelled", async () => {
    const path = lockFile(elsewhere, 0);
    const controller = new AbortController();
    const waiting = lock(path, { patience: 60_000, onWait: () => controller.abort(), signal: controller.signal });
    await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(elsewhere);
  });

  test.each<[string, () => unknown, number]>([
    ["of a process that has ended", () => ({ ...holder, pid: endedPid() }), 0],
    ["of another host that was not renewed for a minute", () => elsewhere, 61],
    ["of a number that another process has by now", () => holder, 61],
    ["of a run that was killed before it wrote its name", () => "", 61],
    ["that is no lock file", () => '{"run":1}', 61],
  ])("%s is replaced", async (_, content, age) => {
    const own = await locked(lockFile(content(), age));
    expect(await own.isHeld()).toBe(true);
  });

  test.each<[string, () => unknown]>([
    ["of a running process", () => holder],
    ["of another host", () => elsewhere],
    [
      "of another container, whose process numbers mean nothing here",
      () => ({ ...holder, namespace: "pid:[1]", pid: endedPid() }),
    ],
    ["of a run that did not write its name yet", () => ""],
    ["of no process at all", () => ({ ...holder, pid: 0 })],
  ])("%s is not replaced", async (_, content) => {
    const path = lockFile(content(), 30);
    const before = readFileSync(path, "utf8");
    await expect(lock(path)).rejects.toMatchObject({ code: "TARGET_LOCKED" });
    expect(readFileSync(path, "utf8")).toBe(before);
  });

  test("in place of a link does not touch the file that the link leads to", async () => {
    const target = lockFile({ ...holder, pid: endedPid() }, 61);
    const path = join(temporaryFolder(), "lock");
    symlinkSync(target, path);
    await expect(lock(path)).rejects.toMatchObject({ code: "TARGET_LOCKED" });
    expect(JSON.parse(readFileSync(target, "utf8"))).toMatchObject({ run: "other" });
  });

  test("of several runs at once is given to one of them", async () => {
    const path = lockFile({ ...holder, pid: endedPid() }, 61);
    const results = await Promise.allSettled(Array.from({ length: 8 }, () => locked(path)));
    const held = results.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    const holders = await Promise.all(held.map((each) => each.isHeld()));
    expect(holders.filter(Boolean)).toHaveLength(1);
  });
});
