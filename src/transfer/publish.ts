import { errorMessage, TransferError } from "../errors.ts";
import type { Registry } from "../registry/registry.ts";
import type { Plan, Tagging } from "./plan.ts";

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
            await target.repository(tagging.repository).tag(tagging.target, tagging.tag, signal);
            set.push(tagging);
          }),
      );
      const failed = results.find((result) => result.status === "rejected");
      if (failed !== undefined) throw failed.reason;
    }
  } catch (error) {
    const left = await takeBack(set, target);
    if (left.length === 0) throw error;
    throw new TransferError(
      "PUBLISHED_IN_PART",
      `${errorMessage(error)}; these tags could not be taken back: ${left.join(", ")}`,
      {
        where: target.name,
        remedy: "Mend the cause and run again, which completes the transfer, or delete these tags by hand.",
        cause: error,
      },
    );
  }
}

/** The tags that are left, since the registry did not allow to delete or move them. */
async function takeBack(set: readonly Tagging[], target: Registry): Promise<string[]> {
  const left: string[] = [];
  for (const { repository, tag, before } of set.toReversed()) {
    try {
      const isBack =
        before === undefined
          ? await target.repository(repository).untag(tag)
          : await target
              .repository(repository)
              .tag(before, tag)
              .then(() => true);
      if (!isBack) left.push(`${repository}:${tag}`);
    } catch {
      left.push(`${repository}:${tag}`);
    }
  }
  return left;
}
