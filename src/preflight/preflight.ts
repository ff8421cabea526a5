import type { Descriptor } from "../oci/descriptor.ts";
import { isManifest } from "../oci/descriptor.ts";
import type { ReadableStore } from "../oci/store.ts";
import type { ComponentRepository } from "../ocm/repository/component-version.ts";
import type { RemoteRegistry, RemoteRepository } from "../stores/registry/registry.ts";
import type { Gathered } from "../transfer/source/gather.ts";
import type { ResolvedElement } from "../transfer/source/resolve-elements.ts";
import type { VersionQuery } from "../transfer/source/select-versions.ts";

export interface PreflightOptions {
  /** Component versions that the user named. */
  readonly wanted: readonly VersionQuery[];
  /** Where they are to go; undefined where nothing is to be written. */
  readonly target: ComponentRepository<RemoteRegistry> | undefined;
  /** Reads component versions and finds their artifacts: the transfer's own first requests. */
  readonly gather: (wanted: readonly VersionQuery[]) => Promise<Gathered>;
  /** Asks the target for what the transfer will want to know of it; resolves to the repositories that would be written. */
  readonly lookAtTarget: (gathered: Gathered) => Promise<readonly RemoteRepository[]>;
}

export interface PreflightResult {
  /** What was read on the way, for the transfer to go on with; all of it where there are no errors. */
  readonly gathered: Gathered;
  readonly errors: readonly unknown[];
}

/**
 * Goes the way that the transfer will go, as far as it can without writing: the API of each registry with its token, component
 * versions and manifests, one real blob of each source down to the host that it is redirected to, and the rights at the target.
 * Registries side by side, each as far as it lets us. What answers is kept, so that the transfer does not ask again.
 */
export async function runPreflight(options: PreflightOptions, signal?: AbortSignal): Promise<PreflightResult> {
  const { wanted, target } = options;
  const registries = new Set(
    [...wanted.map(({ from }) => from.registry), ...(target === undefined ? [] : [target.registry])].filter(isRemote),
  );
  const unreachable = new Map<ReadableStore, unknown>();
  await Promise.all(
    [...registries].map((registry) => registry.ping(signal).catch((error) => unreachable.set(registry, error))),
  );
  const gathered = await options.gather(wanted.filter(({ from }) => !unreachable.has(from.registry)));
  const inOrder = [...registries].flatMap((registry) => unreachable.get(registry) ?? []);
  const isTargetThere = target !== undefined && !unreachable.has(target.registry);
  const results = await Promise.allSettled([
    ...blobSamples(gathered).map(([repository, blob]) => repository.probe(blob, signal)),
    ...(isTargetThere ? [checkTarget(options, gathered, signal)] : []),
  ]);
  return { gathered, errors: [...inOrder, ...gathered.errors, ...errorsOf(results)] };
}

async function checkTarget({ lookAtTarget }: PreflightOptions, gathered: Gathered, signal?: AbortSignal) {
  const written = await lookAtTarget(gathered);
  await Promise.all(written.map((repository) => repository.checkPushRight(signal)));
}

/** The largest blob of each registry that blobs will be read from: some registries redirect only what is large. */
function blobSamples({ versions }: Gathered): [RemoteRepository, Descriptor][] {
  const samples = new Map<RemoteRegistry, [RemoteRepository, Descriptor]>();
  for (const { items } of versions) {
    for (const [from, blob] of items.flatMap(blobsOf)) {
      const known = samples.get(from.store)?.[1];
      if (known === undefined || known.size < blob.size) samples.set(from.store, [from, blob]);
    }
  }
  return [...samples.values()];
}

function blobsOf(item: ResolvedElement): [RemoteRepository, Descriptor][] {
  if (item.kind === "byReference") return [];
  const [from, all] =
    item.kind === "blob"
      ? [item.from, item.blobs]
      : [item.graph.from, item.graph.nodes.map(({ descriptor }) => descriptor)];
  if (!isRemoteRepository(from)) return [];
  return all.filter(({ mediaType }) => !isManifest(mediaType)).map((blob) => [from, blob]);
}

function isRemote(registry: object): registry is RemoteRegistry {
  return "ping" in registry;
}

function isRemoteRepository(repository: object): repository is RemoteRepository {
  return "probe" in repository;
}

function errorsOf(results: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
}
