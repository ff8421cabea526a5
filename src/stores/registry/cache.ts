import { type Cache, cacheBelow, createCache } from "../../bounds/cache.ts";
import type { Descriptor } from "../../oci/descriptor.ts";

/** Bytes that a tag takes in memory, about. */
export const TAG_SIZE = 64;

/** Bytes of manifests and lists of tags that are kept. */
const MAX_CACHE = 64 * 1024 * 1024;

/** Manifests by repository and digest, and tags by repository. */
export interface RegistryCache {
  readonly manifests: Cache<KnownManifest>;
  readonly tagLists: Cache<Promise<readonly string[]>>;
}

export function createRegistryCache(maxSize: number = MAX_CACHE): RegistryCache {
  return { manifests: createCache(maxSize), tagLists: createCache(maxSize) };
}

/** The part of a cache that is one registry's. */
export function cachePart({ manifests, tagLists }: RegistryCache, key: string): RegistryCache {
  return { manifests: cacheBelow(manifests, `${key} `), tagLists: cacheBelow(tagLists, `${key} `) };
}

export interface KnownManifest {
  readonly descriptor: Descriptor;
  readonly content: Buffer;
}
