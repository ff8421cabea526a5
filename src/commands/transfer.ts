import { TransferError } from "../errors.ts";
import type { ComponentRepository, ComponentVersion } from "../ocm/component-version.ts";
import type { RemoteRegistry } from "../registry/remote-registry.ts";
import { createProgress } from "../report/progress.ts";
import type { ComponentVersionResult } from "../report/results.ts";
import { copy } from "../transfer/copy.ts";
import { findingsOf } from "../transfer/findings.ts";
import { imageMap } from "../transfer/images.ts";
import type { Plan } from "../transfer/plan.ts";
import { prepare } from "../transfer/prepare.ts";
import { publish } from "../transfer/publish.ts";
import { describeComponentVersion } from "./describe.ts";
import { type ExistingLookup, gatherWithPreflight, rememberedLookup } from "./preflight.ts";
import type { Run } from "./run.ts";

/** Copies component versions to the target and makes them relocatable there. */
export async function transfer(run: Run): Promise<void> {
  const { inputs, session, runner, results, signal } = run;
  if (inputs.target === undefined) {
    throw new TransferError("INPUT_MISSING", "target is not set", {
      where: "input target",
      remedy: "Name the repository to write to, for example registry.corp/ocm.",
    });
  }
  const target = session.openTarget(inputs.target);
  const existing = rememberedLookup(target, run);

  const gathered = await gatherWithPreflight(run, existing);
  const findings = findingsOf(gathered);
  results.findings.push(...findings);
  for (const { code, message } of findings) runner.info(`${code}: ${message}`);
  const plan = await prepare(
    gathered,
    {
      target,
      form: inputs.access,
      existing: inputs.existing,
      existingVersion: (source) => lookup(source, target, existing),
    },
    signal,
  );
  results.plan = plan;
  results.images = imageMap(plan, target.registry.name);
  results.componentVersions = describeVersions(plan, target, "planned");
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
    results.componentVersions = describeVersions(plan, target, "written");
  } finally {
    progress.stop();
  }
}

/** Where the target is its own source, the component version is known already. */
async function lookup(
  source: ComponentVersion,
  target: ComponentRepository,
  existing: ExistingLookup,
): Promise<ComponentVersion | undefined> {
  if (source.from.registry === target.registry && source.from.path === target.path) return source;
  return existing({ component: source.descriptor.name, version: source.descriptor.version });
}

function describeVersions(
  plan: Plan,
  target: ComponentRepository<RemoteRegistry>,
  state: ComponentVersionResult["state"],
): ComponentVersionResult[] {
  const tags = new Map(plan.tags.flat().map((tagging) => [`${tagging.repository}:${tagging.tag}`, tagging.kind]));
  return plan.arrangements.map(({ version, repository, componentTag, changes }) => {
    const isSkipped = tags.get(`${repository}:${componentTag.tag}`) === "skip";
    const place = `${target.registry.name}/${repository}`;
    return describeComponentVersion(version, place, isSkipped ? "unchanged" : state, changes);
  });
}
