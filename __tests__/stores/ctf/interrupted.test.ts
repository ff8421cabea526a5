import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { afterEach, describe, expect, test } from "@jest/globals";
import { bytesOf } from "../../../src/oci/content.ts";
import { type Descriptor, OCI_MANIFEST } from "../../../src/oci/descriptor.ts";
import { sha256 } from "../../../src/oci/digest.ts";
import { openCtf } from "../../../src/stores/ctf/store.ts";
import { openCtfTarget } from "../../../src/stores/ctf/writable-store.ts";
import { copyOfCtf, temporaryFolder } from "../../../testing/real/fixtures.ts";
import { stopEverything } from "../../../testing/real/running.ts";

afterEach(stopEverything);

const NAMES = ["target", "target.tar", "target.tgz"] as const;
const source = resolve(import.meta.dirname, "../../../src");

const blob = (content: string): Descriptor => ({
  mediaType: "text/plain",
  digest: sha256(content),
  size: Buffer.byteLength(content),
});

/** Pushes the blobs, leaves one unfinished, and is killed before it commits. */
const PROGRAM = `
import { Readable } from "node:stream";
import { openCtfTarget } from "${source}/stores/ctf/writable-store.ts";
import { sha256 } from "${source}/oci/digest.ts";
const [path, ...contents] = process.argv.slice(1);
const repository = (await openCtfTarget(path)).repository("a");
for (const content of contents) {
  await repository.push({ mediaType: "text/plain", digest: sha256(content), size: content.length }, Buffer.from(content));
}
const endless = new Readable({ read: () => {} });
endless.push("beginning");
void repository.push({ mediaType: "text/plain", digest: sha256("?"), size: 100 }, endless);
setImmediate(() => setImmediate(() => process.kill(process.pid, "SIGKILL")));
`;

function killedRun(path: string, ...contents: string[]): void {
  const args = ["--input-type=module", "--eval", PROGRAM, path, ...contents];
  const { signal, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (signal !== "SIGKILL") throw new Error(stderr);
}

/** Where a run with this target keeps blobs until it commits. */
const stagingOf = (path: string) =>
  path.endsWith("target")
    ? join(path, ".ocm-proxied-transfer.partial")
    : join(dirname(path), `.${basename(path)}.partial`);

const fileOf = (content: string) => sha256(content).replace(":", ".");

describe.each(NAMES)("%s after a run that was killed", (name) => {
  test("gets the complete blobs of that run, and nothing else of it is left", async () => {
    const folder = temporaryFolder();
    const path = join(folder, name);
    killedRun(path, "one", "two");
    expect(readdirSync(stagingOf(path))).toEqual(expect.arrayContaining([fileOf("one"), fileOf("two")]));
    const target = await openCtfTarget(path);
    const repository = target.repository("a");
    expect(await Promise.all(["one", "two", "three"].map((each) => repository.exists(blob(each))))).toEqual([
      true,
      true,
      false,
    ]);
    const manifest = JSON.stringify({
      schemaVersion: 2,
      mediaType: OCI_MANIFEST,
      config: blob("one"),
      layers: [blob("two")],
    });
    const root = { ...blob(manifest), mediaType: OCI_MANIFEST };
    await repository.push(root, Buffer.from(manifest));
    await repository.tag(root, "1");
    await target.commit();
    const copy = (await openCtf(path, { spool: temporaryFolder() })).repository("a");
    expect((await bytesOf(await copy.fetch(blob("two")))).toString()).toBe("two");
    expect(readdirSync(folder)).toEqual([name]);
    if (name === "target") expect(readdirSync(path).sort()).toEqual(["artifact-index.json", "blobs"]);
  });

  test("does not get a blob that was changed since", async () => {
    const path = join(temporaryFolder(), name);
    killedRun(path, "one");
    writeFileSync(join(stagingOf(path), fileOf("one")), "two");
    const target = await openCtfTarget(path);
    expect(await target.repository("a").exists(blob("one"))).toBe(false);
    await target.repository("a").push(blob("one"), Buffer.from("one"));
    expect((await bytesOf(await target.repository("a").fetch(blob("one")))).toString()).toBe("one");
    await target.close();
  });

  test("is as it was before, if the next run is closed without a commit", async () => {
    const folder = temporaryFolder();
    killedRun(join(folder, name), "one");
    const next = await openCtfTarget(join(folder, name));
    await next.close();
    expect(readdirSync(folder).filter((each) => each !== "target")).toEqual([]);
  });
});

test.each(NAMES)("%s: a run that is cancelled leaves its complete blobs to the next one", async (name) => {
  const path = join(temporaryFolder(), name);
  const cancelled = await openCtfTarget(path);
  await cancelled.repository("a").push(blob("one"), Buffer.from("one"));
  writeFileSync(join(stagingOf(path), "unfinished"), "");
  await cancelled.suspend();
  expect(readdirSync(stagingOf(path))).toEqual([fileOf("one")]);
  const next = await openCtfTarget(path);
  expect(await next.repository("a").exists(blob("one"))).toBe(true);
  await next.close();
  expect(existsSync(stagingOf(path))).toBe(false);
});

test("a link in place of unfinished content is not followed", async () => {
  const [path, elsewhere] = [copyOfCtf("v1-by-value"), temporaryFolder()];
  writeFileSync(join(elsewhere, fileOf("one")), "one");
  symlinkSync(elsewhere, join(path, ".ocm-proxied-transfer.partial"));
  const target = await openCtfTarget(path);
  expect(await target.repository("a").exists(blob("one"))).toBe(false);
  await target.repository("a").push(blob("two"), Buffer.from("two"));
  await target.commit();
  expect(readdirSync(elsewhere)).toEqual([fileOf("one")]);
  expect(existsSync(join(path, ".ocm-proxied-transfer.partial"))).toBe(false);
});

test("a link in place of an unfinished blob is not followed", async () => {
  const [path, elsewhere] = [copyOfCtf("v1-by-value"), temporaryFolder()];
  writeFileSync(join(elsewhere, "one"), "one");
  mkdirSync(join(path, ".ocm-proxied-transfer.partial"));
  symlinkSync(join(elsewhere, "one"), join(path, ".ocm-proxied-transfer.partial", fileOf("one")));
  const target = await openCtfTarget(path);
  expect(await target.repository("a").exists(blob("one"))).toBe(false);
  await target.close();
  expect(readFileSync(join(elsewhere, "one"), "utf8")).toBe("one");
});

test("a new folder whose run was killed between blobs and index is completed", async () => {
  const path = temporaryFolder();
  mkdirSync(join(path, "blobs"));
  mkdirSync(join(path, ".ocm-proxied-transfer.partial"));
  writeFileSync(join(path, "blobs", fileOf("one")), "one");
  const target = await openCtfTarget(path);
  await target.repository("a").push(blob("two"), Buffer.from("two"));
  await target.commit();
  expect(readdirSync(join(path, "blobs")).sort()).toEqual([fileOf("one"), fileOf("two")].sort());
});

describe.each(NAMES)("two runs on %s", (name) => {
  test("the second one fails, and has changed nothing", async () => {
    const path = join(temporaryFolder(), name);
    const first = await openCtfTarget(path);
    await expect(openCtfTarget(path)).rejects.toMatchObject({
      code: "TARGET_LOCKED",
      message: expect.stringContaining(`process ${process.pid}`),
    });
    await first.repository("a").push(blob("one"), Buffer.from("one"));
    await first.commit();
    expect((await openCtf(path, { spool: temporaryFolder() })).name).toBe(path);
  });

  test("the second one waits, and adds to what the first one wrote", async () => {
    const path = join(temporaryFolder(), name);
    const add = async (target: Awaited<ReturnType<typeof openCtfTarget>>, repository: string) => {
      const text = JSON.stringify({ schemaVersion: 2, mediaType: OCI_MANIFEST, config: blob("one"), layers: [] });
      const manifest = { ...blob(text), mediaType: OCI_MANIFEST };
      await target.repository(repository).push(blob("one"), Buffer.from("one"));
      await target.repository(repository).push(manifest, Buffer.from(text));
      await target.repository(repository).tag(manifest, "1");
      await target.commit();
    };
    const first = await openCtfTarget(path);
    const waits: string[] = [];
    let isWaiting = () => {};
    const waiting = new Promise<void>((done) => {
      isWaiting = done;
    });
    const onWait = ({ code }: { code: string }) => {
      waits.push(code);
      isWaiting();
    };
    const second = openCtfTarget(path, { lock: { patience: 60_000, onWait } });
    await waiting;
    await add(first, "of-the-first");
    await add(await second, "of-the-second");
    expect(waits).toEqual(["TARGET_LOCKED"]);
    expect((await (await openCtf(path)).listRepositories()).toSorted()).toEqual(["of-the-first", "of-the-second"]);
  });

  test("a dry run neither waits nor leaves anything", async () => {
    const folder = temporaryFolder();
    const path = join(folder, name);
    const first = await openCtfTarget(path);
    const dry = await openCtfTarget(path, { isDryRun: true });
    expect(await dry.repository("a").exists(blob("one"))).toBe(false);
    await dry.close();
    await first.close();
    expect(readdirSync(folder)).toEqual([]);
  });

  test("a run that lost its lock changes nothing", async () => {
    const path = join(temporaryFolder(), name);
    const first = await openCtfTarget(path);
    await first.repository("a").push(blob("one"), Buffer.from("one"));
    const lockFile = stagingOf(path).replace(/partial$/, "lock");
    expect(statSync(lockFile).isFile()).toBe(true);
    const other = { run: "other", host: "elsewhere", namespace: "", pid: 1, since: "2026-01-01T00:00:00.000Z" };
    writeFileSync(lockFile, JSON.stringify(other));
    await expect(first.commit()).rejects.toMatchObject({
      code: "TARGET_LOCKED",
      message: expect.stringContaining("process 1 on elsewhere, since 2026-01-01"),
    });
    await first.close();
    expect(existsSync(name === "target" ? join(path, "artifact-index.json") : path)).toBe(false);
    expect(JSON.parse(readFileSync(lockFile, "utf8"))).toEqual(other);
  });
});
