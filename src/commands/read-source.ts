import { diagnose, distinct } from "../diagnosis/diagnosis.ts";
import type { Finding } from "../errors/finding.ts";
import { errorsIn, throwAll } from "../errors/transfer-error.ts";
import type { Element } from "../ocm/descriptor/component-descriptor.ts";
import { checkPushRights, pingStores, probeBlobs } from "../preflight/preflight.ts";
import { type Gathered, type GatherOptions, gather } from "../transfer/source/gather.ts";
import { createReadVersion } from "../transfer/source/read-version.ts";
import { selectVersions, type VersionQuery } from "../transfer/source/select-versions.ts";
import { isSelected, unmatchedSelectors } from "../transfer/source/selector.ts";
import { checkNames, type Destination, repositoriesToWrite } from "./destination.ts";
import type { Run } from "./run.ts";
import { createResolve, openSources } from "./sources.ts";

/**
 * Reads the component versions of the run and finds their artifacts. A preflight comes first, unless it is off: the same requests, which
 * fail fast, and probes of everything else that the run needs. What they read is used, and not requested again. In `warn` mode, content
 * that could not be read is requested once more with all retries, unless a preflight is the whole command.
 */
export async function readSource(run: Run, destination?: Destination): Promise<Gathered> {
  const { inputs, session, reporter, signal } = run;
  const queries = await openSources(run);
  const options = gatherOptions(run);
  if (inputs.preflightMode === "off") return complete(await read(queries, options, run));

  const { gathered, errors } = await session.probe(() => readAndProbe(queries, options, run, destination));
  signal.throwIfAborted();
  if (errors.length === 0) {
    reporter.info("preflight: every host that is needed can be reached");
    return gathered;
  }
  judge(errors, run);
  return inputs.command === "preflight" ? gathered : complete(await read(queries, options, run));
}

/** Asks all stores at once, each as far as it lets us. The errors are in the order of the inputs. */
async function readAndProbe(
  queries: readonly VersionQuery[],
  options: GatherOptions,
  run: Run,
  destination: Destination | undefined,
): Promise<{ readonly gathered: Gathered; readonly errors: readonly unknown[] }> {
  const { signal } = run;
  const sources = queries.map(({ from }) => from.registry);
  const targets = destination === undefined ? [] : [destination.target.registry];
  const failed = await pingStores([...sources, ...targets], signal);
  const gathered = await read(
    queries.filter(({ from }) => !failed.has(from.registry)),
    options,
    run,
  );
  const [blobErrors, targetErrors] = await Promise.all([
    probeBlobs(gathered, signal),
    destination === undefined ? [] : probeTarget(gathered, destination, run, failed.has(destination.target.registry)),
  ]);
  return { gathered, errors: [...failed.values(), ...gathered.errors, ...blobErrors, ...targetErrors] };
}

async function probeTarget(
  { versions }: Gathered,
  destination: Destination,
  run: Run,
  isUnreachable: boolean,
): Promise<unknown[]> {
  const { inputs, reporter, signal } = run;
  try {
    checkNames(versions, destination, run);
    if (destination.target.registry.kind !== "registry" || isUnreachable) return [];
    const names = await repositoriesToWrite(versions, destination, run);
    if (inputs.probePush === "off") return [];
    const { registry } = destination.target;
    const repositories = names.map((name) => registry.repository(name));
    // A dry run changes nothing at the target, not even for a moment.
    const proof = inputs.probePush === "auto" && !inputs.dryRun ? "upload" : "token";
    reporter.findings(await checkPushRights(repositories, proof, signal));
    return [];
  } catch (error) {
    return [...errorsIn(error)];
  }
}

async function read(queries: readonly VersionQuery[], options: GatherOptions, run: Run): Promise<Gathered> {
  const { inputs, reporter, signal } = run;
  const selections = await Promise.allSettled(queries.map((each) => selectVersions(each, inputs.versions, signal)));
  const selected = selections.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const wanted = selected.flatMap(({ requests }) => requests);
  const unknown = selections.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
  const gathered = await gather(wanted, options, signal);
  // In `warn` mode, everything may be read twice.
  const reported = new Set(reporter.results.findings.map(({ message }) => message));
  const found = [...selected.flatMap(({ findings }) => findings), ...unmatched(gathered, run)];
  reporter.requested(gathered.named.map(({ descriptor: { name, version } }) => `${name}:${version}`));
  reporter.findings(found.filter(({ message }) => !reported.has(message)));
  return { ...gathered, errors: [...unknown, ...gathered.errors] };
}

function gatherOptions(run: Run): GatherOptions {
  const { inputs, session } = run;
  const isVerify = inputs.command === "verify";
  return {
    recursive: inputs.recursive,
    copyResources: inputs.copyResources || isVerify || inputs.command === "download",
    copySources: inputs.copySources || isVerify,
    // A source without a digest may be stored where this run has no access.
    isSelected: (element: Element, component: string) =>
      isSelected(element, component, inputs) &&
      (!isVerify || element.kind === "resource" || element.digest !== undefined),
    registryAt: session.registryAt,
    accessMethods: session.accessMethods,
    // They are stored in registries that are asked for the images anyway: a preflight learns nothing from them.
    withReferrers: inputs.command === "transfer",
    withAliases: inputs.versions.withAliases && inputs.command === "transfer",
    unpack: session.unpack,
    resolve: createResolve(run),
    readVersion: createReadVersion(),
  };
}

function unmatched({ versions }: Gathered, { inputs }: Run): Finding[] {
  return unmatchedSelectors(
    versions.map(({ version }) => version.descriptor),
    inputs,
  );
}

/** In `warn` mode only errors end the run that have nothing to do with the network. */
function judge(errors: readonly unknown[], { inputs, reporter }: Run): void {
  if (inputs.preflightMode === "fail") throwAll(errors);
  throwAll(errors.filter((error) => diagnose(error) === undefined));
  reporter.blocked(distinct(errors.flatMap((error) => diagnose(error) ?? [])));
}

function complete(gathered: Gathered): Gathered {
  throwAll(gathered.errors);
  return gathered;
}
