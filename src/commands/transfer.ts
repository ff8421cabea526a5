import { TransferError } from "../errors.ts";
import type { ComponentVersion } from "../ocm/component-version.ts";
import { createProgress } from "../report/progress.ts";
import type { ComponentVersionResult } from "../report/results.ts";
import { copy } from "../transfer/copy.ts";
import { findingsOf } from "../transfer/findings.ts";
import { imageMap } from "../transfer/images.ts";
import type { Plan } from "../transfer/plan.ts";
import { prepare } from "../transfer/prepare.ts";
import { publish } from "../transfer/publish.ts";
import { describeComponentVersion } from "./describe.ts";
import { type Destination, gatherWithPreflight, openDestination } from "./preflight.ts";
import type { Run } from "./run.ts";

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
  const gathered = await gatherWithPreflight(run, destination);
  const findings = findingsOf(gathered);
  results.findings.push(...findings);
  for (const { code, message } of findings) runner.info(`${code}: ${message}`);
  const plan = await prepare(
    gathered,
    {
      target,
      form: inputs.access,
      existing: inputs.existing,
      existingVersion: (source) => lookup(source, destination),
    },
    signal,
  );
  results.plan = plan;
  results.images = imageMap(plan, target.registry.name);
  results.componentVersions = describeVersions(plan, destination, "planned");
  const progress = createProgress(plan, runner);
  if (inputs.dryRun) {
    results.bytes = progress.planned;
    runner.info(`dry run: nothing was written; ${progress.describePlan()}`);
    return;
  }
  try {
    results.bytes = progress.bytes;
    const { concurrency, retries } = inputs;
    await copy(plan, { target: target.registry, concurrency, attempts: retries, ...progress.events }, signal);
    await publish(plan, target.registry, signal);
    if ("commit" in target.registry) await target.registry.commit(signal);
    results.componentVersions = describeVersions(plan, destination, "written");
  } finally {
    progress.stop();
  }
}

/** Where the target is its own source, the component version is known already. */
async function lookup(
  source: ComponentVersion,
  { target, existing }: Destination,
): Promise<ComponentVersion | undefined> {
  if (source.from.registry === target.registry && source.from.path === target.path) return source;
  return existing({ component: source.descriptor.name, version: source.descriptor.version });
}

function describeVersions(
  plan: Plan,
  { target }: Destination,
  state: ComponentVersionResult["state"],
): ComponentVersionResult[] {
  const tags = new Map(plan.tags.flat().map((tagging) => [`${tagging.repository}:${tagging.tag}`, tagging.kind]));
  return plan.arrangements.map(({ version, repository, componentTag, changes }) => {
    const isSkipped = tags.get(`${repository}:${componentTag.tag}`) === "skip";
    const place = `${target.registry.name}/${repository}`;
    return describeComponentVersion(version, place, isSkipped ? "unchanged" : state, changes);
  });
}
