import type { Finding } from "../../errors/finding.ts";
import { isConclusive, TransferError } from "../../errors/transfer-error.ts";
import { bytesOf } from "../../oci/content.ts";
import { type Descriptor, isManifest } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import { parseManifest } from "../../oci/manifest.ts";
import type { Repository, Store } from "../../oci/store.ts";
import type { RegistryError } from "../../stores/registry/error.ts";
import { printable } from "../../text/redact.ts";
import { isForeign } from "../source/graph.ts";
import { isAbsence } from "../source/locate.ts";
import type { Placement } from "../target/desired.ts";
import { keyOf } from "../target/inspect.ts";
import type { Plan } from "../target/plan.ts";
import { isAmbiguous, isMissingContent } from "./refusal.ts";

/**
 * Content that is at the target by the word of its registry alone: an answer to HEAD, a mount, or an earlier run. It is believed until a manifest
 * that refers to it is refused.
 */
export interface Claims {
  /** Sends the content of a refused manifest that this run has not sent. Resolves to whether there was any. */
  disprove(error: RegistryError, placement: Placement, content: Buffer): Promise<boolean>;
  /** Whether a mount happened: by HEAD, and by GET where HEAD denies it. */
  checkMount(placement: Placement): Promise<boolean>;
  findings(): readonly Finding[];
}

export interface ClaimsOptions {
  readonly target: Store;
  /** Keys of the content that this run has sent. */
  readonly sent: ReadonlySet<string>;
  /** Sends content as a piece of work of its own. */
  readonly send: (placement: Placement) => Promise<void>;
}

/** Bytes of a blob that is read completely to find out whether it is at the target; of a larger one, the first byte. */
const MAX_READ_BYTES = 1024 * 1024;

/** Digests that a finding lists. */
const MAX_LISTED = 5;

export function createClaims({ steps }: Plan, { target, sent, send }: ClaimsOptions, signal: AbortSignal): Claims {
  const placements = new Map(steps.map(({ placement }) => [keyOf(placement), placement]));
  const sending = new Map<string, Promise<void>>();
  const disproved = new Set<Digest>();

  /** What the registry says it has for a manifest. */
  function claimedFor({ needs, to }: Placement): Placement[] {
    return needs.flatMap((descriptor) => {
      const key = keyOf({ to, descriptor });
      const placement = placements.get(key);
      return placement === undefined || (sent.has(key) && !sending.has(key)) ? [] : [placement];
    });
  }

  async function isAtTarget({ to, descriptor }: Placement): Promise<boolean> {
    const repository = target.repository(to);
    try {
      if (isManifest(descriptor.mediaType)) await repository.resolve(descriptor.digest, signal);
      else if (descriptor.size <= MAX_READ_BYTES) await bytesOf(await repository.fetch(descriptor, signal));
      else await repository.probe?.(descriptor, signal);
      return true;
    } catch (error) {
      signal.throwIfAborted();
      if (isConclusive(error)) return false;
      throw error;
    }
  }

  /** An account without the right to read may have the right to push. */
  async function existsOrUnreadable(repository: Repository, descriptor: Descriptor): Promise<boolean> {
    try {
      return await repository.exists(descriptor, signal);
    } catch (error) {
      if (isAbsence(error)) return true;
      throw error;
    }
  }

  /** Once for all manifests that refer to the content. */
  function sendOnce(placement: Placement): Promise<void> {
    const key = keyOf(placement);
    const known = sending.get(key) ?? send(placement);
    sending.set(key, known);
    disproved.add(placement.descriptor.digest);
    return known;
  }

  return {
    async disprove(error, placement, content) {
      if (!isMissingContent(error) && !isAmbiguous(error)) return false;
      const claimed = claimedFor(placement);
      const isNamed = ({ descriptor }: Placement) => error.digests.includes(descriptor.digest);
      // Content that is being sent for another manifest was not there when this one was refused.
      const isWrong = async (each: Placement) => isNamed(each) || sending.has(keyOf(each)) || !(await isAtTarget(each));
      const wrong = await Promise.all(claimed.map(isWrong));
      const found = claimed.filter((_, index) => wrong[index]);
      const foreign = foreignLayersOf(placement, content).filter(isNamed);
      // A registry that lacks something, and serves all that it claims, is not to be believed at all.
      const isNothingFound = found.length + foreign.length === 0;
      const sent = isNothingFound && isMissingContent(error) ? claimed : found;
      await Promise.all([...sent.map(sendOnce), ...foreign.map((layer) => sendForeign(layer, send))]);
      return sent.length + foreign.length > 0;
    },
    async checkMount(placement) {
      const { to, descriptor } = placement;
      const isThere = (await existsOrUnreadable(target.repository(to), descriptor)) || (await isAtTarget(placement));
      if (!isThere) disproved.add(descriptor.digest);
      return isThere;
    },
    findings: () => (disproved.size === 0 ? [] : [misreported(target.name, [...disproved])]),
  };
}

/** Layers that are not copied, since registries need not have them (image-spec, layer.md, non-distributable layers). */
function foreignLayersOf({ descriptor, from, to }: Placement, content: Buffer): Placement[] {
  if (Buffer.isBuffer(from)) return [];
  const layers = parseManifest(content, descriptor.mediaType, to).layers.filter(isForeign);
  return layers.map((layer) => ({ descriptor: layer, needs: [], from, to }));
}

async function sendForeign(layer: Placement, send: (placement: Placement) => Promise<void>): Promise<void> {
  try {
    await send(layer);
  } catch (error) {
    if (!(error instanceof TransferError) || error.code !== "BLOB_UNKNOWN") throw error;
    const { digest, urls = [] } = layer.descriptor;
    const host = printable(URL.parse(urls[0] ?? "")?.host ?? "another place", 200);
    throw new TransferError(
      "BLOB_UNKNOWN",
      `the target requires the layer ${digest}, which its source leaves at ${host}`,
      {
        where: layer.to,
        remedy: "Push the layer to the registry of the source first, or have the target allow foreign layers.",
        cause: error,
      },
    );
  }
}

function misreported(host: string, digests: readonly string[]): Finding {
  const listed = digests.slice(0, MAX_LISTED).join(", ");
  const more = digests.length > MAX_LISTED ? ` and ${digests.length - MAX_LISTED} more` : "";
  return {
    code: "CONTENT_MISREPORTED",
    message: `${host} reported content, in answers to HEAD or to mounts, and then did not find it: ${listed}${more}. This run has sent it.`,
    remedy: "The copy is complete. Ask the operators of the registry: its index of content and its storage disagree.",
  };
}
