import { TransferError, throwAll } from "../../errors/transfer-error.ts";
import { type Descriptor, isManifest } from "../../oci/descriptor.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import { parseAccess } from "../../ocm/access/access.ts";
import {
  type ComponentRepository,
  type ComponentVersion,
  readComponentVersion,
} from "../../ocm/repository/component-version.ts";
import { componentDigest } from "../../ocm/signing/normalise.ts";
import { isNesting } from "../pins/pins.ts";
import { readGraph } from "../source/graph.ts";
import { type ResolvedVersion, type ResolveOptions, resolveElements } from "../source/resolve-elements.ts";
import type { DesiredVersion } from "../target/desired.ts";
import type { Plan, Tagging } from "../target/plan.ts";
import { createBlobReader } from "../verify/blob-reader.ts";
import { comparableKey, comparablesIn } from "../verify/comparison.ts";

export interface ReadBackOptions extends Pick<ResolveOptions, "unpack"> {
  readonly concurrency: number;
  readonly attempts: number;
  /** Whether HEAD shows what the registry has; otherwise the first byte of each blob is requested. */
  readonly isHeadTrusted: boolean;
}

/**
 * Walks the target from the tags of a transfer, as a garbage collector would: what this does not meet may be gone tomorrow. Every
 * manifest on the way is read, every blob is asked for, and every component version is read as by anybody, and compared with what it
 * pins. `target` must not be the one that wrote, which would answer out of its memory. Fails with whatever is missing or another.
 */
export async function readBack(
  { tags, desired: desiredVersions, comparables }: Pick<Plan, "tags" | "desired" | "comparables">,
  target: ComponentRepository,
  options: ReadBackOptions,
  signal: AbortSignal,
): Promise<ResolvedVersion[]> {
  const asked = new Map<string, Promise<void>>();

  async function checkBlob(repository: ReadableRepository, blob: Descriptor, from: string): Promise<void> {
    // A delta is complete at its receiver, who verifies that.
    if ((await repository.absenceOf?.(blob)) === "omitted") return;
    // A HEAD that denies is no proof either.
    if (options.isHeadTrusted && (await repository.exists(blob, signal))) return;
    if (await isReadable(repository, blob, signal)) return;
    throw differs("BLOB_UNKNOWN", `${from} needs the blob ${blob.digest} (${blob.mediaType}), which is not there`);
  }

  async function walk({ repository: name, tag, target: written }: Tagging): Promise<void> {
    const repository = target.registry.repository(name);
    const root = await repository.resolve(tag, signal);
    if (root.digest !== written.digest) {
      throw differs("MANIFEST_UNKNOWN", `${name}:${tag} is ${root.digest}, and not ${written.digest}`);
    }
    const { nodes } = await readGraph(repository, root, signal);
    const blobs = nodes.map(({ descriptor }) => descriptor).filter(({ mediaType }) => !isManifest(mediaType));
    await Promise.all(
      blobs.map((blob) => {
        const key = `${name}@${blob.digest}`;
        const asking = asked.get(key) ?? checkBlob(repository, blob, `${name}:${tag}`);
        asked.set(key, asking);
        return asking;
      }),
    );
  }

  throwAll(failures(await Promise.allSettled(tags.flat().map(walk))));
  const read = await Promise.allSettled(desiredVersions.map((desired) => readVersion(desired, target, signal)));
  throwAll(failures(read));
  const resolved = await resolveAll(
    read.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])),
    options,
    signal,
  );
  // The same blobs were compared with the same pins while they were copied.
  const compared = new Set(comparables.map(comparableKey));
  const left = comparablesIn(resolved).filter((comparable) => !compared.has(comparableKey(comparable)));
  const reader = createBlobReader(options, signal);
  throwAll(failures(await Promise.allSettled(left.map((comparable) => reader.compare(comparable)))));
  return resolved;
}

async function isReadable(repository: ReadableRepository, blob: Descriptor, signal: AbortSignal): Promise<boolean> {
  if (repository.probe === undefined) return repository.exists(blob, signal);
  try {
    await repository.probe(blob, signal);
    return true;
  } catch (error) {
    if (error instanceof TransferError && error.code === "BLOB_UNKNOWN") return false;
    throw error;
  }
}

/** Compares the local content of the copies with its pins, as far as digests decide. */
async function resolveAll(
  versions: readonly ComponentVersion[],
  { unpack }: ReadBackOptions,
  signal: AbortSignal,
): Promise<ResolvedVersion[]> {
  const roots = versions.map(({ descriptor }) => descriptor).filter(isNesting);
  const options = { copyResources: false, copySources: false, registryAt: notFollowed, unpack, roots };
  const resolved = await Promise.all(versions.map((version) => resolveElements(version, options, signal)));
  throwAll(resolved.flatMap(({ errors }) => errors));
  return resolved;
}

function notFollowed(): never {
  throw new Error("references to other registries are not followed");
}

async function readVersion(
  { version: { descriptor: source } }: DesiredVersion,
  target: ComponentRepository,
  signal: AbortSignal,
): Promise<ComponentVersion> {
  const version = await readComponentVersion(target, source.name, source.version, signal);
  const [before, now] = [componentDigest(source), componentDigest(version.descriptor)];
  const where = `${source.name}:${source.version}`;
  if (before !== now)
    throw differs("COMPONENT_DIGEST_DIFFERS", `${where} has the component digest ${now}, not ${before}`);
  for (const { kind, name, access } of version.descriptor.elements) {
    const parsed = parseAccess(access);
    const local = parsed.kind === "localBlob" ? parsed.localReference.split(",").map((digest) => digest.trim()) : [];
    const lost = local.find((digest) => !has(version, digest));
    if (lost !== undefined)
      throw differs("BLOB_UNKNOWN", `${kind} ${name} of ${where} is ${lost}, which no tag leads to`);
  }
  return version;
}

function has({ nativeManifests: natives, layers }: ComponentVersion, digest: string): boolean {
  return [natives, layers].some((contents) => (contents as ReadonlyMap<string, Descriptor>).has(digest));
}

function differs(
  code: "BLOB_UNKNOWN" | "MANIFEST_UNKNOWN" | "COMPONENT_DIGEST_DIFFERS",
  message: string,
): TransferError {
  return new TransferError(code, message);
}

function failures(results: readonly PromiseSettledResult<unknown>[]): unknown[] {
  return [...new Set(results.flatMap((result) => (result.status === "rejected" ? [result.reason] : [])))];
}
