import { TransferError } from "../errors/transfer-error.ts";
import { readTrustedKeys } from "../setup/trusted-keys.ts";
import { deltaWritten, droppedGlobalAccesses, findingsOf, leftReferrers, unknownNames } from "../transfer/findings.ts";
import type { Plan } from "../transfer/target/plan.ts";
import { nameSource, unsignedNames } from "../transfer/target/signed-name.ts";
import { plannedToBeLeft } from "../transfer/target/tag-referrers.ts";
import { planAliases } from "../transfer/write/alias-tags.ts";
import { copyContent, planTransfer } from "./copy-content.ts";
import { describePlanned } from "./describe.ts";
import { openDestination } from "./destination.ts";
import { publishCopy } from "./publish.ts";
import { verifyCopy } from "./read-back.ts";
import { readSource } from "./read-source.ts";
import type { Run } from "./run.ts";
import { checkTrust } from "./trust.ts";
import { writeImages, writeInventory } from "./write-outputs.ts";

/** Copies component versions to the target and makes them relocatable there: source, plan, content, tags; then verified, or rolled back. */
export async function transfer(run: Run): Promise<void> {
  const { inputs, reporter, signal } = run;
  const destination = await openDestination(run);
  if (destination === undefined) throw targetMissing();
  const { target } = destination;
  const keys = await readTrustedKeys(inputs.signatures);

  const source = await readSource(run, destination);
  reporter.findings([...findingsOf(source), ...checkTrust(source, keys, reporter)]);
  reporter.findings(nameSource(inputs) === "signed" ? unsignedNames(source) : unknownNames(source));
  if (inputs.dryRun) {
    const planned = await planTransfer(run, source, destination);
    reporter.findings(droppedGlobalAccesses(planned.desired));
    const aliases = await planAliases(source, planned, target, signal);
    reporter.findings(aliases.findings);
    return reportDryRun({ ...planned, tags: [...planned.tags, aliases.tags] }, run);
  }

  const { plan: carriedOut, copied } = await copyContent(run, source, destination);
  reporter.findings(droppedGlobalAccesses(carriedOut.desired));
  const plan = await publishCopy(run, { plan: carriedOut, copied, source }, destination);
  await verifyCopy(run, { plan, copied, named: source.named }, destination, keys);
  reporter.versions(describePlanned(carriedOut, target, "written"));
  reporter.findings(deltaWritten(target.registry));
  await writeImages(run, plan, destination);
  await writeInventory(run, plan, destination);
}

function reportDryRun(plan: Plan, { reporter }: Run): void {
  reporter.findings(leftReferrers(plannedToBeLeft(plan)));
  reporter.plan(plan);
  reporter.dryRun(plan);
}

function targetMissing(): TransferError {
  return new TransferError("INPUT_MISSING", "target is not set", {
    where: "input target",
    remedy: "Name the repository to write to, for example registry.corp/ocm, or an archive, for example ./shop.tgz.",
  });
}
