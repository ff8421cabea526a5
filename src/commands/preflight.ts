import { TransferError } from "../errors.ts";
import { formatRepository } from "../ocm/component-reference.ts";
import { type ComponentRepository, type ComponentVersion, readComponentVersion } from "../ocm/component-version.ts";
import { diagnose } from "../preflight/diagnosis.ts";
import { runPreflight } from "../preflight/preflight.ts";
import type { RemoteRegistry } from "../registry/remote-registry.ts";
import { type Gathered, gather, type Wanted } from "../transfer/gather.ts";
import { existingOrNone } from "../transfer/inspect.ts";
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
  };
  const read = () => gather(wanted, options, signal);
  if (inputs.preflightMode === "off") return read();

  session.setStage("probe");
  const target = inputs.target === undefined ? [] : [session.openTarget(inputs.target)];
  const registries = new Set(
    [...wanted.map(({ from }) => from), ...target].map(({ registry }) => registry).filter(isRemote),
  );
  const { gathered, errors } = await runPreflight(
    {
      registries: [...registries],
      gather: read,
      ...(lookup === undefined ? {} : { lookAtTarget: () => Promise.all(wanted.map(lookup)) }),
    },
    signal,
  );
  session.setStage("transfer");
  signal.throwIfAborted();
  reportErrors(errors, run);
  if (errors.length === 0) runner.info("preflight: every host that is needed can be reached");
  if (gathered !== undefined) return gathered;
  return inputs.command === "preflight" ? { versions: [] } : read();
}

/** Throws what ends the run: with `warn` that is only what no other network could mend. */
function reportErrors(errors: readonly unknown[], { inputs, runner, results }: Run): void {
  const told = errors.map((error) => ({ error, diagnosis: diagnose(error) }));
  results.diagnosis.push(...told.flatMap(({ diagnosis }) => diagnosis ?? []));
  const fatal = inputs.preflightMode === "fail" ? told[0] : told.find(({ diagnosis }) => diagnosis === undefined);
  if (fatal !== undefined) throw fatal.error;
  for (const { diagnosis } of told) {
    if (diagnosis !== undefined)
      runner.warning(`${diagnosis.code}: ${diagnosis.message} ${diagnosis.remedy}`, diagnosis.code);
  }
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

function isRemote(registry: object): registry is RemoteRegistry {
  return "ping" in registry;
}
