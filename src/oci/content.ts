import { Readable } from "node:stream";
import { TransferError } from "../errors/transfer-error.ts";
import { type Descriptor, MAX_MANIFEST_BYTES } from "./descriptor.ts";
import type { ReadableRepository } from "./store.ts";

export async function bytesOf(content: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of content) chunks.push(chunk);
  const [only, ...others] = chunks;
  return only !== undefined && others.length === 0 ? only : Buffer.concat(chunks);
}

export function streamOf(content: Buffer): Readable {
  return Readable.from([content]);
}

/** Small content (a manifest, a config, a component descriptor) as a whole. What claims to be larger is not even asked for. */
export async function readContent(
  repository: ReadableRepository,
  target: Descriptor,
  signal?: AbortSignal,
  most: number = MAX_MANIFEST_BYTES,
): Promise<Buffer> {
  if (target.size > most) {
    throw new TransferError("RESPONSE_TOO_LARGE", `${target.mediaType} ${target.digest} has ${target.size} bytes`, {
      where: repository.name,
      remedy: `At most ${most} bytes are read of a document of this kind; it is broken, or not what it says it is.`,
    });
  }
  return bytesOf(await repository.fetch(target, signal));
}

/** The descriptor of the manifest under a tag or digest; undefined where it does not exist. */
export async function resolveOrNone(
  from: ReadableRepository,
  reference: string,
  signal?: AbortSignal,
): Promise<Descriptor | undefined> {
  try {
    return await from.resolve(reference, signal);
  } catch (error) {
    if (error instanceof TransferError && error.code === "MANIFEST_UNKNOWN") return undefined;
    throw error;
  }
}
