import { resolveOrNone } from "../../oci/content.ts";
import type { Digest } from "../../oci/digest.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import { isVersion } from "../../ocm/descriptor/component-reference.ts";
import { type ComponentVersion, tagOf } from "../../ocm/repository/component-version.ts";
import { isAlias } from "../../ocm/version/version.ts";

/**
 * The alias tags of a component version: tags of its manifest but for its own. A tag that is a version itself (`1.3.0` of `1.2.0`) is no
 * alias: a copy of it would take the place of that version.
 */
export type ReadAliases = (version: ComponentVersion) => Promise<readonly string[]>;

/** Requests the manifest of every tag, once for each repository. */
export function createReadAliases(signal?: AbortSignal): ReadAliases {
  const repositories = new Map<ReadableRepository, Promise<ReadonlyMap<Digest, readonly string[]>>>();
  return async ({ repository, root, descriptor: { version } }) => {
    const reading = repositories.get(repository) ?? readTags(repository, signal);
    repositories.set(repository, reading);
    const tags = (await reading).get(root.digest) ?? [];
    return tags.filter((tag) => tag !== tagOf(version) && (!isVersion(tag) || isAlias(tag, version))).toSorted();
  };
}

async function readTags(
  repository: ReadableRepository,
  signal?: AbortSignal,
): Promise<ReadonlyMap<Digest, readonly string[]>> {
  const tags = (await repository.listTags(signal)).filter((tag) => !REFERRERS.test(tag));
  const roots = await Promise.all(tags.map((tag) => resolveOrNone(repository, tag, signal)));
  const byDigest = new Map<Digest, string[]>();
  for (const [at, tag] of tags.entries()) {
    const digest = roots[at]?.digest;
    if (digest !== undefined) byDigest.set(digest, [...(byDigest.get(digest) ?? []), tag]);
  }
  return byDigest;
}

/** Fallback tags of referrers (distribution-spec, "Referrers Tag Schema"), and those of cosign. */
const REFERRERS = /^sha(?:256|512)-[0-9a-f]{64}/;
