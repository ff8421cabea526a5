import type { Code } from "../../errors/codes.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import { isRetryable } from "../../net/retryable.ts";
import { withoutRepetition } from "../../net/work.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import {
  type ArtifactReference,
  formatArtifactReference,
  type ImageReference,
  manifestReference,
} from "../../oci/reference.ts";
import type { ReadableRepository, ReadableStore } from "../../oci/store.ts";
import type { ComponentVersion } from "../../ocm/repository/component-version.ts";
import { asDigest, type Pin } from "../../ocm/signing/pin.ts";
import { isTemporaryRefusal, RegistryError } from "../../stores/registry/error.ts";
import { printable } from "../../text/redact.ts";
import { comparableOf, isPinnedArtifact } from "../pins/pinned-content.ts";
import { type ArtifactName, below, recordedPaths, strippedName } from "./artifact-name.ts";

/** Where an artifact was found, and what it is called there. */
export interface Location extends Place {
  readonly name: ArtifactName;
}

interface Place {
  readonly from: ReadableRepository;
  readonly root: Descriptor;
  readonly movedTag?: MovedTag | undefined;
}

/** A tag that leads to another artifact than the one that is pinned. */
export interface MovedTag {
  /** `repository:tag` */
  readonly tag: string;
  readonly has: Digest;
  readonly pinned: Digest;
}

export function describeMovedTag({ tag, has, pinned }: MovedTag): string {
  return `the tag ${printable(tag, 300)} leads to ${has}, and not to ${pinned}, which is pinned`;
}

/**
 * An absolute reference is followed only after the registry of the component was asked for the same path and digest: it may
 * have been pushed there through a host name that does not exist any more.
 */
export async function locateAbsolute(
  version: ComponentVersion,
  pins: readonly Pin[],
  reference: ImageReference,
  registryAt: (reference: ImageReference) => ReadableStore,
  signal?: AbortSignal,
): Promise<Location> {
  const pinned = reference.digest ?? pinnedDigest(pins);
  const there = registryAt(reference);
  const name = strippedName(reference, version);
  const find = () => locateThere(there.repository(reference.repository), reference, pins, signal);
  if (pinned === undefined || there === version.from.registry) return { ...(await find()), name };
  const guess = () => locateNear(version, reference, pinned, signal);
  return { ...(await guessed(guess, find, signal)), name };
}

/**
 * The guess first, and once: a definite answer decides it. Where it fails for a reason that may pass, the place that is named is asked, and
 * the guess is repeated only if that fails too.
 */
async function guessed(
  guess: () => Promise<Place | undefined>,
  find: () => Promise<Place>,
  signal?: AbortSignal,
): Promise<Place> {
  const [near, fault] = await orAbsence(withoutRepetition(guess), isTemporary);
  signal?.throwIfAborted();
  if (near !== undefined) return near;
  if (fault === undefined) return find();
  try {
    return await find();
  } catch (error) {
    signal?.throwIfAborted();
    const [place] = await orAbsence(guess(), isTemporary);
    if (place === undefined) throw error;
    return place;
  }
}

/** By its digest, or by a tag, as readers do; where a tag has moved, by the pinned digest if that still exists. */
async function locateThere(
  from: ReadableRepository,
  reference: ArtifactReference,
  pins: readonly Pin[],
  signal?: AbortSignal,
): Promise<Place> {
  const wanted = manifestReference(reference);
  const pinned = pinnedDigest(pins);
  if (reference.digest !== undefined || pinned === undefined) return { from, root: await from.resolve(wanted, signal) };
  const [tagged, absence] = await orAbsence(from.resolve(wanted, signal));
  if (tagged !== undefined && (await isPinnedArtifact(pins, { from, root: tagged }, signal))) {
    return { from, root: tagged };
  }
  const [root] = await orAbsence(from.resolve(pinned, signal), isRefusal);
  if (root !== undefined) return { from, root, movedTag: movedTag(from, wanted, tagged, root) };
  if (tagged === undefined) throw absence;
  return { from, root: tagged };
}

export async function locateRelative(
  version: ComponentVersion,
  pins: readonly Pin[],
  reference: ArtifactReference,
  where: string,
  signal?: AbortSignal,
): Promise<Location> {
  const name = strippedName(reference, version);
  let other: Place | undefined;
  for (const from of nearRepositories(version, reference)) {
    const [place] = await orAbsence(locateThere(from, reference, pins, signal));
    if (place === undefined) continue;
    if (comparableOf(pins).length === 0 || (await isPinnedArtifact(pins, place, signal))) return { ...place, name };
    other ??= place;
  }
  if (other !== undefined) return { ...other, name };
  const text = formatArtifactReference(reference);
  throw new TransferError("ARTIFACT_UNKNOWN", `${where}: ${version.from.registry.name} has no ${text}`, {
    where: version.from.display,
    remedy:
      "The copy is incomplete, or was moved to another path by hand; transfer the component version again from its origin.",
  });
}

/** In the component's own registry: under the path of the reference, or the path that it has moved to since. */
function nearRepositories(version: ComponentVersion, { repository }: ArtifactReference): ReadableRepository[] {
  const moved = recordedPaths(version)
    .filter((path) => repository.startsWith(`${path}/`))
    .map((path) => below(version.from.path, repository.slice(path.length + 1)));
  return [...new Set([repository, ...moved])].map((name) => version.from.registry.repository(name));
}

/** The pinned artifact, in the component's own registry. */
async function locateNear(
  version: ComponentVersion,
  reference: ArtifactReference,
  pinned: Digest,
  signal?: AbortSignal,
): Promise<Place | undefined> {
  for (const from of nearRepositories(version, reference)) {
    const [root] = await orAbsence(from.resolve(pinned, signal), isRefusal);
    if (root === undefined) continue;
    if (reference.digest !== undefined) return { from, root };
    const tag = manifestReference(reference);
    const [tagged] = await orAbsence(from.resolve(tag, signal), (error) => isRefusal(error) || isTemporary(error));
    return { from, root, movedTag: movedTag(from, tag, tagged, root) };
  }
  return undefined;
}

function movedTag(
  { name }: ReadableRepository,
  tag: string,
  tagged: Descriptor | undefined,
  root: Descriptor,
): MovedTag | undefined {
  if (tagged === undefined || tagged.digest === root.digest) return undefined;
  return { tag: `${name}:${tag}`, has: tagged.digest, pinned: root.digest };
}

function pinnedDigest(pins: readonly Pin[]): Digest | undefined {
  return comparableOf(pins).flatMap((pin) => asDigest(pin) ?? [])[0];
}

/** The result, or the error of an absence. */
async function orAbsence<T>(
  finding: Promise<T>,
  isNotThere: (error: unknown) => boolean = isAbsence,
): Promise<readonly [T | undefined, unknown]> {
  try {
    return [await finding, undefined];
  } catch (error) {
    if (!isNotThere(error)) throw error;
    return [undefined, error];
  }
}

const ABSENCES = new Set<Code>([
  "MANIFEST_UNKNOWN",
  "COMPONENT_VERSION_UNKNOWN",
  "UNAUTHORIZED",
  "DENIED",
  "TOKEN_REFUSED",
]);

/** Registries that want a login answer 401 or 403 for a repository that does not exist. */
export function isAbsence(error: unknown): boolean {
  return error instanceof TransferError && ABSENCES.has(error.code);
}

/** A registry may refuse a path of another registry in any way; the other registry decides. */
function isRefusal(error: unknown): boolean {
  return (error instanceof RegistryError && !isTemporary(error)) || isAbsence(error);
}

function isTemporary(error: unknown): boolean {
  return isRetryable(error) || isTemporaryRefusal(error);
}
