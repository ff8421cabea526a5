import { diagnose, distinct } from "../diagnosis/diagnosis.ts";
import { throwAll } from "../errors/transfer-error.ts";
import type { Store } from "../oci/store.ts";
import type { Element } from "../ocm/descriptor/component-descriptor.ts";
import {
  type ComponentRepository,
  type ComponentVersion,
  readComponentVersion,
} from "../ocm/repository/component-version.ts";
import { runPreflight } from "../preflight/preflight.ts";
import type { RemoteRegistry } from "../stores/registry/registry.ts";
import { type Gathered, gather, type VersionRequest } from "../transfer/source/gather.ts";
import { createReadVersion } from "../transfer/source/read-version.ts";
import { selectVersions, type VersionQuery } from "../transfer/source/select-versions.ts";
import { isSelected, unmatchedSelectors } from "../transfer/source/selector.ts";
import { existingOrNone } from "../transfer/target/inspect.ts";
import { nameSource } from "../transfer/target/signed-name.ts";
import { writtenRepositories } from "../transfer/target/written-repositories.ts";
import type { Run } from "./run.ts";
import { createResolve, openSources } from "./sources.ts";

/** Where a run writes to, and what it finds there. */
export interface Destination {
  readonly target: ComponentRepository<Store>;
  /** The component version that the target has already, or undefined; asked for once. */
  readonly existing: (id: Pick<VersionRequest, "component" | "version">) => Promise<ComponentVersion | undefined>;
}

/** The command: whether all that a transfer needs can be reached is all that is asked. */
export async function preflight(run: Run): Promise<void> {
  await gatherWithPreflight(run, await openDestination(run));
}

/** Undefined where the input names no target. */
export async function openDestination({ inputs, session, signal }: Run): Promise<Destination | undefined> {
  if (inputs.target === undefined) return undefined;
  const target = await session.openTarget(inputs.target);
  const known = new Map<string, Promise<ComponentVersion | undefined>>();
  return {
    target,
    existing({ component, version }) {
      const key = `${component}:${version}`;
      const read = () => readComponentVersion(target, component, version, signal);
      const looking = known.get(key) ?? existingOrNone(read, inputs.existing);
      known.set(key, looking);
      looking.catch(() => known.delete(key));
      return looking;
    },
  };
}

/**
 * Finds out whether everything that the run needs can be reached, and reads what it reads on the way. With `warn`, what could not be
 * read is read again with more patience, unless a preflight is all that was wanted.
 */
export async function gatherWithPreflight(run: Run, destination?: Destination): Promise<Gathered> {
  const { inputs, session, runner, signal } = run;
  const wanted = await openSources(run);
  const read = createReader(run);
  if (inputs.preflightMode === "off") return complete(await read(wanted));

  const target = destination === undefined || !isRemote(destination.target) ? undefined : destination.target;
  const lookAtTarget = async ({ versions }: Gathered) => {
    if (target === undefined || destination === undefined) return [];
    const existing = await Promise.all(versions.map(({ version }) => destination.existing(idOf(version))));
    const missing = versions.filter((_, index) => existing[index] === undefined);
    const names = writtenRepositories(missing, {
      form: inputs.access,
      published: inputs.publishArtifacts,
      names: nameSource(inputs),
      path: target.path,
    });
    return names.map((name) => target.registry.repository(name));
  };
  const { gathered, errors } = await session.probe(() =>
    runPreflight({ wanted, target, gather: read, lookAtTarget }, signal),
  );
  signal.throwIfAborted();
  if (errors.length === 0) {
    runner.info("preflight: every host that is needed can be reached");
    return gathered;
  }
  judge(errors, run);
  return inputs.command === "preflight" ? gathered : complete(await read(wanted));
}

/** Reads what the lines name, as the inputs want it: versions chosen, references followed, artifacts found. */
function createReader(run: Run): (named: readonly VersionQuery[]) => Promise<Gathered> {
  const { inputs, session, signal } = run;
  const selected = { include: inputs.include, exclude: inputs.exclude };
  const isVerify = inputs.command === "verify";
  const options = {
    recursive: inputs.recursive,
    copyResources: inputs.copyResources || isVerify || inputs.command === "download",
    copySources: inputs.copySources || isVerify,
    // A source that nothing pins may lie where nobody of this run may look.
    isSelected: (element: Element, component: string) =>
      isSelected(element, component, selected) &&
      (!isVerify || element.kind === "resource" || element.digest !== undefined),
    registryAt: session.registryAt,
    accessMethods: session.accessMethods,
    // They lie at registries that are asked for the images themselves: a preflight learns nothing new from them.
    withReferrers: inputs.command === "transfer",
    unpack: session.unpack,
    resolve: createResolve(run),
    readVersion: createReadVersion(),
  };
  return async (named) => {
    const selections = await Promise.allSettled(named.map((each) => selectVersions(each, inputs.versions, signal)));
    const wanted = selections.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
    const unknown = selections.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
    const gathered = await gather(wanted, options, signal);
    tellUnmatched(gathered, run);
    return { ...gathered, errors: [...unknown, ...gathered.errors] };
  };
}

/** Once, though with `warn` everything may be read twice. */
function tellUnmatched({ versions }: Gathered, { inputs, runner, results }: Run): void {
  const descriptors = versions.map(({ version }) => version.descriptor);
  for (const finding of unmatchedSelectors(descriptors, inputs)) {
    if (results.findings.some(({ code }) => code === finding.code)) continue;
    results.findings.push(finding);
    runner.warning(`${finding.code}: ${finding.message} ${finding.remedy}`, finding.code);
  }
}

/** With `warn` only that ends the run which no other network could mend. */
function judge(errors: readonly unknown[], { inputs, runner, results }: Run): void {
  const hops = distinct(errors.flatMap((error) => diagnose(error) ?? []));
  const others = errors.filter((error) => diagnose(error) === undefined);
  if (inputs.preflightMode === "fail") throwAll(errors);
  throwAll(others);
  results.diagnosis = hops;
  for (const { code, message, remedy } of hops) runner.warning(`${code}: ${message} ${remedy}`, code);
}

function complete(gathered: Gathered): Gathered {
  throwAll(gathered.errors);
  return gathered;
}

function idOf({ descriptor }: ComponentVersion): Pick<VersionRequest, "component" | "version"> {
  return { component: descriptor.name, version: descriptor.version };
}

function isRemote(target: Destination["target"]): target is ComponentRepository<RemoteRegistry> {
  return target.registry.kind === "registry";
}
