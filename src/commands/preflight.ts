import { TransferError, throwAll } from "../errors.ts";
import { formatRepository } from "../ocm/component-reference.ts";
import { type ComponentRepository, type ComponentVersion, readComponentVersion } from "../ocm/component-version.ts";
import { diagnose, distinct } from "../preflight/diagnosis.ts";
import { runPreflight } from "../preflight/preflight.ts";
import { type Gathered, gather, type Wanted } from "../transfer/gather.ts";
import { existingOrNone } from "../transfer/inspect.ts";
import { writtenRepositories } from "../transfer/written-repositories.ts";
import type { Run } from "./run.ts";

/** The component version that the target has already, or undefined. */
export type ExistingLookup = (id: Pick<Wanted, "component" | "version">) => Promise<ComponentVersion | undefined>;

/** The command: whether all that a transfer needs can be reached is all that is asked. */
export async function preflight(run: Run): Promise<void> {
  const { inputs, session } = run;
  const target = inputs.target === undefined ? undefined : session.openTarget(inputs.target);
  await gatherWithPreflight(run, target === undefined ? undefined : rememberedLookup(target, run));
}

/**
 * Finds out whether everything that the run needs can be reached, and reads what it reads on the way. With `warn`, what could not be
 * read is read again with more patience, unless a preflight is all that was wanted.
 */
export async function gatherWithPreflight(run: Run, lookup?: ExistingLookup): Promise<Gathered> {
  const { inputs, session, runner, signal } = run;
  const wanted = await openSources(run);
  const options = {
    recursive: inputs.recursive,
    copyResources: inputs.copyResources || inputs.command === "download",
    copySources: inputs.copySources,
    registryAt: session.registryAt,
    accessMethods: session.accessMethods,
  };
  const read = (some: readonly Wanted[]) => gather(some, options, signal);
  if (inputs.preflightMode === "off") return complete(await read(wanted));

  session.setStage("probe");
  const target = inputs.target === undefined ? undefined : session.openTarget(inputs.target);
  const lookAtTarget = async ({ versions }: Gathered) => {
    if (target === undefined || lookup === undefined) return [];
    const ids = versions.map(({ version: { descriptor } }) => ({
      component: descriptor.name,
      version: descriptor.version,
    }));
    const existing = await Promise.all(ids.map(lookup));
    const missing = versions.filter((_, index) => existing[index] === undefined);
    const names = writtenRepositories(missing, { form: inputs.access, path: target.path });
    return names.map((name) => target.registry.repository(name));
  };
  const { gathered, errors } = await runPreflight({ wanted, target, gather: read, lookAtTarget }, signal);
  session.setStage("transfer");
  signal.throwIfAborted();
  if (errors.length === 0) {
    runner.info("preflight: every host that is needed can be reached");
    return gathered;
  }
  judge(errors, run);
  return inputs.command === "preflight" ? gathered : complete(await read(wanted));
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

/** What the preflight asked the target for is not asked again. */
export function rememberedLookup(target: ComponentRepository, { inputs, signal }: Run): ExistingLookup {
  const known = new Map<string, Promise<ComponentVersion | undefined>>();
  return ({ component, version }) => {
    const key = `${component}:${version}`;
    const read = () => readComponentVersion(target, component, version, signal);
    const looking = known.get(key) ?? existingOrNone(read, inputs.existing);
    known.set(key, looking);
    looking.catch(() => known.delete(key));
    return looking;
  };
}

/** The repositories behind the lines of component-versions; the same repository is opened once. */
async function openSources({ inputs, session }: Run): Promise<Wanted[]> {
  if (inputs.componentVersions.length === 0) {
    throw new TransferError("INPUT_MISSING", "component-versions is not set", {
      where: "input component-versions",
      remedy: "Write one line per component version: repository//component:version.",
    });
  }
  const opened = new Map<string, Promise<ComponentRepository>>();
  return Promise.all(
    inputs.componentVersions.map(async ({ repository, component, version }) => {
      const key = `${repository.kind} ${formatRepository(repository)}`;
      const from = opened.get(key) ?? session.openSource(repository);
      opened.set(key, from);
      return { from: await from, component, version };
    }),
  );
}
