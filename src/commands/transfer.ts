import type { Finding } from "../errors/finding.ts";
import { TransferError } from "../errors/transfer-error.ts";
import type { ComponentVersion } from "../ocm/repository/component-version.ts";
import { createProgress } from "../report/progress.ts";
import type { ComponentVersionResult } from "../report/results.ts";
import { findingsOf, leftReferrers } from "../transfer/findings.ts";
import { writeImageFiles } from "../transfer/images/image-files.ts";
import { movedImages } from "../transfer/images/moved-images.ts";
import { type ImageNames, referenceMap } from "../transfer/images/reference-map.ts";
import type { Gathered } from "../transfer/source/gather.ts";
import { fallbackFinding, withFallback } from "../transfer/target/fallback.ts";
import { keyOf } from "../transfer/target/inspect.ts";
import { type Plan, tagsToSet } from "../transfer/target/plan.ts";
import { prepare } from "../transfer/target/prepare.ts";
import { nameSource, unsignedNames } from "../transfer/target/signed-name.ts";
import { plannedToBeLeft, tagReferrers } from "../transfer/target/tag-referrers.ts";
import { copy, ManifestRefused } from "../transfer/write/copy.ts";
import { describeComponentVersion } from "./describe.ts";
import { type Destination, gatherWithPreflight, openDestination } from "./preflight.ts";
import { verifyCopy } from "./read-back.ts";
import type { Run } from "./run.ts";
import { checkTrust } from "./trust.ts";
import { readTrustedKeys } from "./trusted-keys.ts";

/** Copies component versions to the target and makes them relocatable there. */
export async function transfer(run: Run): Promise<void> {
  const { inputs, runner, results, signal } = run;
  const destination = await openDestination(run);
  if (destination === undefined) {
    throw new TransferError("INPUT_MISSING", "target is not set", {
      where: "input target",
      remedy: "Name the repository to write to, for example registry.corp/ocm, or an archive, for example ./shop.tgz.",
    });
  }
  const { target } = destination;
  const keys = await readTrustedKeys(inputs.signatures);
  const gathered = await gatherWithPreflight(run, destination);
  report([...findingsOf(gathered), ...checkTrust(gathered, keys)], run);
  if (nameSource(inputs) === "signed") report(unsignedNames(gathered), run);
  const plan = await planAndCopy(run, gathered, destination);
  // Files that name images which are not there yet would be deployed by somebody.
  if (inputs.dryRun) return;
  const referrers = await tagReferrers(plan, target.registry, signal);
  report(leftReferrers(referrers.left), run);
  const whole = { ...plan, tags: [referrers.tags, ...plan.tags] };
  results.plan = whole;
  await target.registry.publish(tagsToSet(whole), signal);
  if (keys.length > 0) await verifyCopy(run, { plan: whole, named: gathered.named }, destination, keys);
  results.componentVersions = describeVersions(plan, destination, "written");
  const names = imageNames(run, destination);
  const images = movedImages(plan.desired, names);
  const { workspace } = runner;
  results.written = await writeImageFiles(inputs.writeImages, { images, prefix: names.prefix, workspace });
  for (const { format, path } of results.written) runner.info(`wrote ${path} (${format})`);
}

/** Everything but the tags. What the target refuses goes there in another form, where the user named one. */
async function planAndCopy(run: Run, gathered: Gathered, destination: Destination): Promise<Plan> {
  const { inputs, session, runner, results, signal } = run;
  const { target } = destination;
  const plan = await prepare(
    gathered,
    {
      target,
      form: inputs.access,
      published: inputs.publishArtifacts,
      names: nameSource(inputs),
      existing: inputs.existing,
      existingVersion: (source) => lookup(source, destination),
    },
    signal,
  );
  results.plan = plan;
  results.images = referenceMap(plan, imageNames(run, destination));
  results.componentVersions = describeVersions(plan, destination, "planned");
  const progress = createProgress(plan, runner);
  if (inputs.dryRun) {
    progress.stop();
    report(leftReferrers(plannedToBeLeft(plan)), run);
    results.bytes = progress.planned;
    runner.info(`dry run: nothing was written; ${progress.describePlan()}`);
    return plan;
  }
  try {
    results.bytes = progress.bytes;
    const { concurrency, retries } = inputs;
    await copy(plan, { target: target.registry, concurrency, attempts: retries, ...progress.events }, signal);
    return plan;
  } catch (error) {
    const form = inputs.accessFallback;
    if (form === "none" || !(error instanceof ManifestRefused)) throw error;
    const { refused } = error;
    const fallback = { form, refused, folder: session.temp, attempts: inputs.retries };
    const other = await withFallback(gathered, fallback, signal);
    if (
      other.versions.every(({ items }, index) =>
        items.every((item, at) => item === gathered.versions[index]?.items[at]),
      )
    )
      throw error;
    const finding = fallbackFinding({ form, refused });
    results.findings.push(finding);
    runner.warning(`${finding.code}: ${finding.message} ${finding.remedy}`, finding.code);
    return await planAndCopy(run, other, destination);
  } finally {
    progress.stop();
  }
}

function imageNames(run: Run, destination: Destination): ImageNames {
  const { path } = destination.target;
  return { prefix: consumerPrefix(run, destination), targetPath: path, names: nameSource(run.inputs) };
}

/** What stands before the names of the target, for whoever reads the copy: host and path, or nothing in an archive. */
function consumerPrefix({ inputs }: Run, { target }: Destination): string {
  if (inputs.imagesPrefix !== "") return inputs.imagesPrefix;
  if (target.registry.kind !== "registry") return "";
  return `${target.registry.name}${target.path === "" ? "" : `/${target.path}`}`;
}

function report(findings: readonly Finding[], { results, runner }: Run): void {
  results.findings.push(...findings);
  for (const { code, message } of findings) runner.info(`${code}: ${message}`);
}

/** Where the target is its own source, what its tag leads to is known already, unless the source was read by digest. */
async function lookup(
  source: ComponentVersion,
  { target, existing }: Destination,
): Promise<ComponentVersion | undefined> {
  const isOwnSource = source.from.registry === target.registry && source.from.path === target.path;
  if (isOwnSource && !source.isPinned) return source;
  return existing({ component: source.descriptor.name, version: source.descriptor.version });
}

function describeVersions(
  plan: Plan,
  { target }: Destination,
  state: ComponentVersionResult["state"],
): ComponentVersionResult[] {
  const tags = new Map(plan.tags.flat().map((tagging) => [`${tagging.repository}:${tagging.tag}`, tagging.kind]));
  const moved = new Set(plan.steps.filter(({ kind }) => kind !== "skip").map(({ placement }) => keyOf(placement)));
  return plan.desired.map(({ version, repository, componentTag, changes, placements }) => {
    const isThere = tags.get(`${repository}:${componentTag.tag}`) === "skip";
    const isWhole = !placements.some((placement) => moved.has(keyOf(placement)));
    const reached = !isThere || state === "planned" ? state : "completed";
    const place = `${target.registry.name}/${repository}`;
    return describeComponentVersion(version, place, isThere && isWhole ? "unchanged" : reached, changes);
  });
}
