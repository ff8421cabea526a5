export type Release = () => void;

export interface Limiter {
  /** Resolves when one of the key's slots is free, with the function that releases it. Rejects with the reason of an abort. */
  acquire(key: string, signal?: AbortSignal): Promise<Release>;
}

/** At most `slots` holders per key at a time, first come, first served. */
export function createLimiter(slots: number): Limiter {
  // A Set, since waiting callers leave it in any order: thousands give up at once when a run is aborted.
  const queues = new Map<string, { held: number; readonly waiting: Set<() => void> }>();

  return {
    async acquire(key, signal) {
      signal?.throwIfAborted();
      const queue = queues.get(key) ?? { held: 0, waiting: new Set() };
      queues.set(key, queue);
      if (queue.held < slots) {
        queue.held++;
      } else {
        await new Promise<void>((resolve, reject) => {
          const turn = () => {
            signal?.removeEventListener("abort", giveUp);
            resolve();
          };
          const giveUp = () => {
            queue.waiting.delete(turn);
            reject(signal?.reason);
          };
          queue.waiting.add(turn);
          signal?.addEventListener("abort", giveUp, { once: true });
        });
      }
      let released = false;
      return () => {
        if (released) return;
        released = true;
        const [next] = queue.waiting;
        if (next === undefined) queue.held--;
        else {
          queue.waiting.delete(next);
          next();
        }
      };
    },
  };
}
