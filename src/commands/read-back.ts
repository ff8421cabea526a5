import { errorsIn, isConclusive, TransferError, throwAll } from "../errors/transfer-error.ts";
import { publishedInPart } from "../oci/publish-tags.ts";
import type { Rollback } from "../oci/store.ts";
import type { Gathered } from "../transfer/source/gather.ts";
import { type Plan, tagsToSet } from "../transfer/target/plan.ts";
import { type TrustedKey, trustOf } from "../transfer/verify/trust.ts";
import { readBack } from "../transfer/write/read-back.ts";
import type { Destination } from "./destination.ts";
import type { Run } from "./run.ts";

/**
 * Verifies the copy by reading it as a later reader does, and rolls it back where it does not verify: tags are restored, a committed
 * archive stays as it was written. Fails with READ_BACK_DIFFERS, with the error of a target that cannot be reached, or with
 * PUBLISHED_IN_PART where tags could not be restored.
 */
export async function verifyCopy(
  { inputs, session, reporter, signal }: Run,
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
    reporter.info(`read back and verified at ${target.display}: ${copies.length} component version(s)`);
  } catch (error) {
    const rollback = await registry.rollback(tagsToSet(plan).flat());
    const errors = errorsIn(error).filter(isConclusive);
    const [first] = errors;
    // A target that cannot be reached proves nothing about its content.
    const inconclusive = errorsIn(error).find((each) => !isConclusive(each));
    if (inconclusive !== undefined && rollback.kind === "tags" && rollback.left.length > 0) {
      throw publishedInPart(inconclusive, rollback.left, registry.name);
    }
    if (inconclusive !== undefined || first === undefined) throw error;
    const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : "";
    throw new TransferError(
      "READ_BACK_DIFFERS",
      `${target.display} does not hold what was written: ${first.message}${more}; ${outcome(plan, rollback)}`,
      {
        where: target.display,
        remedy:
          "Run again; if it stays, ask the operators of the target what they delete or change, and after how long.",
        cause: first,
      },
    );
  }
}

function outcome({ tags }: Plan, rollback: Rollback): string {
  if (tags.flat().every(({ kind }) => kind === "skip")) return "it was there before this run, which set no tag";
  if (rollback.kind === "committed") return "the archive is left as it was written";
  return rollback.left.length === 0
    ? "the tags that were set are taken back"
    : `these tags could not be taken back: ${rollback.left.join(", ")}`;
}
