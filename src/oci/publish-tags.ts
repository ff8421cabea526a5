import { errorMessage, TransferError } from "../errors/transfer-error.ts";
import type { Digest } from "./digest.ts";
import type { Repository, RestoredTags, Store, TagChange } from "./store.ts";

type TaggedStore = Pick<Store, "name" | "repository">;

/**
 * Publishes by tags, for stores without a commit: in one short window after everything else. When one tag cannot be set, all that were set
 * are restored, so that a reader finds the complete transfer or nothing of it.
 */
export async function publishTags(
  groups: readonly (readonly TagChange[])[],
  store: TaggedStore,
  signal?: AbortSignal,
): Promise<void> {
  const set: SetTag[] = [];
  try {
    for (const group of groups) {
      const results = await Promise.allSettled(
        group.map(async (change) => {
          const repository = store.repository(change.repository);
          const now = await repository.resolve(change.tag, signal).catch(() => undefined);
          // Another transfer of the same content has set it meanwhile, and its tags are not to be taken back.
          if (now?.digest === change.target.digest) return;
          // Recorded before the response: a registry may set a tag and fail to say so.
          const recorded = { change, isRewritten: false };
          set.push(recorded);
          try {
            await repository.tag(change.target, change.tag, signal);
          } catch (error) {
            recorded.isRewritten = error instanceof TransferError && error.code === "READ_BACK_DIFFERS";
            throw error;
          }
        }),
      );
      const failed = results.find((result) => result.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    }
  } catch (error) {
    const { left } = await restore(set, store);
    if (left.length === 0) throw error;
    throw publishedInPart(error, left, store.name);
  }
}

/** The error for a failure after which published tags could not be restored. */
export function publishedInPart(failure: unknown, left: readonly string[], where: string): TransferError {
  return new TransferError(
    "PUBLISHED_IN_PART",
    `${errorMessage(failure)}; these tags could not be taken back: ${left.join(", ")}`,
    {
      where,
      remedy: "Repair the cause and run again, which completes the transfer, or delete these tags by hand.",
      cause: failure,
    },
  );
}

/** Moves tags back, or deletes those that are new. */
export function restoreTags(changes: readonly TagChange[], store: TaggedStore): Promise<RestoredTags> {
  return restore(
    changes.map((change) => ({ change, isRewritten: false })),
    store,
  );
}

interface SetTag {
  readonly change: TagChange;
  /** Whether the registry stored another manifest under it than the one that was sent. */
  isRewritten: boolean;
}

async function restore(set: readonly SetTag[], store: TaggedStore): Promise<RestoredTags> {
  const results = await Promise.all(
    set.map(async (each) => ({
      name: `${each.change.repository}:${each.change.tag}`,
      ...(await restoreTag(each, store)),
    })),
  );
  const named = (state: Restored["state"]) => results.filter((result) => result.state === state);
  return {
    left: named("left").map(({ name }) => name),
    moved: named("moved").map(({ name, now }) => `${name} (${now})`),
  };
}

interface Restored {
  readonly state: "restored" | "left" | "moved";
  readonly now?: Digest | undefined;
}

/** Only for tags that this transfer set: one that was never set, or that another client has moved since, is left alone. */
async function restoreTag({ change, isRewritten }: SetTag, store: TaggedStore): Promise<Restored> {
  const { repository: name, tag, target, before } = change;
  const repository = store.repository(name);
  try {
    const now = await digestOf(repository, tag);
    if (now === before?.digest) return { state: "restored" };
    if (now !== undefined && now !== target.digest && !isRewritten) return { state: "moved", now };
    await (before === undefined ? repository.untag(tag) : repository.tag(before, tag));
    // What an answer claims is not what the registry does.
    return { state: (await digestOf(repository, tag)) === before?.digest ? "restored" : "left" };
  } catch {
    return { state: "left" };
  }
}

async function digestOf(repository: Repository, tag: string): Promise<Digest | undefined> {
  try {
    return (await repository.resolve(tag)).digest;
  } catch (error) {
    if (error instanceof TransferError && error.code === "MANIFEST_UNKNOWN") return undefined;
    throw error;
  }
}
