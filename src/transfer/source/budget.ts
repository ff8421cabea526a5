import { setImmediate } from "node:timers/promises";
import { createLimiter } from "../../bounds/limiter.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import type { ComponentVersion } from "../../ocm/repository/component-version.ts";

/** Component versions of one run, bytes of their descriptors, and manifests and blobs of their artifacts: all in memory together. */
export const MAX_VERSIONS = 10_000;
const MAX_DESCRIPTORS = 128 * 1024 * 1024;
export const MAX_CONTENTS = 1_000_000;

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

/** Counts the bytes of descriptors of component versions that are in memory together. Throws the error once there are too many. */
export function createHold(error: Error): (version: ComponentVersion) => ComponentVersion {
  let size = 0;
  return (version) => {
    size += version.descriptorSize;
    if (size > MAX_DESCRIPTORS) throw error;
    return version;
  };
}

export function tooManyVersions(): TransferError {
  const most = `${MAX_VERSIONS} component versions, ${MAX_DESCRIPTORS} bytes of component descriptors, or ${MAX_CONTENTS} manifests and blobs`;
  return new TransferError("COMPONENT_VERSIONS_TOO_MANY", `this run leads to more than ${most}`, {
    where: "input component-versions",
    remedy:
      "Transfer fewer at once, or without recursive; see whether the references of these component versions are meant.",
  });
}
