import type { Code } from "../../errors/codes.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import type { Digest } from "../../oci/digest.ts";
import { isVersion } from "../../ocm/descriptor/component-reference.ts";
import {
  type ComponentRepository,
  type ComponentVersion,
  componentRepositoryName,
  readPinnedVersion,
  tagOf,
  versionsOf,
} from "../../ocm/repository/component-version.ts";
import { compareVersions, highestAliased, latestOf, orderVersions } from "../../ocm/version/version.ts";
import { createHold, MAX_VERSIONS, tooManyVersions } from "./budget.ts";

/** A component version of a list, and the tags of the list that lead to it. */
export interface TaggedVersion {
  readonly known: ComponentVersion;
  readonly tags: readonly string[];
}

export interface VersionList {
  /** Each version once, unless it has several manifests and a tag of its own for none of them. */
  readonly versions: readonly TaggedVersion[];
  readonly unreadable: readonly UnreadableTag[];
  /** All tags of the repository. */
  readonly all: readonly string[];
}

interface UnreadableTag {
  readonly tag: string;
  readonly error: TransferError;
}

export interface ListOptions {
  readonly allows: (version: string) => boolean;
  /** Whether all but the latest version may be missing. */
  readonly isLatestOnly: boolean;
}

/**
 * The versions of a component that a repository has tags for. A tag only suggests a version: several tags may lead to one component
 * version, `.build-` may be part of a version, and anything can be tagged in a registry. The component descriptor has the version.
 */
export async function listVersions(
  { from, component }: { readonly from: ComponentRepository; readonly component: string },
  { allows, isLatestOnly }: ListOptions,
  signal?: AbortSignal,
): Promise<VersionList> {
  const repository = from.registry.repository(componentRepositoryName(from.path, component));
  const all = await repository.listTags(signal);
  const candidates = all.filter((tag) => readingsOf(tag).some(allows));
  const tooMany = tooManyVersions();
  const hold = createHold(tooMany);
  const reading = new Map<Digest, Promise<ComponentVersion>>();
  const found = new Map<ComponentVersion, string[]>();
  const unreadable: UnreadableTag[] = [];

  async function read(tag: string): Promise<ComponentVersion | undefined> {
    try {
      const { digest } = await repository.resolve(tag, signal);
      const known =
        reading.get(digest) ?? readPinnedVersion(from, { component, version: undefined, digest }, signal).then(hold);
      reading.set(digest, known);
      const version = await known;
      found.set(version, [...(found.get(version) ?? []), tag]);
      return version;
    } catch (error) {
      if (!(error instanceof TransferError) || !UNREADABLE.has(error.code)) throw error;
      unreadable.push({ tag, error });
      return undefined;
    }
  }

  /** Reads one after the other, from the highest on, until no tag can lead to a later version. */
  async function readLatest(): Promise<void> {
    let latest: string | undefined;
    for (const tag of candidates.toSorted(byHighestVersion)) {
      if (latest !== undefined && compareVersions(highestOf(tag), latest) < 0) return;
      const version = (await read(tag))?.descriptor.version;
      if (version !== undefined && allows(version))
        latest = latestOf([version, ...(latest === undefined ? [] : [latest])]);
    }
  }

  if (isLatestOnly) await readLatest();
  else {
    if (candidates.length > MAX_VERSIONS) throw tooMany;
    await Promise.all(candidates.map(read));
  }
  const versions = [...found].map(([known, tags]) => ({ known: withTags(known, tags), tags: tags.toSorted() }));
  return { versions: withoutCopies(versions), unreadable, all };
}

/** Errors of what a tag leads to, as opposed to those of the registry and of the route to it. */
const UNREADABLE: ReadonlySet<Code> = new Set<Code>([
  "BLOB_UNKNOWN",
  "DESCRIPTOR_MALFORMED",
  "DESCRIPTOR_MISPLACED",
  "DESCRIPTOR_VERSION_UNSUPPORTED",
  "DIGEST_MALFORMED",
  "MANIFEST_MALFORMED",
  "MANIFEST_UNKNOWN",
  "COMPONENT_VERSION_UNKNOWN",
  "NOT_A_COMPONENT_VERSION",
  "RESPONSE_TOO_LARGE",
]);

function readingsOf(tag: string): readonly string[] {
  return versionsOf(tag).filter(isVersion);
}

function withTags(known: ComponentVersion, tags: readonly string[]): ComponentVersion {
  return { ...known, isPinned: !tags.includes(tagOf(known.descriptor.version)) };
}

/** Where a version has a tag of its own, its other manifests are copies that only aliases still lead to. */
function withoutCopies(versions: readonly TaggedVersion[]): TaggedVersion[] {
  const byVersion = Map.groupBy(versions, ({ known }) => known.descriptor.version);
  return [...byVersion.values()].flatMap((copies) => {
    const own = copies.find(({ known }) => !known.isPinned);
    return own === undefined ? copies : [{ ...own, tags: copies.flatMap(({ tags }) => tags) }];
  });
}

function byHighestVersion(one: string, other: string): number {
  return orderVersions(highestOf(other), highestOf(one));
}

/** The highest version that a tag may lead to, as far as its text suggests one. */
function highestOf(tag: string): string {
  return readingsOf(tag).map(highestAliased).toSorted(orderVersions).at(-1) ?? tag;
}
