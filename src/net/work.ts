import { AsyncLocalStorage } from "node:async_hooks";
import type { RetryPolicy } from "./http.ts";

/** A piece of work, such as moving a blob: its requests, their tokens and the stream as a whole share one number of attempts. */
interface Work {
  readonly repeated: { times: number };
  /** Attempts that are left for what comes after. */
  readonly kept: number;
}

const works = new AsyncLocalStorage<Work>();
const policies = new AsyncLocalStorage<RetryPolicy>();

const newWork = (): Work => ({ repeated: { times: 0 }, kept: 0 });

/** Counts all repetitions within `run` together; within another piece of work they are part of that one's. */
export function asOneWork<T>(run: () => Promise<T>): Promise<T> {
  return works.getStore() === undefined ? works.run(newWork(), run) : run();
}

/** Leaves the last attempt of the current piece of work for an alternative to `run`, should it fail. */
export function keepOneAttempt<T>(run: () => Promise<T>): Promise<T> {
  const { repeated } = works.getStore() ?? newWork();
  return works.run({ repeated, kept: 1 }, run);
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
