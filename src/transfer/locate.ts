import type { Code } from "../codes.ts";
import { TransferError } from "../errors.ts";
import type { Element } from "../ocm/component-descriptor.ts";
import type { ComponentVersion } from "../ocm/component-version.ts";
import { pinnedDigest } from "../ocm/pinned-digest.ts";
import type { Descriptor } from "../registry/descriptor.ts";
import type { Digest } from "../registry/digest.ts";
import {
  type ArtifactReference,
  formatArtifactReference,
  type ImageReference,
  manifestReference,
} from "../registry/reference.ts";
import type { ReadableRegistry, ReadableRepository } from "../registry/registry.ts";
import { RegistryError } from "../registry/registry-error.ts";
import { type ArtifactName, below, recordedPaths, strippedName } from "./artifact-name.ts";

/** Where an artifact was found, and what it is called there. */
export interface Location {
  readonly from: ReadableRepository;
  readonly root: Descriptor;
  readonly name: ArtifactName;
}

/**
 * An absolute reference is followed only after the registry where the component lies was asked for the same path and digest: who
 * pushed it there may have done so through a host name that nobody knows any more.
 */
export async function locateAbsolute(
  version: ComponentVersion,
  element: Element,
  reference: ImageReference,
  registryAt: (reference: ImageReference) => ReadableRegistry,
  signal?: AbortSignal,
): Promise<Location> {
  const pinned = reference.digest ?? pinnedDigest(element);
  const there = registryAt(reference);
  const name = strippedName(reference, version);
  if (pinned !== undefined && there !== version.from.registry) {
    const near = await locateNear(version, reference, pinned, isRefusal, signal);
    if (near !== undefined) return { ...near, name };
  }
  const from = there.repository(reference.repository);
  return { from, root: await resolvePinned(from, reference, pinned, signal), name };
}

/** What the descriptor pins is looked for by its digest; the tag beside it may have moved on. */
async function resolvePinned(
  from: ReadableRepository,
  reference: ArtifactReference,
  pinned: Digest | undefined,
  signal?: AbortSignal,
): Promise<Descriptor> {
  if (reference.digest !== undefined || pinned === undefined) return from.resolve(manifestReference(reference), signal);
  try {
    return await from.resolve(pinned, signal);
  } catch (error) {
    if (!isAbsence(error)) throw error;
    return from.resolve(manifestReference(reference), signal);
  }
}

export async function locateRelative(
  version: ComponentVersion,
  element: Element,
  reference: ArtifactReference,
  where: string,
  signal?: AbortSignal,
): Promise<Location> {
  const name = strippedName(reference, version);
  const pinned = reference.digest ?? pinnedDigest(element);
  const near = await locateNear(version, reference, pinned ?? manifestReference(reference), isAbsence, signal);
  if (near !== undefined) return { ...near, name };
  const text = formatArtifactReference(reference);
  throw new TransferError("ARTIFACT_UNKNOWN", `${where}: ${version.from.registry.name} has no ${text}`, {
    where: version.from.display,
    remedy:
      "The copy is incomplete, or was moved to another path by hand; transfer the component version anew from its origin.",
  });
}

/** The artifact in the component's own registry: under the path it is said to have, or where that path has moved to since. */
async function locateNear(
  version: ComponentVersion,
  { repository }: ArtifactReference,
  wanted: string,
  isNotThere: (error: unknown) => boolean,
  signal?: AbortSignal,
): Promise<Pick<Location, "from" | "root"> | undefined> {
  const moved = recordedPaths(version)
    .filter((path) => repository.startsWith(`${path}/`))
    .map((path) => below(version.from.path, repository.slice(path.length + 1)));
  for (const name of new Set([repository, ...moved])) {
    const from = version.from.registry.repository(name);
    try {
      return { from, root: await from.resolve(wanted, signal) };
    } catch (error) {
      if (!isNotThere(error)) throw error;
    }
  }
  return undefined;
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

/** Whatever a registry says to a path that was meant for another one, the other one has the last word. */
function isRefusal(error: unknown): boolean {
  return error instanceof RegistryError || isAbsence(error);
}
