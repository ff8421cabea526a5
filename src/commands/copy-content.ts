import { movedImages } from "../transfer/images/moved-images.ts";
import { referenceMap } from "../transfer/images/reference-map.ts";
import type { Gathered } from "../transfer/source/gather.ts";
import { withFallback } from "../transfer/target/fallback.ts";
import { type Plan, withoutLeft } from "../transfer/target/plan.ts";
import { prepare } from "../transfer/target/prepare.ts";
import { nameSource } from "../transfer/target/signed-name.ts";
import { copy } from "../transfer/write/copy.ts";
import type { Copied } from "../transfer/write/deliver.ts";
import { ManifestRefused } from "../transfer/write/refusal.ts";
import { describePlanned } from "./describe.ts";
import { consumerOf, type Destination, imageNames } from "./destination.ts";
import type { Run } from "./run.ts";

/** Decides on every step, and reports the plan. Nothing is written. */
export async function planTransfer(run: Run, source: Gathered, destination: Destination): Promise<Plan> {
  const { inputs, reporter, signal } = run;
  const { target } = destination;
  const plan = await prepare(
    source,
    {
      target,
      form: inputs.access,
      descriptorFormat: inputs.descriptorFormat,
      published: inputs.publishArtifacts,
      names: nameSource(inputs),
      renames: inputs.renames,
      originNames: inputs.originNames,
      consumer: consumerOf(run),
      globalAccess: inputs.globalAccess,
      existing: inputs.existing,
      existingVersion: destination.existing,
      base: {
        repositories: inputs.baseRepositories,
        isRead: inputs.signatures.length > 0,
        concurrency: inputs.concurrency,
        attempts: inputs.retries,
      },
    },
    signal,
  );
  const names = imageNames(run, destination);
  reporter.plan(plan);
  reporter.images(referenceMap(movedImages(plan.desired, names), names));
  reporter.versions(describePlanned(plan, target, "planned"));
  return plan;
}

/** A plan that was carried out, but for its tags. */
export interface CopiedPlan {
  readonly plan: Plan;
  readonly copied: Copied;
}

/**
 * Copies everything but the tags. Manifests that the target refuses are planned and copied again in the form of access-fallback, kind
 * after kind. Resolves to the plan that was carried out, without what had to be left.
 */
export async function copyContent(run: Run, first: Gathered, destination: Destination): Promise<CopiedPlan> {
  for (let source = first; ; ) {
    const plan = await planTransfer(run, source, destination);
    const copied = await copyUnlessRefused(plan, run, destination);
    if (!(copied instanceof ManifestRefused)) return { plan: withoutLeft(plan, copied.left), copied };
    source = await inOtherForm(source, copied, run);
  }
}

async function copyUnlessRefused(
  plan: Plan,
  { inputs, reporter, signal }: Run,
  { target }: Destination,
): Promise<Copied | ManifestRefused> {
  const progress = reporter.progress(plan);
  const { concurrency, retries: attempts } = inputs;
  try {
    const copied = await copy(plan, { target: target.registry, concurrency, attempts, ...progress.events }, signal);
    reporter.findings(copied.findings);
    return copied;
  } catch (error) {
    if (error instanceof ManifestRefused) return error;
    throw error;
  } finally {
    progress.stop();
  }
}

/** Throws the refusal where no other form is allowed, or none would change anything. */
async function inOtherForm(source: Gathered, refusal: ManifestRefused, run: Run): Promise<Gathered> {
  const { inputs, session, reporter, signal } = run;
  if (inputs.accessFallback === "none") throw refusal;
  const fallback = { form: inputs.accessFallback, refused: refusal.refused };
  const other = await withFallback(source, { ...fallback, folder: session.temp, attempts: inputs.retries }, signal);
  if (other === undefined) throw refusal;
  reporter.finding(other.finding);
  return other.gathered;
}
