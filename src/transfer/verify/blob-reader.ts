import { pipeline, type Transform } from "node:stream";
import { createLimiter } from "../../bounds/limiter.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import type { ComponentVersion } from "../../ocm/repository/component-version.ts";
import { retryStream } from "../../stores/retry-stream.ts";
import { type Comparable, createComparison } from "./comparison.ts";

export interface BlobReader {
  /** `version` is the component version that the blob is part of. */
  read(from: ReadableRepository, version: ComponentVersion, blob: Descriptor): Promise<void>;
  /** Reads blobs in a row, and compares them with what pins them. */
  compare(comparable: Comparable): Promise<void>;
}

/**
 * Reads a blob to its end, which verifies it. The same one in another repository of the registry is only
 * asked for: registries keep one copy of it.
 */
export function createBlobReader(
  { concurrency, attempts }: { readonly concurrency: number; readonly attempts: number },
  signal: AbortSignal,
): BlobReader {
  const limiter = createLimiter(concurrency);
  const reading = new Map<object, Map<string, Promise<void>>>();

  function once(holder: object, key: string, work: () => Promise<void>): Promise<void> {
    const known = reading.get(holder) ?? new Map<string, Promise<void>>();
    reading.set(holder, known);
    const working = known.get(key) ?? work();
    known.set(key, working);
    return working;
  }

  async function drain(from: ReadableRepository, blob: Descriptor, passing?: () => Transform): Promise<void> {
    const release = await limiter.acquire("blobs", signal);
    try {
      await retryStream(
        attempts,
        async () => {
          const content = await from.fetch(blob, signal);
          await exhaust(passing === undefined ? content : pipeline(content, passing(), () => {}));
        },
        signal,
      );
    } finally {
      release();
    }
  }

  return {
    async read(from, version, blob) {
      const holder = holderOf(from, version);
      const key = `${blob.digest} ${blob.size}`;
      const here = `${key} ${from.name}`;
      await once(holder, key, () => once(holder, here, () => drain(from, blob)));
      await once(holder, here, async () => {
        // A cache in front of a registry has a blob once it was requested by GET, and denies it to HEAD until then.
        if (blob.data === undefined && !(await from.exists(blob, signal))) await drain(from, blob);
      });
    },

    async compare(comparable) {
      const comparison = createComparison(comparable);
      for (const [index, blob] of comparable.blobs.entries()) {
        await drain(comparable.from, blob, () => comparison.passing(index));
      }
    },
  };
}

async function exhaust(content: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of content);
}

/** The store of the blobs. */
function holderOf(from: ReadableRepository, { repository, from: home }: ComponentVersion): object {
  return from.store ?? (from === repository ? home.registry : from);
}
