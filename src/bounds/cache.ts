/** Values by key, within a limit of memory for all of them. */
export interface Cache<T> {
  get(key: string): T | undefined;
  /** `size`: approximate bytes. */
  set(key: string, value: T, size: number): void;
  delete(key: string): void;
}

/** A least-recently-used cache of at most `maxSize` bytes. */
export function createCache<T>(maxSize: number): Cache<T> {
  const entries = new Map<string, { readonly value: T; readonly size: number }>();
  let total = 0;

  function remove(key: string): void {
    total -= entries.get(key)?.size ?? 0;
    entries.delete(key);
  }

  return {
    get(key) {
      const entry = entries.get(key);
      if (entry === undefined) return undefined;
      // A Map keeps insertion order: the first key is the least recently used one.
      entries.delete(key);
      entries.set(key, entry);
      return entry.value;
    },
    set(key, value, size) {
      remove(key);
      entries.set(key, { value, size });
      total += size;
      for (const oldest of entries.keys()) {
        if (total <= maxSize) break;
        remove(oldest);
      }
    },
    delete: remove,
  };
}

/** A view of the keys with this prefix. */
export function cacheBelow<T>(cache: Cache<T>, prefix: string): Cache<T> {
  return {
    get: (key) => cache.get(prefix + key),
    set: (key, value, size) => cache.set(prefix + key, value, size),
    delete: (key) => cache.delete(prefix + key),
  };
}
