import { setTimeout as sleep } from "node:timers/promises";
import type { Finding } from "../../errors/finding.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import { backoff } from "../../net/retryable.ts";
import { asOneWork, takeRepetition } from "../../net/work.ts";
import { isManifest } from "../../oci/descriptor.ts";
import type { ReadableStore, Store } from "../../oci/store.ts";
import { RegistryError } from "../../stores/registry/error.ts";
import type { Placement } from "../target/desired.ts";
import { keyOf } from "../target/inspect.ts";
import { type Plan, type Step, tagsToSet } from "../target/plan.ts";
import type { Copied } from "./deliver.ts";

export interface ConfirmOptions {
  /** The store that the transfer wrote to. */
  readonly target: Store;
  /** The same without what this run has cached. */
  readonly reopened: () => Promise<ReadableStore>;
  readonly attempts: number;
}

/**
 * Requests every manifest that a transfer published, by its digest: those that it sent, and those below its tags. HEAD is enough where
 * this run sent the manifest; one that the registry only claimed to have is read. Blobs that it claimed to have are requested as well
 * where its HEAD was wrong, or denied nothing. Resolves to a finding where the account has no right to read. Fails with
 * MANIFEST_UNKNOWN, or with the error of what the registry returns instead.
 */
export async function confirmPublished(
  plan: Plan,
  { sent, findings }: Pick<Copied, "sent" | "findings">,
  { target, reopened, attempts }: ConfirmOptions,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  let reopening: Promise<ReadableStore> | undefined;

  async function confirm(placement: Placement): Promise<void> {
    const repository = target.repository(placement.to);
    if (!sent.has(keyOf(placement))) await repository.resolve(placement.descriptor.digest, signal);
    else if (!(await repository.exists(placement.descriptor, signal))) await asOneWork(() => readLater(placement));
  }

  /** A registry may deny by HEAD what it has, or find a manifest only after a while. */
  async function readLater({ to, descriptor }: Placement): Promise<void> {
    for (;;) {
      try {
        reopening ??= reopened();
        await (await reopening).repository(to).resolve(descriptor.digest, signal);
        return;
      } catch (error) {
        signal.throwIfAborted();
        const isUnknown = error instanceof TransferError && error.code === "MANIFEST_UNKNOWN";
        const repetition = isUnknown ? takeRepetition(attempts) : undefined;
        if (repetition === undefined) throw error;
        await sleep(backoff(repetition, Math.random()), undefined, { signal });
      }
    }
  }

  const published = publishedIn(plan, sent);
  const claimed = isHeadTrusted(plan, { findings }) ? [] : claimedBlobs(published, sent);
  const results = await Promise.allSettled([
    ...published.map(confirm),
    ...claimed.map(({ to, descriptor }) => target.repository(to).probe?.(descriptor, signal)),
  ]);
  const errors = results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  const failure = errors.find((error) => !isReadDenied(error));
  if (failure !== undefined) throw failure;
  return errors.length === 0 ? [] : [notRead(target.name)];
}

/** Manifests of the plan that a later reader finds from its tags, and all that the transfer sent. */
function publishedIn(plan: Plan, sent: ReadonlySet<string>): Placement[] {
  const manifests = new Map(
    plan.steps
      .filter(({ kind, placement }) => kind !== "left" && isManifest(placement.descriptor.mediaType))
      .map(({ placement }) => [keyOf(placement), placement]),
  );
  const published = new Set([...manifests.keys()].filter((key) => sent.has(key)));
  const visit = (key: string): void => {
    const placement = manifests.get(key);
    if (placement === undefined) return;
    published.add(key);
    for (const descriptor of placement.needs) visit(keyOf({ to: placement.to, descriptor }));
  };
  for (const { repository: to, target: descriptor } of tagsToSet(plan).flat()) visit(keyOf({ to, descriptor }));
  return [...manifests].flatMap(([key, placement]) => (published.has(key) ? [placement] : []));
}

/** Whether HEAD was right as far as a transfer knows: a registry that has denied no blob of a new copy may have none. */
export function isHeadTrusted({ steps, tags }: Plan, { findings }: Pick<Copied, "findings">): boolean {
  const isDenied = ({ kind, placement }: Step) =>
    (kind === "copy" || kind === "write") && !isManifest(placement.descriptor.mediaType);
  const isNew = tags.flat().some(({ kind }) => kind === "tag");
  return findings.length === 0 && (!isNew || steps.some(isDenied));
}

function claimedBlobs(
  published: readonly Placement[],
  sent: ReadonlySet<string>,
): Pick<Placement, "to" | "descriptor">[] {
  const blobs = published.flatMap(({ to, needs }) => needs.map((descriptor) => ({ to, descriptor })));
  const unique = new Map(blobs.map((blob) => [keyOf(blob), blob]));
  return [...unique].flatMap(([key, blob]) => (isManifest(blob.descriptor.mediaType) || sent.has(key) ? [] : [blob]));
}

/** An account may have the right to push alone. */
function isReadDenied(error: unknown): boolean {
  return error instanceof RegistryError && (error.status === 401 || error.status === 403);
}

function notRead(host: string): Finding {
  return {
    code: "READ_BACK_DENIED",
    message: `${host} does not let this account read what it pushed: the copy was not requested again.`,
    remedy: "Give the credentials the right to pull as well.",
  };
}
