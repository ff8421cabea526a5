import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import type { RetryPolicy } from "./http.ts";
import { backoff, MAX_WAIT_MS } from "./retryable.ts";

/** A piece of work, such as moving a blob: its requests, their tokens and the stream as a whole share one number of attempts. */
interface Work {
  readonly repeated: { times: number };
  /** Attempts that are left for what comes after. */
  readonly kept: number;
  /** Called when the work is over. */
  readonly cleanups: Map<string, () => Promise<unknown>>;
}

const works = new AsyncLocalStorage<Work>();
const policies = new AsyncLocalStorage<RetryPolicy>();

const newWork = (): Work => ({ repeated: { times: 0 }, kept: 0, cleanups: new Map() });

/** Counts all repetitions within `run` together; within another piece of work they are part of that one's. */
export function asOneWork<T>(run: () => Promise<T>): Promise<T> {
  return works.getStore() === undefined ? toItsEnd(newWork(), run) : run();
}

async function toItsEnd<T>(work: Work, run: () => Promise<T>): Promise<T> {
  try {
    return await works.run(work, run);
  } finally {
    await Promise.allSettled([...work.cleanups.values()].map((cleanUp) => cleanUp()));
  }
}

/**
 * Registers what is to be done when the current piece of work is over, whatever its outcome; undefined removes it. False outside of any
 * work.
 */
export function atEndOfWork(key: string, cleanUp: (() => Promise<unknown>) | undefined): boolean {
  const work = works.getStore();
  if (cleanUp === undefined) work?.cleanups.delete(key);
  else work?.cleanups.set(key, cleanUp);
  return work !== undefined;
}

/** Runs callbacks of streams and timers within the current piece of work. */
export function withinThisWork(): <T>(run: () => T) => T {
  return AsyncLocalStorage.snapshot();
}

/** Runs a piece of work of its own within another one, with its own number of attempts: content that is sent again for a manifest. */
export function asSeparateWork<T>(run: () => Promise<T>): Promise<T> {
  return toItsEnd(newWork(), run);
}

/** Leaves the last attempt of the current piece of work for an alternative to `run`, should it fail. */
export function keepOneAttempt<T>(run: () => Promise<T>): Promise<T> {
  return works.run({ ...(works.getStore() ?? newWork()), kept: 1 }, run);
}

/** A guess is made once: nothing within `run` is repeated. */
export function withoutRepetition<T>(run: () => Promise<T>): Promise<T> {
  return works.run({ ...(works.getStore() ?? newWork()), kept: Number.POSITIVE_INFINITY }, run);
}

/**
 * Takes one of the attempts that the current piece of work has left, to repeat a part of it. Returns the number of the repetition, from 1,
 * or undefined where no attempt is left.
 */
export function takeRepetition(attempts: number): number | undefined {
  const work = works.getStore();
  if (work === undefined || work.repeated.times + 1 + work.kept >= attempts) return undefined;
  work.repeated.times += 1;
  return work.repeated.times;
}

export interface Repetition {
  /** Milliseconds that the server asks to wait. */
  readonly wait?: number | undefined;
  /** Whether it continues something that has made progress since it was repeated last: it costs no attempt then. */
  readonly isFree?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Waits before the next attempt; false where none is left, or where the server asks for too long a wait. */
export async function mayRepeat(
  attempts: number,
  { wait = 0, isFree = false, signal }: Repetition = {},
): Promise<boolean> {
  if (wait > MAX_WAIT_MS) return false;
  const repetition = isFree && attempts > 1 ? 1 : takeRepetition(attempts);
  if (repetition === undefined) return false;
  await pause(Math.max(backoff(repetition, Math.random()), wait), signal);
  return true;
}

export async function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
}

/** Counts an alternative that is tried in the place of a request that failed. */
export function countRepetition(): void {
  const work = works.getStore();
  if (work !== undefined) work.repeated.times += 1;
}

/** All requests within `run` follow this policy, instead of the client's own. */
export function withRetryPolicy<T>(policy: RetryPolicy, run: () => Promise<T>): Promise<T> {
  return policies.run(policy, run);
}

export function currentRetryPolicy(): RetryPolicy | undefined {
  return policies.getStore();
}
