import type { Digest } from "../../oci/digest.ts";
import {
  type ComponentRepository,
  type ComponentVersion,
  readComponentVersion,
  readPinnedVersion,
} from "../../ocm/repository/component-version.ts";

/** A component version in a repository: by its tag, or by the digest of its manifest wherever the tag leads. */
export interface VersionReference {
  readonly from: ComponentRepository;
  readonly component: string;
  readonly version: string;
  readonly digest?: Digest | undefined;
}

export type ReadVersion = (reference: VersionReference, signal?: AbortSignal) => Promise<ComponentVersion>;

/** Reads each component version once: a tag that moves during a run must not lead to one that was not verified. */
export function createReadVersion(): ReadVersion {
  const repositories = new WeakMap<ComponentRepository, Map<string, Promise<ComponentVersion>>>();
  return ({ from, component, version, digest }, signal) => {
    const known = repositories.get(from) ?? new Map<string, Promise<ComponentVersion>>();
    repositories.set(from, known);
    const key = `${component}:${version}@${digest ?? ""}`;
    const reading =
      known.get(key) ??
      (digest === undefined
        ? readComponentVersion(from, component, version, signal)
        : readPinnedVersion(from, { component, version, digest }, signal));
    known.set(key, reading);
    // With more retries it may be read after all.
    reading.catch(() => known.delete(key));
    return reading;
  };
}
