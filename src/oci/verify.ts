import { finished, type Readable, Transform } from "node:stream";
import { TransferError } from "../errors/transfer-error.ts";
import type { Descriptor } from "./descriptor.ts";
import { encoded, hasherOf } from "./digest.ts";

/**
 * Passes a stream on and fails it unless it is exactly the content that the descriptor names. An error of the source becomes what
 * `asError` makes of it.
 */
export function verifying(
  content: Readable,
  expected: Descriptor,
  where: string,
  asError: (error: unknown) => unknown = (error) => error,
): Readable {
  const hash = hasherOf(expected.digest);
  let size = 0;
  const verifier = new Transform({
    highWaterMark: 256 * 1024,
    transform(chunk: Buffer, _encoding, done) {
      size += chunk.length;
      if (size > expected.size) return done(sizeMismatch(expected, `more than ${expected.size}`, where));
      hash.update(chunk);
      done(null, chunk);
    },
    flush(done) {
      if (size !== expected.size) return done(sizeMismatch(expected, String(size), where));
      const digest = hash.digest("hex");
      done(digest === encoded(expected.digest) ? null : digestMismatch(expected, digest, where));
    },
  });
  // A small blob may be through, and have failed, before anybody reads it; who does then still meets the error.
  verifier.on("error", () => {});
  // Unlike an event, this also covers a source that has failed already.
  finished(content, { writable: false }, (error) => {
    if (error !== undefined && error !== null) verifier.destroy(asError(error) as Error);
  });
  verifier.on("close", () => content.destroy());
  return content.pipe(verifier);
}

/** The same for content that is in memory. */
export function verified(content: Buffer, expected: Descriptor, where: string): Buffer {
  if (content.length !== expected.size) throw sizeMismatch(expected, String(content.length), where);
  const digest = hasherOf(expected.digest).update(content).digest("hex");
  if (digest !== encoded(expected.digest)) throw digestMismatch(expected, digest, where);
  return content;
}

/** Whether the bytes are what the descriptor names. */
export function isContentOf({ size, digest }: Descriptor, content: Buffer): boolean {
  return content.length === size && hasherOf(digest).update(content).digest("hex") === encoded(digest);
}

function sizeMismatch(expected: Descriptor, size: string, where: string): TransferError {
  return new TransferError(
    "SIZE_MISMATCH",
    `${where} sends ${size} bytes for ${expected.digest}, not ${expected.size}`,
    {
      where,
      remedy: "The content was cut or exchanged on its way, or is broken where it lies; nothing was published.",
    },
  );
}

function digestMismatch(expected: Descriptor, digest: string, where: string): TransferError {
  return new TransferError("DIGEST_MISMATCH", `${where} sends other content for ${expected.digest} (${digest})`, {
    where,
    remedy: "The content was changed on its way, or is broken where it lies; nothing was published.",
  });
}
