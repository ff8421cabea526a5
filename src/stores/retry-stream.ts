import { setTimeout as sleep } from "node:timers/promises";
import { backoff, isRetryable, isRetryableStatus } from "../net/retryable.ts";
import { RegistryError } from "./registry/error.ts";

/**
 * Does work that moves a stream again when it broke off: a stream can be sent once, so the whole of it has to be asked for anew. What
 * arrived is whole all the same, since whoever receives it compares the digest.
 */
export async function retryStream<T>(attempts: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt >= attempts || !canHelp(error, attempt)) throw error;
      await sleep(backoff(attempt, Math.random()), undefined, signal === undefined ? {} : { signal });
    }
  }
}

/** A token may expire while a blob is sent, and a load balancer may lose the upload: both are mended by beginning anew. */
function canHelp(error: unknown, attempt: number): boolean {
  if (!(error instanceof RegistryError)) return isRetryable(error);
  const isLost = error.registryCodes.includes("BLOB_UPLOAD_UNKNOWN");
  return isLost || isRetryableStatus(error.status) || (error.status === 401 && attempt === 1);
}
