import type { Descriptor } from "../registry/descriptor.ts";
import { isManifest } from "../registry/descriptor.ts";
import type { RemoteRegistry, RemoteRepository } from "../registry/remote-registry.ts";
import type { Gathered } from "../transfer/gather.ts";

export interface PreflightOptions {
  /** Registries that the user named: sources and target. */
  readonly registries: readonly RemoteRegistry[];
  /** Reads the component versions and finds their artifacts: the transfer's own first requests. */
  readonly gather: () => Promise<Gathered>;
  /** Asks the target for what the transfer will want to know of it. */
  readonly lookAtTarget?: () => Promise<unknown>;
}

export interface PreflightResult {
  /** What was read on the way, for the transfer to go on with; undefined where it could not be read. */
  readonly gathered: Gathered | undefined;
  readonly errors: readonly unknown[];
}

/**
 * Goes the way that the transfer will go, as far as it can without writing: the API of each registry with its token, component
 * versions and manifests, and one real blob of each source down to the host that it is redirected to. What answers is kept, so that
 * the transfer does not ask again.
 */
export async function runPreflight(options: PreflightOptions, signal?: AbortSignal): Promise<PreflightResult> {
  const pings = await Promise.allSettled(options.registries.map((registry) => registry.ping(signal)));
  const pingErrors = errorsOf(pings);
  if (pingErrors.length > 0) return { gathered: undefined, errors: pingErrors };
  const [gathering, looking] = await Promise.allSettled([options.gather(), options.lookAtTarget?.()]);
  const errors = errorsOf([gathering, looking]);
  if (gathering.status === "rejected") return { gathered: undefined, errors };
  const blobs = await Promise.allSettled(
    blobSamples(gathering.value).map(([repository, blob]) => repository.probe(blob, signal)),
  );
  return { gathered: gathering.value, errors: [...errors, ...errorsOf(blobs)] };
}

/** The smallest blob of each registry that blobs will be read from. */
function blobSamples({ versions }: Gathered): [RemoteRepository, Descriptor][] {
  const samples = new Map<RemoteRegistry, [RemoteRepository, Descriptor]>();
  for (const item of versions.flatMap(({ items }) => items)) {
    if (item.kind !== "artifact" || !isRemote(item.graph.from)) continue;
    const known = samples.get(item.graph.from.registry)?.[1];
    const blobs = item.graph.nodes
      .map(({ descriptor }) => descriptor)
      .filter(({ mediaType }) => !isManifest(mediaType));
    const smallest = blobs.toSorted((one, other) => one.size - other.size)[0];
    if (smallest === undefined || (known !== undefined && known.size <= smallest.size)) continue;
    samples.set(item.graph.from.registry, [item.graph.from, smallest]);
  }
  return [...samples.values()];
}

function isRemote(repository: object): repository is RemoteRepository {
  return "probe" in repository;
}

function errorsOf(results: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
}
