import { AsyncLocalStorage } from "node:async_hooks";
import type { RetryPolicy } from "./http.ts";

/** A piece of work, such as moving a blob: its requests, their tokens and the stream as a whole share one number of attempts. */
interface Work {
  repetitions: number;
}

const works = new AsyncLocalStorage<Work>();
const policies = new AsyncLocalStorage<RetryPolicy>();

/** Counts all repetitions within `run` together; within another piece of work they are part of that one's. */
export function asOneWork<T>(run: () => Promise<T>): Promise<T> {
  return works.getStore() === undefined ? works.run({ repetitions: 0 }, run) : run();
}

/**
 * Takes one of the repetitions that the current piece of work has left, and returns its number, counted from 1; undefined where the
 * work was repeated `attempts - 1` times, or where `kept` attempts would not be left.
 */
export function takeRepetition(attempts: number, kept = 0): number | undefined {
  const work = works.getStore();
  if (work === undefined || work.repetitions + 1 + kept >= attempts) return undefined;
  work.repetitions += 1;
  return work.repetitions;
}

/** All requests within `run` follow this policy, instead of the client's own. */
export function withRetryPolicy<T>(policy: RetryPolicy, run: () => Promise<T>): Promise<T> {
  return policies.run(policy, run);
}

export function currentRetryPolicy(): RetryPolicy | undefined {
  return policies.getStore();
}
