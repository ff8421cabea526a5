import { errorsIn, isConclusive, TransferError, throwAll } from "../errors/transfer-error.ts";
import type { Gathered } from "../transfer/source/gather.ts";
import type { Plan } from "../transfer/target/plan.ts";
import { type TrustedKey, trustOf } from "../transfer/verify/trust.ts";
import { publishedInPart, takeBackAll } from "../transfer/write/publish.ts";
import { readBack } from "../transfer/write/read-back.ts";
import type { Destination } from "./preflight.ts";
import type { Run } from "./run.ts";

/**
 * Verifies what was written by reading it as somebody who comes later. What does not hold has its tags taken back, but in an archive,
 * which is left as it was written. Fails with READ_BACK_DIFFERS, as the way to the target does, or with PUBLISHED_IN_PART where tags
 * are left behind a way that was lost.
 */
export async function verifyCopy(
  { inputs, session, runner, signal }: Run,
  { plan, named }: { readonly plan: Plan; readonly named: Gathered["named"] },
  { target }: Destination,
  keys: readonly TrustedKey[],
): Promise<void> {
  if (inputs.target === undefined) return;
  const { registry } = target;
  try {
    const options = { concurrency: inputs.concurrency, attempts: inputs.retries, unpack: session.unpack };
    const versions = await readBack(plan, await session.reopenTarget(inputs.target), options, signal);
    const ids = new Set(named.map(({ descriptor }) => `${descriptor.name}:${descriptor.version}`));
    const copies = versions.map(({ version }) => version);
    const namedCopies = copies.filter(({ descriptor: { name, version } }) => ids.has(`${name}:${version}`));
    throwAll(trustOf({ named: namedCopies, versions }, keys).errors);
    runner.info(`read back and verified at ${target.display}: ${copies.length} component version(s)`);
  } catch (error) {
    const left = "commit" in registry ? undefined : await takeBackAll(plan, registry);
    const errors = errorsIn(error).filter(isConclusive);
    const [first] = errors;
    // A host that cannot be reached leaves open what it holds.
    const inconclusive = errorsIn(error).find((each) => !isConclusive(each));
    if (inconclusive !== undefined && left !== undefined && left.length > 0)
      throw publishedInPart(inconclusive, left, registry.name);
    if (inconclusive !== undefined || first === undefined) throw error;
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
    throw new TransferError(
      "READ_BACK_DIFFERS",
      `${target.display} does not hold what was written: ${first.message}${more}; ${fate(plan, left)}`,
      {
        where: target.display,
        remedy:
          "Run again; if it stays, ask the operators of the target what they delete or change, and after how long.",
        cause: first,
      },
    );
  }
}

function fate({ tags }: Plan, left: readonly string[] | undefined): string {
  if (tags.flat().every(({ kind }) => kind === "skip")) return "it was there before this run, which set no tag";
  if (left === undefined) return "the archive is left as it was written";
  return left.length === 0
    ? "the tags that were set are taken back"
    : `these tags could not be taken back: ${left.join(", ")}`;
}
