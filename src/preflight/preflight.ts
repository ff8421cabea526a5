import type { Finding } from "../errors/finding.ts";
import { throwAll } from "../errors/transfer-error.ts";
import { type Descriptor, isManifest } from "../oci/descriptor.ts";
import type { PushProof, ReadableRepository, ReadableStore, Repository } from "../oci/store.ts";
import { RegistryError } from "../stores/registry/error.ts";
import type { Gathered } from "../transfer/source/gather.ts";
import type { ResolvedElement } from "../transfer/source/resolve-elements.ts";

/** Asks for the API of each store behind a network, with its token, all at once. Resolves to those that failed, with their errors. */
export async function pingStores(
  stores: readonly ReadableStore[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<ReadableStore, unknown>> {
  const failed = new Map<ReadableStore, unknown>();
  const distinct = [...new Set(stores)];
  await Promise.all(distinct.map((store) => store.ping?.(signal).catch((error) => failed.set(store, error))));
  return new Map(distinct.filter((store) => failed.has(store)).map((store) => [store, failed.get(store)]));
}

/**
 * Requests one byte of a real blob of each registry, on the route down to the host that it is redirected to. Resolves to the errors.
 */
export async function probeBlobs({ versions }: Pick<Gathered, "versions">, signal?: AbortSignal): Promise<unknown[]> {
  const samples = largestBlobs(versions.flatMap(({ items }) => items.flatMap(blobsOf)));
  return errorsOf(await Promise.allSettled(samples.map(([from, blob]) => from.probe?.(blob, signal))));
}

/** Proves the right to push to each repository. Fails with one error for each code, and resolves to the findings, each once. */
export async function checkPushRights(
  repositories: readonly Repository[],
  proof: PushProof,
  signal?: AbortSignal,
): Promise<readonly Finding[]> {
  const results = await Promise.allSettled(
    repositories.map(async (each) => each.checkPushRight?.(proof, signal) ?? []),
  );
  throwAll(oneOfEachCode(errorsOf(results)));
  return [...new Set(results.flatMap((result) => (result.status === "fulfilled" ? result.value : [])))];
}

/** Repositories that fail alike are one problem, whose message has each of them. */
function oneOfEachCode(errors: readonly unknown[]): unknown[] {
  const known = errors.filter((error) => error instanceof RegistryError);
  const byCode = Map.groupBy(known, ({ code, hop }) => `${code} ${hop.host}`);
  return [...errors.filter((error) => !(error instanceof RegistryError)), ...[...byCode.values()].flatMap(sameCause)];
}

function sameCause(errors: readonly RegistryError[]): readonly RegistryError[] {
  const [first] = errors;
  if (first === undefined || errors.length === 1) return errors;
  const messages = new Set(errors.map(({ message }) => message));
  const remedies = new Set(errors.map(({ remedy = "" }) => remedy));
  const { code, hop, status, registryCodes } = first;
  const remedy = listed([...remedies], " ");
  return [new RegistryError(code, listed([...messages], "; "), { hop, status, registryCodes, remedy })];
}

/** Entries of one message: an annotation of the step is limited. */
const MAX_LISTED = 50;

function listed(texts: readonly string[], separator: string): string {
  const more = texts.length > MAX_LISTED ? `${separator}(and ${texts.length - MAX_LISTED} more)` : "";
  return `${texts.slice(0, MAX_LISTED).join(separator)}${more}`;
}

type Sample = readonly [ReadableRepository, Descriptor];

/** The largest blob of each store: some registries redirect only large ones. */
function largestBlobs(blobs: readonly Sample[]): readonly Sample[] {
  const samples = new Map<ReadableStore | undefined, Sample>();
  for (const [from, blob] of blobs) {
    const known = samples.get(from.store)?.[1];
    if (known === undefined || known.size < blob.size) samples.set(from.store, [from, blob]);
  }
  return [...samples.values()];
}

function blobsOf(item: ResolvedElement): Sample[] {
  if (item.kind === "byReference") return [];
  const [from, all] =
    item.kind === "blob"
      ? [item.from, item.blobs]
      : [item.graph.from, item.graph.nodes.map(({ descriptor }) => descriptor)];
  if (from.probe === undefined) return [];
  return all.filter(({ mediaType, data }) => !isManifest(mediaType) && data === undefined).map((blob) => [from, blob]);
}

function errorsOf(results: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return results.flatMap((result) => (result.status === "rejected" ? [result.reason] : []));
}
