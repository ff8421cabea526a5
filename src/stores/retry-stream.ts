import { setTimeout as sleep } from "node:timers/promises";
import { backoff, isRetryable, MAX_WAIT_MS } from "../net/retryable.ts";
import { asOneWork, takeRepetition } from "../net/work.ts";
import { isTemporaryRefusal, RegistryError } from "./registry/error.ts";

/**
 * Repeats work that moves a stream when the stream breaks off: a stream can be sent once, so all of it has to be requested again. The
 * result is complete nevertheless, since the receiver compares the digest. Requests within the work that the client repeats are of the
 * same `attempts`.
 */
export function retryStream<T>(attempts: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  return asOneWork(async () => {
    for (let isFirst = true; ; isFirst = false) {
      try {
        return await work();
      } catch (error) {
        signal?.throwIfAborted();
        const wait = error instanceof RegistryError ? (error.retryAfter ?? 0) : 0;
        const repetition = wait <= MAX_WAIT_MS && canHelp(error, isFirst) ? takeRepetition(attempts) : undefined;
        if (repetition === undefined) throw error;
        const milliseconds = Math.max(backoff(repetition, Math.random()), wait);
        await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
      }
    }
  });
}

/** A token may expire while a blob is sent, and a load balancer may lose the upload: both are repaired by starting again. */
function canHelp(error: unknown, isFirst: boolean): boolean {
  if (!(error instanceof RegistryError)) return isRetryable(error);
  const isLost = error.registryCodes.includes("BLOB_UPLOAD_UNKNOWN");
  return isLost || isTemporaryRefusal(error) || (error.status === 401 && isFirst);
}
