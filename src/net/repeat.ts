import { TransferError } from "../errors/transfer-error.ts";
import { mayRepeat } from "./work.ts";

/** Content that is not what was asked for: damaged where it is stored, or on its way, or a web page in its place. */
const CONTENT_FAULTS = new Set(["DIGEST_MISMATCH", "SIZE_MISMATCH", "CAPTIVE_PORTAL", "TOKEN_MALFORMED"]);

function isContentFault({ code }: TransferError): boolean {
  return CONTENT_FAULTS.has(code);
}

/**
 * Decides whether content that differs is to be moved again. The way may damage it each time in another way; what differs twice in the same
 * way, with the same digest, is a fault of the content.
 */
export function contentFaults(
  isFault: (error: TransferError) => boolean = isContentFault,
): (error: unknown) => boolean {
  const seen = new Set<string>();
  return (error) => {
    if (!(error instanceof TransferError) || !isFault(error) || seen.has(error.message)) return false;
    seen.add(error.message);
    return true;
  };
}

/** Does again what failed by such a fault, within the attempts of the current piece of work. */
export async function untilSameTwice<T>(
  attempts: number,
  work: () => Promise<T>,
  signal?: AbortSignal,
  isFault = isContentFault,
): Promise<T> {
  const isNew = contentFaults(isFault);
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (signal?.aborted || !isNew(error) || !(await mayRepeat(attempts, { signal }))) throw error;
    }
  }
}
