import { TransferError } from "../../../errors/transfer-error.ts";
import { isManifest } from "../../../oci/descriptor.ts";
import type { Digest } from "../../../oci/digest.ts";
import type { ReadableRepository, Repository, Store } from "../../../oci/store.ts";
import { isAbsence } from "../../source/locate.ts";
import { createBlobReader } from "../../verify/blob-reader.ts";
import type { Comparable } from "../../verify/comparison.ts";
import type { DesiredVersion, Placement } from "../desired.ts";
import { keyOf } from "../inspect.ts";

export interface BaseOptions {
  /** Repositories of the target that the user allows to take blobs from, besides the one that a blob goes to. */
  readonly repositories: readonly string[];
  /** Whether the blobs are read completely, rather than requested by HEAD. */
  readonly isRead: boolean;
  readonly concurrency: number;
  readonly attempts: number;
}

/** A transfer whose sources have every blob: those that an archive lacks are at the target. */
export interface Completed {
  readonly desired: readonly DesiredVersion[];
  readonly comparables: readonly Comparable[];
  /** Keys of the blobs that were found where they go to. */
  readonly present: readonly string[];
  /** Keys of blobs of referrers that were not found, which are no part of a component version. */
  readonly left: ReadonlySet<string>;
}

/**
 * Finds blobs that an archive lacks at the target, in the repository that they go to or in one that the user names, and nowhere else: an
 * archive that names a private blob of another repository must not publish it. Nothing is written. Fails with BASE_MISSING for a delta, and
 * with BLOB_UNKNOWN for an incomplete archive.
 */
export async function completeFromTarget(
  { desired, comparables }: Pick<Completed, "desired" | "comparables">,
  { target, ...options }: BaseOptions & { readonly target: Store },
  signal: AbortSignal = new AbortController().signal,
): Promise<Completed> {
  const { absent, lacking, suppliers } = await suppliersOf(desired.flatMap(({ placements }) => placements));
  if (absent.size === 0) return { desired, comparables, present: [], left: new Set() };
  const reader = createBlobReader(options, signal);
  const repositories = new Map<string, Repository>();
  function repositoryOf(name: string): Repository {
    const known = repositories.get(name) ?? target.repository(name);
    repositories.set(name, known);
    return known;
  }

  async function holderOf({ to, descriptor }: Placement): Promise<Repository | undefined> {
    for (const name of new Set([to, ...options.repositories])) {
      const repository = repositoryOf(name);
      const compare = () => reader.compare({ blobs: [descriptor], from: repository, pins: [], where: name });
      if (await isIn(repository, descriptor, options.isRead ? compare : undefined, signal)) return repository;
    }
    return undefined;
  }

  const found = await Promise.all(lacking.map(async (each) => ({ ...each, holder: await holderOf(each.placement) })));
  const missing = found.filter(({ holder }) => holder === undefined);
  refuseMissing(
    missing.filter(({ placement }) => placement.about === undefined),
    target,
  );
  const holders = new Map(found.map(({ placement, holder }) => [keyOf(placement), holder]));
  const sourceOf = (placement: Placement) =>
    absent.has(placement) ? (holders.get(keyOf(placement)) ?? suppliers.get(keyOf(placement))) : undefined;
  const sources = new Map([...absent].map((placement) => [placement.descriptor.digest, sourceOf(placement)]));
  return {
    desired: desired.map((each) => ({
      ...each,
      placements: each.placements.map((placement) => ({ ...placement, from: sourceOf(placement) ?? placement.from })),
    })),
    comparables: comparables.map((each) => ({ ...each, from: completed(each.from, sources) })),
    present: found.flatMap(({ placement, holder }) => (holder?.name === placement.to ? [keyOf(placement)] : [])),
    left: new Set(missing.map(({ placement }) => keyOf(placement))),
  };
}

interface Lacking {
  readonly placement: Placement;
  readonly absence: "omitted" | "missing";
}

interface Supply {
  /** Blobs that their own source lacks. */
  readonly absent: ReadonlySet<Placement>;
  /** Blobs that no source of this transfer has for the repository that they go to, each once. */
  readonly lacking: readonly Lacking[];
  /** The sources of all others, by their keys: another archive of the transfer may have what a delta omits. */
  readonly suppliers: ReadonlyMap<string, ReadableRepository>;
}

async function suppliersOf(placements: readonly Placement[]): Promise<Supply> {
  const absent = new Set<Placement>();
  const suppliers = new Map<string, ReadableRepository>();
  const lacking = new Map<string, Lacking>();
  for (const placement of placements) {
    const { from, descriptor, about } = placement;
    if (Buffer.isBuffer(from) || isManifest(descriptor.mediaType)) continue;
    const key = keyOf(placement);
    const absence = await from.absenceOf?.(descriptor);
    if (absence === undefined) {
      suppliers.set(key, from);
      continue;
    }
    absent.add(placement);
    // A blob of a component version has to be found, even if it is part of a referrer as well.
    if (about === undefined || !lacking.has(key)) lacking.set(key, { placement, absence });
  }
  const unsupplied = [...lacking].flatMap(([key, each]) => (suppliers.has(key) ? [] : [each]));
  return { absent, lacking: unsupplied, suppliers };
}

async function isIn(
  repository: Repository,
  descriptor: Placement["descriptor"],
  read: (() => Promise<void>) | undefined,
  signal: AbortSignal,
): Promise<boolean> {
  if ((await repository.refersTo?.(descriptor)) === false) return false;
  try {
    if (read === undefined && (await repository.exists(descriptor, signal))) return true;
    // HEAD may deny what GET finds.
    const get = read ?? (repository.probe && (() => repository.probe?.(descriptor, signal)));
    if (get === undefined) return false;
    await get();
    return true;
  } catch (error) {
    signal.throwIfAborted();
    if (isAbsence(error) || (error instanceof TransferError && error.code === "BLOB_UNKNOWN")) return false;
    throw error;
  }
}

function completed(
  from: ReadableRepository,
  holders: ReadonlyMap<Digest, ReadableRepository | undefined>,
): ReadableRepository {
  return { ...from, fetch: (blob, signal) => (holders.get(blob.digest) ?? from).fetch(blob, signal) };
}

/** Blobs that a message lists. */
const MAX_LISTED = 20;

function refuseMissing(missing: readonly Lacking[], { name }: Store): void {
  if (missing.length === 0) return;
  const listed = missing
    .slice(0, MAX_LISTED)
    .map(({ placement: { to, descriptor } }) => `${descriptor.digest} (${to})`);
  const more = missing.length > MAX_LISTED ? ` and ${missing.length - MAX_LISTED} more` : "";
  const bytes = missing.reduce((total, { placement }) => total + placement.descriptor.size, 0);
  const blobs = `${missing.length} blob(s) of ${bytes} bytes`;
  const list = `${listed.join(", ")}${more}`;
  if (missing.some(({ absence }) => absence === "missing")) {
    throw new TransferError("BLOB_UNKNOWN", `the archive lacks ${blobs}, and so does ${name}: ${list}`, {
      where: "input component-versions",
      remedy: "The archive is incomplete; write it again.",
    });
  }
  throw new TransferError("BASE_MISSING", `${name} lacks ${blobs} that the delta omits: ${list}`, {
    where: "input target",
    remedy:
      "Transfer the base of the delta to this target first, with the same access and path, name the repository that has the blobs in base-repositories, or ask for an archive without a base. Nothing was written.",
  });
}
