import { setTimeout as sleep } from "node:timers/promises";
import { backoff } from "../../net/retryable.ts";
import { takeRepetition } from "../../net/work.ts";
import { bytesOf } from "../../oci/content.ts";
import type { Repository } from "../../oci/store.ts";
import { explained, RegistryError } from "../../stores/registry/error.ts";
import type { Placement } from "../target/desired.ts";
import type { Claims } from "./claims.ts";
import { isMissingContent, refusalOf } from "./refusal.ts";

export interface WriteOptions {
  readonly attempts: number;
  readonly claims: Pick<Claims, "disprove">;
}

/**
 * Writes a manifest by its digest. Where the target refuses it, content that the target only claimed to have is sent, and the manifest
 * once more. Content that was accepted is waited for as long as there are attempts. Fails with ACCEPTED_CONTENT_UNKNOWN, or with the refusal.
 */
export async function writeManifest(
  placement: Placement,
  to: Repository,
  { attempts, claims }: WriteOptions,
  signal: AbortSignal,
): Promise<void> {
  const { descriptor, from } = placement;
  const content = Buffer.isBuffer(from) ? from : await bytesOf(await from.fetch(descriptor, signal));
  let isHealed = false;
  for (;;) {
    const refusal = await push();
    if (refusal === undefined) return;
    if (!isHealed && (await claims.disprove(refusal, placement, content))) {
      isHealed = true;
      // The manifest is sent once more in any case: it is not the same request any longer.
      takeRepetition(attempts);
      continue;
    }
    if (!isMissingContent(refusal)) throw refusalOf(refusal, placement, content);
    const repetition = takeRepetition(attempts);
    if (repetition === undefined) throw acceptedButUnknown(refusal, placement);
    await sleep(backoff(repetition, Math.random()), undefined, { signal });
  }

  async function push(): Promise<RegistryError | undefined> {
    try {
      await to.push(descriptor, content, signal);
      return undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof RegistryError) return error;
      throw error;
    }
  }
}

function acceptedButUnknown(refusal: RegistryError, { needs }: Placement): RegistryError {
  return explained(refusal, {
    code: "ACCEPTED_CONTENT_UNKNOWN",
    more: `all ${needs.length} blobs and manifests of it were accepted before`,
  });
}
