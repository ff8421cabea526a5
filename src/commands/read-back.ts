import { errorsIn, isConclusive, TransferError, throwAll } from "../errors/transfer-error.ts";
import { publishedInPart } from "../oci/publish-tags.ts";
import type { Rollback, Store } from "../oci/store.ts";
import type { RepositorySpec } from "../ocm/descriptor/component-reference.ts";
import type { Gathered } from "../transfer/source/gather.ts";
import { type Plan, tagsToSet } from "../transfer/target/plan.ts";
import { type TrustedKey, trustOf } from "../transfer/verify/trust.ts";
import { confirmPublished, isHeadTrusted } from "../transfer/write/confirm.ts";
import type { Copied } from "../transfer/write/deliver.ts";
import { readBack } from "../transfer/write/read-back.ts";
import type { Destination } from "./destination.ts";
import type { Run } from "./run.ts";

export interface Published {
  readonly plan: Plan;
  readonly copied: Copied;
  readonly named: Gathered["named"];
}

/**
 * Verifies the copy by requesting what was published, with `signatures` also by reading it as a later reader does, and rolls it back where
 * it does not verify: tags are restored, a committed archive stays as it was written. Fails with READ_BACK_DIFFERS, with the error of a
 * target that cannot be reached, or with PUBLISHED_IN_PART where tags could not be restored.
 */
export async function verifyCopy(
  run: Run,
  published: Published,
  { target }: Destination,
  keys: readonly TrustedKey[],
): Promise<void> {
  const { registry } = target;
  try {
    if (registry.kind === "registry") await confirm(run, published, registry);
    if (keys.length > 0) await readSigned(run, published, keys);
  } catch (error) {
    const rollback = await registry.rollback(tagsToSet(published.plan).flat());
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
      `${target.display} does not hold what was written: ${first.message}${more}; ${outcome(published.plan, rollback)}`,
      {
        where: target.display,
        remedy:
          "Run again; if it stays, ask the operators of the target what they delete or change, and after how long.",
        cause: first,
      },
    );
  }
}

async function confirm(
  { inputs, session, reporter, signal }: Run,
  { plan, copied }: Published,
  target: Store,
): Promise<void> {
  const reopened = async () => (await session.reopenTarget(targetOf(inputs))).registry;
  const options = { target, reopened, attempts: inputs.retries };
  reporter.findings(await confirmPublished(plan, copied, options, signal));
}

async function readSigned(
  { inputs, session, reporter, signal }: Run,
  { plan, copied, named }: Published,
  keys: readonly TrustedKey[],
): Promise<void> {
  const target = await session.reopenTarget(targetOf(inputs));
  const options = {
    concurrency: inputs.concurrency,
    attempts: inputs.retries,
    unpack: session.unpack,
    isHeadTrusted: isHeadTrusted(plan, copied),
  };
  const versions = await readBack(plan, target, options, signal);
  const ids = new Set(named.map(({ descriptor }) => `${descriptor.name}:${descriptor.version}`));
  const copies = versions.map(({ version }) => version);
  const namedCopies = copies.filter(({ descriptor: { name, version } }) => ids.has(`${name}:${version}`));
  throwAll(trustOf({ named: namedCopies, versions }, keys).errors);
  reporter.info(`read back and verified at ${target.display}: ${copies.length} component version(s)`);
}

function targetOf({ target }: Run["inputs"]): RepositorySpec {
  if (target === undefined) throw new Error("without a target nothing is published");
  return target;
}

function outcome({ tags }: Plan, rollback: Rollback): string {
  if (tags.flat().every(({ kind }) => kind === "skip")) return "it was there before this run, which set no tag";
  if (rollback.kind === "committed") return "the archive is left as it was written";
  const { left, moved } = rollback;
  return [
    ...(left.length + moved.length === 0 ? ["the tags that were set are taken back"] : []),
    ...(left.length === 0 ? [] : [`these tags could not be taken back: ${left.join(", ")}`]),
    ...(moved.length === 0 ? [] : [`these tags lead to another manifest now, and are left: ${moved.join(", ")}`]),
  ].join("; ");
}
