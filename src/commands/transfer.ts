import { TransferError } from "../errors/transfer-error.ts";
import { writeOutput } from "../files/write-output.ts";
import { formatInventory } from "../stores/inventory/inventory.ts";
import { deltaWritten, droppedGlobalAccesses, findingsOf, leftReferrers, unknownNames } from "../transfer/findings.ts";
import { writeImageFiles } from "../transfer/images/image-files.ts";
import { deployedImages, movedImages } from "../transfer/images/moved-images.ts";
import { inventoryOf } from "../transfer/inventory.ts";
import { type Plan, type Tagging, tagsToSet } from "../transfer/target/plan.ts";
import { nameSource, unsignedNames } from "../transfer/target/signed-name.ts";
import { plannedToBeLeft, referrersUnder, tagReferrers } from "../transfer/target/tag-referrers.ts";
import { planAliases } from "../transfer/write/alias-tags.ts";
import { copyContent, planTransfer } from "./copy-content.ts";
import { describePlanned } from "./describe.ts";
import { type Destination, imageNames, openDestination } from "./destination.ts";
import { verifyCopy } from "./read-back.ts";
import { readSource } from "./read-source.ts";
import type { Run } from "./run.ts";
import { checkTrust } from "./trust.ts";
import { readTrustedKeys } from "./trusted-keys.ts";

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
  const plan = { ...published, tags: [lists, ...published.tags] };
  await verifyCopy(run, { plan, copied, named: source.named }, destination, keys);
  reporter.versions(describePlanned(carriedOut, target, "written"));
  reporter.findings(deltaWritten(target.registry));
  await writeImages(run, plan, destination);
  await writeInventory(run, plan, destination);
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

function reportDryRun(plan: Plan, { reporter }: Run): void {
  reporter.findings(leftReferrers(plannedToBeLeft(plan)));
  reporter.plan(plan);
  reporter.dryRun(plan);
}

/** At the very end: a file with images that are not published yet could be deployed. */
async function writeImages(run: Run, { desired }: Plan, destination: Destination): Promise<void> {
  const { inputs, reporter, workspace } = run;
  const names = imageNames(run, destination);
  const images = deployedImages(movedImages(desired, names));
  const files = await writeImageFiles(inputs.writeImages, { ...names, images, workspace });
  for (const file of files) reporter.file(file);
}

async function writeInventory(run: Run, plan: Plan, { target }: Destination): Promise<void> {
  const { inputs, reporter, workspace } = run;
  const path = inputs.writeInventory;
  if (path === "") return;
  const text = formatInventory(inventoryOf(plan, target.path));
  await writeOutput(path, text, { workspace, where: "input write-inventory" });
  reporter.file({ format: "inventory", path });
}

function targetMissing(): TransferError {
  return new TransferError("INPUT_MISSING", "target is not set", {
    where: "input target",
    remedy: "Name the repository to write to, for example registry.corp/ocm, or an archive, for example ./shop.tgz.",
  });
}
