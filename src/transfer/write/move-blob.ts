import { pipeline, Transform } from "node:stream";
import { finished } from "node:stream/promises";
import type { createLimiter } from "../../bounds/limiter.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { ReadableRepository, Repository } from "../../oci/store.ts";
import { explained, RegistryError } from "../../stores/registry/error.ts";
import { retryStream } from "../../stores/retry-stream.ts";
import type { Placement } from "../target/desired.ts";

export interface MoveOptions {
  readonly limiter: ReturnType<typeof createLimiter>;
  readonly attempts: number;
  readonly onBytes: (count: number) => void;
}

/** Attempts for a blob of zero bytes: some registries answer every one with a server error. */
const MAX_EMPTY_ATTEMPTS = 2;

/** Copies a blob to the target; `passing` makes a stream that reads along. */
export async function moveBlob(
  { descriptor, from }: Pick<Placement, "descriptor" | "from">,
  to: Repository,
  { limiter, attempts, onBytes }: MoveOptions,
  signal: AbortSignal,
  passing?: () => Transform,
): Promise<void> {
  const release = await limiter.acquire("blobs", signal);
  const isEmpty = descriptor.size === 0;
  const move = async () => {
    if (Buffer.isBuffer(from)) return to.push(descriptor, from, signal);
    const content = await from.fetch(descriptor, signal);
    const counted = counting(onBytes);
    const passed =
      passing === undefined ? pipeline(content, counted, () => {}) : pipeline(content, passing(), counted, () => {});
    return to.push(descriptor, passed, signal);
  };
  try {
    await retryStream(isEmpty ? Math.min(attempts, MAX_EMPTY_ATTEMPTS) : attempts, move, signal);
  } catch (error) {
    throw isEmpty ? asEmptyRefused(error) : error;
  } finally {
    release();
  }
}

/** Reads a blob that is not copied, so that it can be compared. */
export async function drainBlob(
  from: ReadableRepository,
  blob: Descriptor,
  { limiter, attempts }: MoveOptions,
  signal: AbortSignal,
  passing: () => Transform,
): Promise<void> {
  const release = await limiter.acquire("blobs", signal);
  try {
    const read = async () => finished(pipeline(await from.fetch(blob, signal), passing(), () => {}).resume());
    await retryStream(attempts, read, signal);
  } finally {
    release();
  }
}

function asEmptyRefused(error: unknown): unknown {
  if (!(error instanceof RegistryError)) return error;
  if (error.code !== "REGISTRY_REFUSED" && error.code !== "REGISTRY_UNAVAILABLE") return error;
  return explained(error, {
    more: "the blob has 0 bytes, and some registries take no empty blobs",
    remedy:
      "Ask the operators of the target whether it takes empty blobs; if not, leave the artifact out, or use another target.",
  });
}

function counting(onBytes: (count: number) => void): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      onBytes(chunk.length);
      done(null, chunk);
    },
  });
}
