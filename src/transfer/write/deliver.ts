import type { Transform } from "node:stream";
import { createLimiter } from "../../bounds/limiter.ts";
import type { Finding } from "../../errors/finding.ts";
import { isConclusive } from "../../errors/transfer-error.ts";
import { asSeparateWork } from "../../net/work.ts";
import { type Descriptor, isManifest } from "../../oci/descriptor.ts";
import type { ReadableRepository, Store } from "../../oci/store.ts";
import type { Placement } from "../target/desired.ts";
import { keyOf } from "../target/inspect.ts";
import type { Plan, Step } from "../target/plan.ts";
import { supportsReferrersApi } from "../target/tag-referrers.ts";
import { createClaims } from "./claims.ts";
import { drainBlob, moveBlob } from "./move-blob.ts";
import { writeManifest } from "./write-manifest.ts";

export interface DeliveryOptions {
  readonly target: Store;
  /** Blobs that are copied at the same time. */
  readonly concurrency: number;
  readonly attempts: number;
  readonly onBytes: (count: number) => void;
}

/** The outcome of a plan, by the keys of its steps. */
export interface Copied {
  /** Content that this run has sent; the rest is at the target by the word of its registry. */
  readonly sent: ReadonlySet<string>;
  /** Referrers that the target does not take, or that are lost at their source. */
  readonly left: ReadonlySet<string>;
  readonly findings: readonly Finding[];
}

export interface Delivery {
  /** Moves the content of a step; resolves to what became of it. */
  perform(step: Step, passing?: () => Transform): Promise<Step["kind"]>;
  /** Reads a blob that is not copied, so that it can be compared. */
  drain(from: ReadableRepository, blob: Descriptor, passing: () => Transform): Promise<void>;
  copied(): Copied;
}

/**
 * Moves content to a target, and remembers what of it this run has sent itself. `underWay` resolves when the step with this key is over.
 */
export function createDelivery(
  plan: Plan,
  options: DeliveryOptions & { readonly underWay: (key: string) => Promise<void> | undefined },
  signal: AbortSignal,
): Delivery {
  const { target, attempts, underWay } = options;
  const moving = { ...options, limiter: createLimiter(options.concurrency) };
  const [sent, left, performed] = [new Set<string>(), new Set<string>(), new Set<string>()];
  const planned = new Set(plan.steps.map(({ placement }) => keyOf(placement)));
  const claims = createClaims(plan, { target, sent, send: sendAgain }, signal);
  let askingForReferrers: Promise<boolean> | undefined;

  /** Requested for the first subject that exists: for a missing one, registries answer anything. The answer holds for the whole target. */
  function supportsReferrers(repository: string, subject: Descriptor): Promise<boolean> {
    askingForReferrers ??= supportsReferrersApi(target.repository(repository), subject, signal);
    return askingForReferrers;
  }

  async function move(step: Step, passing?: () => Transform): Promise<Step["kind"]> {
    const { kind, placement } = step;
    const { about, to, needs } = placement;
    if (kind === "skip" || kind === "left") return kind;
    if (about !== undefined) {
      if (needs.some((descriptor) => left.has(keyOf({ to, descriptor })))) return "left";
      if (!about.isTaggable && !(await supportsReferrers(to, about.subject))) return "left";
    }
    if (kind === "mount" && (await mount(placement, step.from))) return "mount";
    await send(placement, passing);
    return kind === "mount" ? "copy" : kind;
  }

  /** Mounted blobs are requested after the mount, and most of them not before (see `placementsToAsk`). */
  async function mount(placement: Placement, from: string): Promise<boolean> {
    const { to, descriptor } = placement;
    return (await target.repository(to).mount(descriptor, from, signal)) && (await claims.checkMount(placement));
  }

  async function send(placement: Placement, passing?: () => Transform): Promise<void> {
    const to = target.repository(placement.to);
    if (isManifest(placement.descriptor.mediaType)) await writeManifest(placement, to, { attempts, claims }, signal);
    else await moveBlob(placement, to, moving, signal, passing);
    sent.add(keyOf(placement));
  }

  async function sendAgain(placement: Placement): Promise<void> {
    const key = keyOf(placement);
    // A step that is not over sends its content itself: the manifest was refused too early.
    if (!performed.has(key) && planned.has(key)) await underWay(key);
    else await asSeparateWork(() => send(placement));
  }

  return {
    async perform(step, passing) {
      const kind = await move(step, passing).catch((error): Step["kind"] => {
        signal.throwIfAborted();
        // Referrers are no part of a component version: what is attached to an image does not end a transfer.
        if (step.placement.about === undefined || !isConclusive(error)) throw error;
        return "left";
      });
      performed.add(keyOf(step.placement));
      if (kind === "left") left.add(keyOf(step.placement));
      return kind;
    },
    drain: (from, blob, passing) => drainBlob(from, blob, moving, signal, passing),
    copied: () => ({ sent, left, findings: claims.findings() }),
  };
}
