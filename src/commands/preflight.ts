import { TransferError } from "../errors.ts";
import { formatRepository } from "../ocm/component-reference.ts";
import type { ComponentRepository } from "../ocm/component-version.ts";
import { diagnose } from "../preflight/diagnosis.ts";
import { runPreflight } from "../preflight/preflight.ts";
import type { RemoteRegistry } from "../registry/remote-registry.ts";
import { type Gathered, gather, type Wanted } from "../transfer/gather.ts";
import type { Run } from "./run.ts";

/** Finds out whether everything that the run needs can be reached, and reads what it reads on the way. */
export async function preflight(run: Run, lookAtTarget?: (wanted: Wanted) => Promise<unknown>): Promise<Gathered> {
  const { inputs, session, runner, results, signal } = run;
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
  const { gathered, errors } = await runPreflight({
    registries: [...registries],
    gather: read,
    ...(lookAtTarget === undefined ? {} : { lookAtTarget: () => Promise.all(wanted.map(lookAtTarget)) }),
  });
  session.setStage("transfer");
  signal.throwIfAborted();
  for (const error of errors) {
    const diagnosis = diagnose(error);
    if (diagnosis !== undefined) results.diagnosis.push(diagnosis);
    if (inputs.preflightMode === "warn" && diagnosis !== undefined) {
      runner.warning(`${diagnosis.message} ${diagnosis.remedy}`, diagnosis.code);
    }
  }
  const first = errors[0];
  if (first !== undefined && (inputs.preflightMode === "fail" || diagnose(first) === undefined)) throw first;
  if (errors.length === 0) runner.info("preflight: every host that is needed can be reached");
  return gathered ?? read();
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
