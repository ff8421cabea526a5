import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { lstat, mkdir, open, rm, rmdir, utimes } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Finding } from "../errors/finding.ts";
import { errorCode, TransferError } from "../errors/transfer-error.ts";
import { printable } from "../text/redact.ts";
import { hasEnded, machineKey, type ProcessName, thisProcess } from "./process.ts";

/** The right of one run to write a target, until it is released. */
export interface Lock {
  /** Fails with TARGET_LOCKED where another run took the lock over, because this one did not renew it for a minute. */
  check(): Promise<void>;
  /** Whether `check` would pass. */
  isHeld(): Promise<boolean>;
  /** Removes the lock file, if it is still this run's, and the folders that were created for it, if they are empty. */
  release(): Promise<void>;
}

export interface LockOptions {
  /** Milliseconds to wait for another run; default 0. */
  readonly patience?: number;
  /** Called once, before the wait. */
  readonly onWait?: (finding: Finding) => void;
  readonly signal?: AbortSignal | undefined;
}

/** Start of the names of files that runs keep in folders of their targets. */
export const OWN_FILES = ".ocm-proxied-transfer";

interface Holder extends ProcessName {
  readonly run: string;
  /** ISO 8601. */
  readonly since: string;
}

/** What is known of a lock file: its holder, where it can be read, and when it was renewed, in milliseconds since 1970. */
interface Held {
  readonly holder: Holder | undefined;
  readonly renewed: number;
}

const RENEWAL_MS = 5_000;
/** Of a run elsewhere, silence is all that can be observed of its end; it also ends the claim of a process that was stopped. */
const MAX_SILENCE_MS = 60_000;
const POLL_MS = 250;
const MAX_BYTES = 4096;

/**
 * Creates the lock file of a target, and renews it until it is released. Waits for the run that has it; the lock of a run that has ended is
 * replaced. Fails with TARGET_LOCKED, or with the error of the file system.
 */
export async function lock(path: string, options: LockOptions = {}): Promise<Lock> {
  const folder = dirname(path);
  const outermost = await mkdir(folder, { recursive: true });
  const own: Holder = { run: randomUUID(), ...thisProcess(), since: new Date().toISOString() };
  const removeFolders = async () => {
    if (outermost !== undefined) await removeEmpty(folder, outermost);
  };
  try {
    await acquire(path, own, options);
  } catch (error) {
    await removeFolders();
    throw error;
  }
  const renewal = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, RENEWAL_MS).unref();

  async function isHeld(): Promise<boolean> {
    const held = await heldBy(path);
    return held?.holder?.run === own.run;
  }

  return {
    isHeld,
    async check() {
      const held = await heldBy(path);
      if (held?.holder?.run !== own.run) throw locked(path, held);
    },
    async release() {
      clearInterval(renewal);
      if (await isHeld()) await rm(path, { force: true });
      await removeFolders();
    },
  };
}

/** Removes folders from the inside to the outside, as long as they are empty. */
async function removeEmpty(innermost: string, outermost: string): Promise<void> {
  try {
    for (let each = innermost; each.length >= outermost.length; each = dirname(each)) await rmdir(each);
  } catch {
    // It has other files by now.
  }
}

async function acquire(path: string, own: Holder, { patience = 0, onWait, signal }: LockOptions): Promise<void> {
  const end = performance.now() + patience;
  for (let isReported = false; !(await create(path, own)); ) {
    const held = await heldBy(path);
    if (held === undefined) continue;
    if (isStale(held)) {
      await rm(path, { force: true });
      continue;
    }
    if (performance.now() >= end) throw locked(path, held);
    if (!isReported) onWait?.({ code: "TARGET_LOCKED", message: waitMessage(path, held, patience), remedy: REMEDY });
    isReported = true;
    await sleep(POLL_MS, undefined, signal === undefined ? {} : { signal });
  }
}

/** False where the file exists. */
async function create(path: string, own: Holder): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o644);
    try {
      await file.writeFile(JSON.stringify(own));
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (errorCode(error) === "EEXIST") return false;
    throw error;
  }
}

/** Undefined where no such file exists. A commit can put a link or a pipe in its place: only a regular file is read. */
async function heldBy(path: string): Promise<Held | undefined> {
  try {
    const { mtimeMs: renewed } = await lstat(path);
    return { holder: await readHolder(path), renewed };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Undefined for a file that is not complete yet, and for one that no run wrote. */
async function readHolder(path: string): Promise<Holder | undefined> {
  try {
    const { O_RDONLY, O_NOFOLLOW = 0, O_NONBLOCK = 0 } = constants;
    const file = await open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
    try {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(MAX_BYTES), 0, MAX_BYTES, 0);
      const { run, host, namespace, pid, since } = JSON.parse(buffer.toString("utf8", 0, bytesRead));
      const isComplete =
        [run, host, namespace, since].every((text) => typeof text === "string") && Number.isInteger(pid);
      return isComplete ? { run, host, namespace, pid, since } : undefined;
    } finally {
      await file.close();
    }
  } catch (error) {
    if (errorCode(error) === "ENOENT") throw error;
    return undefined;
  }
}

function isStale({ holder, renewed }: Held): boolean {
  if (holder !== undefined && machineKey(holder) === machineKey(thisProcess()) && hasEnded(holder.pid)) return true;
  return Date.now() - renewed > MAX_SILENCE_MS;
}

function describe(held: Held | undefined): string {
  if (held?.holder === undefined) return "another run";
  const { host, pid, since } = held.holder;
  return `the run of process ${pid} on ${printable(host, 100)}, since ${printable(since, 40)}`;
}

const REMEDY =
  "Let runs with the same target follow one another (concurrency in GitHub Actions). The lock of a run that has ended is replaced, after a minute where it ran on another host.";

function waitMessage(path: string, held: Held, patience: number): string {
  return `${path} is the lock of ${describe(held)}; this run waits for up to ${Math.round(patience / 1000)} seconds`;
}

function locked(path: string, held: Held | undefined): TransferError {
  return new TransferError("TARGET_LOCKED", `${path} is the lock of ${describe(held)}`, {
    where: path,
    remedy: REMEDY,
  });
}
