import { setImmediate } from "node:timers/promises";
import { createLimiter } from "../../bounds/limiter.ts";

/**
 * What all artifacts of a run may consist of. Their publishers decide how much that is, and a component descriptor can name one large
 * manifest thousands of times: what follows from it is in memory together.
 */
export interface Budget {
  /** Counts manifests and blobs, each as often as it is listed. Throws the error of the budget once there are too many. */
  take(count: number): void;
  /** Reads an artifact while at most `concurrency` others are read. */
  read<T>(work: () => Promise<T>): Promise<T>;
}

export interface BudgetOptions {
  readonly max: number;
  readonly concurrency: number;
  readonly error: Error;
}

export function createBudget({ max, concurrency, error }: BudgetOptions, signal?: AbortSignal): Budget {
  const limiter = createLimiter(concurrency);
  let taken = 0;
  return {
    take(count) {
      taken += count;
      if (taken > max) throw error;
    },
    async read(work) {
      const release = await limiter.acquire("artifacts", signal);
      try {
        // Manifests in memory are read and hashed without a turn of the event loop: a signal would not be heard for all of them.
        await setImmediate(undefined, signal === undefined ? {} : { signal });
        return await work();
      } finally {
        release();
      }
    },
  };
}

export const UNLIMITED: Budget = { take() {}, read: (work) => work() };
