import { errorMessage, TransferError } from "../errors/transfer-error.ts";
import type { Store, TagChange } from "./store.ts";

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
  const set: TagChange[] = [];
  try {
    for (const group of groups) {
      const results = await Promise.allSettled(
        group.map(async (change) => {
          // Recorded before the response: a registry may set a tag and fail to say so.
          set.push(change);
          await store.repository(change.repository).tag(change.target, change.tag, signal);
        }),
      );
      const failed = results.find((result) => result.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    }
  } catch (error) {
    const left = await restoreTags(set, store);
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

/** Moves tags back, or deletes those that are new. Resolves to the tags that the registry does not allow to delete or move. */
export async function restoreTags(changes: readonly TagChange[], store: TaggedStore): Promise<readonly string[]> {
  const results = await Promise.all(
    changes.map(async (change) => ({ change, isRestored: await restoreTag(change, store) })),
  );
  return results.flatMap(({ change, isRestored }) => (isRestored ? [] : [`${change.repository}:${change.tag}`]));
}

/** Only for tags that this transfer set: one that was never set, or that another client has moved since, is left alone. */
async function restoreTag({ repository: name, tag, target, before }: TagChange, store: TaggedStore): Promise<boolean> {
  const repository = store.repository(name);
  try {
    const now = await repository.resolve(tag);
    if (now.digest !== target.digest) return true;
    if (before === undefined) return await repository.untag(tag);
    await repository.tag(before, tag);
    return true;
  } catch (error) {
    return error instanceof TransferError && error.code === "MANIFEST_UNKNOWN";
  }
}
