import { errorMessage, TransferError } from "../../errors/transfer-error.ts";
import type { Registry } from "../../oci/store.ts";
import type { Plan, Tagging } from "../target/plan.ts";

/**
 * Sets the tags of the whole transfer, in one short window after everything else. When one cannot be set, those that were are taken
 * back, so that a reader sees all of the transfer or nothing.
 */
export async function publish(plan: Plan, target: Registry, signal?: AbortSignal): Promise<void> {
  const set: Tagging[] = [];
  try {
    for (const group of plan.tags) {
      const results = await Promise.allSettled(
        group
          .filter(({ kind }) => kind === "tag")
          .map(async (tagging) => {
            // Remembered before the answer is there: a registry that sets a tag may not get round to say so.
            set.push(tagging);
            await target.repository(tagging.repository).tag(tagging.target, tagging.tag, signal);
          }),
      );
      const failed = results.find((result) => result.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    }
  } catch (error) {
    const left = await takeBack(set, target);
    if (left.length === 0) throw error;
    throw publishedInPart(error, left, target.name);
  }
}

/** The error for what failed when tags are left that could not be taken back. */
export function publishedInPart(failure: unknown, left: readonly string[], where: string): TransferError {
  return new TransferError(
    "PUBLISHED_IN_PART",
    `${errorMessage(failure)}; these tags could not be taken back: ${left.join(", ")}`,
    {
      where,
      remedy: "Mend the cause and run again, which completes the transfer, or delete these tags by hand.",
      cause: failure,
    },
  );
}

/** Takes all tags back that the transfer set; resolves to those that are left. */
export function takeBackAll(plan: Plan, target: Registry): Promise<string[]> {
  return takeBack(
    plan.tags.flat().filter(({ kind }) => kind === "tag"),
    target,
  );
}

/** The tags that are left, since the registry did not allow to delete or move them. */
async function takeBack(set: readonly Tagging[], target: Registry): Promise<string[]> {
  const results = await Promise.all(
    set.map(async (tagging) => ({ tagging, isBack: await isTakenBack(tagging, target) })),
  );
  return results.flatMap(({ tagging, isBack }) => (isBack ? [] : [`${tagging.repository}:${tagging.tag}`]));
}

/** Only what this transfer set is touched: a tag that never came to be, or that somebody moved since, is not ours. */
async function isTakenBack({ repository, tag, target: ours, before }: Tagging, target: Registry): Promise<boolean> {
  const tags = target.repository(repository);
  try {
    const now = await tags.resolve(tag);
    if (now.digest !== ours.digest) return true;
    if (before === undefined) return await tags.untag(tag);
    await tags.tag(before, tag);
    return true;
  } catch (error) {
    return error instanceof TransferError && error.code === "MANIFEST_UNKNOWN";
  }
}
