import { setTimeout as sleep } from "node:timers/promises";

export interface RetryAfterGate {
  /** No request is sent to the host for so many milliseconds. */
  extend(host: string, milliseconds: number): void;
  /** Resolves when requests to the host may be sent. */
  until(host: string, signal?: AbortSignal): Promise<void>;
}

/** Waiting times that servers ask for (`Retry-After`): they hold for all requests to the same host. */
export function createRetryAfterGate(): RetryAfterGate {
  const ends = new Map<string, number>();
  return {
    extend(host, milliseconds) {
      ends.set(host, Math.max(ends.get(host) ?? 0, Date.now() + milliseconds));
    },
    async until(host, signal) {
      for (let left = remaining(host); left > 0; left = remaining(host)) {
        await sleep(left, undefined, signal === undefined ? {} : { signal });
      }
    },
  };

  function remaining(host: string): number {
    return (ends.get(host) ?? 0) - Date.now();
  }
}
