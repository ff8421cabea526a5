import { leftReferrers } from "../transfer/findings.ts";
import type { Gathered } from "../transfer/source/gather.ts";
import { type Plan, type Tagging, tagsToSet } from "../transfer/target/plan.ts";
import { referrersUnder, tagReferrers } from "../transfer/target/tag-referrers.ts";
import { planAliases } from "../transfer/write/alias-tags.ts";
import type { CopiedPlan } from "./copy-content.ts";
import type { Destination } from "./destination.ts";
import type { Run } from "./run.ts";

/** Sets the tags of content that is at the target: of component versions, their aliases and lists of referrers. Resolves to the plan with them. */
export async function publishCopy(
  run: Run,
  { plan: carriedOut, source }: CopiedPlan & { readonly source: Gathered },
  destination: Destination,
): Promise<Plan> {
  const { reporter, signal } = run;
  const { target } = destination;
  const aliases = await planAliases(source, carriedOut, target, signal);
  reporter.findings(aliases.findings);
  const referrers = await tagReferrers(carriedOut, target.registry, signal);
  const published = { ...carriedOut, tags: [...carriedOut.tags, aliases.tags] };
  reporter.plan({ ...published, tags: [referrers.tags, ...published.tags] });

  await target.registry.publish(tagsToSet(published), signal);
  const lists = await publishLists(referrers.tags, run, destination);
  const unlisted = referrersUnder(
    referrers.tags.filter((tag) => !lists.includes(tag)),
    carriedOut,
  );
  reporter.findings(leftReferrers([...referrers.left, ...unlisted]));
  return { ...published, tags: [lists, ...published.tags] };
}

/**
 * Sets the tags of lists of referrers, after all others: a target that refuses them has complete component versions all the same. Resolves to
 * the tags that are set.
 */
async function publishLists(
  tags: readonly Tagging[],
  { signal }: Run,
  { target }: Destination,
): Promise<readonly Tagging[]> {
  if (tags.length === 0) return [];
  try {
    await target.registry.publish(tagsToSet({ tags: [tags] }), signal);
    return tags;
  } catch {
    signal.throwIfAborted();
    return [];
  }
}
