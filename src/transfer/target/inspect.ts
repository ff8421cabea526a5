import { TransferError } from "../../errors/transfer-error.ts";
import { type Descriptor, isManifest } from "../../oci/descriptor.ts";
import type { Digest } from "../../oci/digest.ts";
import type { ReadableStore, Repository, Store } from "../../oci/store.ts";
import { isJsonObject, type Json, type JsonObject } from "../../ocm/descriptor/json.ts";
import type { ComponentVersion } from "../../ocm/repository/component-version.ts";
import { componentDigest } from "../../ocm/signing/normalise.ts";
import { isAbsence } from "../source/locate.ts";
import type { DesiredVersion, Placement, TagPlacement } from "./desired.ts";

/** The treatment of component versions that the target has already. */
export type ExistingPolicy = "skip" | "overwrite" | "fail";

/** The component version that a read of the target finds, or undefined where it is missing, or unreadable and to be overwritten. */
export async function existingOrNone(
  read: () => Promise<ComponentVersion>,
  policy: ExistingPolicy,
): Promise<ComponentVersion | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof TransferError)) throw error;
    // Registries that want a login answer 401 or 403 for a repository that does not exist; whether we may push shows when we do.
    if (isAbsence(error)) return undefined;
    if (policy === "overwrite" && UNREADABLE.has(error.code)) return undefined;
    throw error;
  }
}

const UNREADABLE = new Set([
  "NOT_A_COMPONENT_VERSION",
  "DESCRIPTOR_MALFORMED",
  "DESCRIPTOR_MISPLACED",
  "VERSION_ALIASED",
  "MANIFEST_MALFORMED",
]);

/** Fails where the policy forbids to change an existing component version. `skip` allows a copy of the same one. */
export function checkExisting(
  existing: ComponentVersion | undefined,
  source: ComponentVersion,
  policy: ExistingPolicy,
): void {
  if (existing === undefined || policy === "overwrite") return;
  const where = `${existing.from.display}//${source.descriptor.name}:${source.descriptor.version}`;
  if (policy === "fail") {
    throw new TransferError("COMPONENT_VERSION_EXISTS", `${where} exists`, {
      where,
      remedy: "Set existing: skip to leave or complete it, or existing: overwrite to replace it.",
    });
  }
  const [there, here] = [componentDigest(existing.descriptor), componentDigest(source.descriptor)];
  if (there === here) return;
  throw new TransferError(
    "COMPONENT_DIGEST_DIFFERS",
    `${where} has the component digest ${there}, the source ${here}`,
    {
      where,
      remedy:
        "They are two different component versions. Give one a new version, or set existing: overwrite to replace the target's.",
    },
  );
}

/** Signatures of the target's copy that the source does not have: somebody signed there. */
export function furtherSignatures(existing: ComponentVersion | undefined, source: ComponentVersion): JsonObject[] {
  if (existing === undefined || componentDigest(existing.descriptor) !== componentDigest(source.descriptor)) return [];
  const known = new Set(source.descriptor.signatures);
  const signatures: readonly Json[] = Array.isArray(existing.descriptor.tree.signatures)
    ? existing.descriptor.tree.signatures
    : [];
  return signatures.filter(isJsonObject).filter(({ name }) => typeof name === "string" && !known.has(name));
}

/** Identifies a piece of content in a repository of the target, where manifests and blobs are kept apart. */
export function keyOf({ to, descriptor }: Pick<Placement, "to" | "descriptor">): string {
  return `${isManifest(descriptor.mediaType) ? "manifest" : "blob"} ${to}@${descriptor.digest}`;
}

/**
 * The content that a target is asked for. The rest takes no request more without that: a manifest under a tag is requested by the tag,
 * and in a component version that the target does not have yet, a blob of another of its repositories is mounted.
 * `existing` are the component versions of the same names at the target.
 */
export function placementsToAsk(
  desiredVersions: readonly Pick<DesiredVersion, "placements" | "artifactTags" | "componentTag">[],
  existing: readonly (Pick<ComponentVersion, "root"> | undefined)[],
  target: ReadableStore,
): Placement[] {
  const tags = desiredVersions.flatMap(({ artifactTags, componentTag }) => [...artifactTags, componentTag]);
  const roots = new Set(tags.map(({ repository: to, target: descriptor }) => keyOf({ to, descriptor })));
  const homes = new Map<Digest, string>();
  return desiredVersions.flatMap(({ placements, componentTag }, index) => {
    const isNew = existing[index]?.root.digest !== componentTag.target.digest;
    return placements.filter((placement) => {
      const { descriptor, from, to, about } = placement;
      if (isManifest(descriptor.mediaType)) return !roots.has(keyOf(placement));
      if (about !== undefined) return true;
      const own = !Buffer.isBuffer(from) && from.store === target ? from.name : to;
      const home = homes.get(descriptor.digest) ?? own;
      homes.set(descriptor.digest, home);
      return home === to || !isNew;
    });
  });
}

/** Which of the placements are at the target already; every one is asked for once, all at the same time. */
export async function findPresent(
  target: Store,
  placements: readonly Placement[],
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const unique = new Map(placements.map((placement) => [keyOf(placement), placement]));
  const present = await Promise.all(
    [...unique].map(async ([key, { to, descriptor }]) => {
      const exists = await existsIn(target.repository(to), descriptor, signal);
      return exists ? [key] : [];
    }),
  );
  return new Set(present.flat());
}

/** Without the right to read, the right to push may exist all the same: a push will show. */
async function existsIn(repository: Repository, descriptor: Descriptor, signal?: AbortSignal): Promise<boolean> {
  try {
    return await repository.exists(descriptor, signal);
  } catch (error) {
    if (isAbsence(error)) return false;
    throw error;
  }
}

/** The manifests under the tags before the transfer, by `repository:tag`. */
export async function findTags(
  target: Store,
  tags: readonly TagPlacement[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, Descriptor>> {
  const names = new Map(tags.map(({ repository, tag }) => [`${repository}:${tag}`, { repository, tag }]));
  const found = await Promise.all(
    [...names].map(async ([key, { repository, tag }]) => {
      try {
        return [[key, await target.repository(repository).resolve(tag, signal)] as const];
      } catch (error) {
        if (isAbsence(error)) return [];
        throw error;
      }
    }),
  );
  return new Map(found.flat());
}
