import type { TransferError } from "../errors/transfer-error.ts";
import { keepsMethod } from "../net/layers/redirects.ts";
import { contentFaults } from "../net/repeat.ts";
import { isDamaged, isRetryable } from "../net/retryable.ts";
import { asOneWork, mayRepeat } from "../net/work.ts";
import { isTemporaryRefusal, RegistryError } from "./registry/error.ts";
import { isDamagedBlob } from "./registry/push/damaged.ts";
import { ChunksRefused } from "./registry/uploads/chunks.ts";

/**
 * Repeats work that moves a stream when the stream breaks off: a stream can be sent once, so all of it has to be requested again. The
 * result is complete nevertheless, since the receiver compares the digest. Requests within the work that the client repeats are of the
 * same `attempts`.
 */
export function retryStream<T>(attempts: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  return asOneWork(async () => {
    const isNewFault = contentFaults();
    const isNewDamage = contentFaults(isDamagedBlob);
    const isNewRefusal = contentFaults(isLoginRefused);
    for (;;) {
      try {
        return await work();
      } catch (error) {
        signal?.throwIfAborted();
        const wait = error instanceof RegistryError ? error.retryAfter : undefined;
        const canHelp = canBeRepeated(error) || [isNewFault, isNewDamage, isNewRefusal].some((isNew) => isNew(error));
        if (!canHelp || !(await mayRepeat(attempts, { wait, signal }))) throw error;
      }
    }
  });
}

/** A token may expire while a blob is sent; a login that is refused twice is wrong. */
function isLoginRefused(error: TransferError): boolean {
  return error instanceof RegistryError && error.status === 401;
}

/**
 * A load balancer may lose an upload, which is repaired by starting again. After a redirect,
 * or where the registry takes no chunks, the next upload goes another way.
 */
function canBeRepeated(error: unknown): boolean {
  if (error instanceof ChunksRefused) return true;
  if (!(error instanceof RegistryError)) return isRetryable(error) || isDamaged(error);
  const isLost = error.registryCodes.includes("BLOB_UPLOAD_UNKNOWN");
  return isLost || isTemporaryRefusal(error) || keepsMethod(error.status);
}
