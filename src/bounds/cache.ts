/** Values by key, which together cost at most so much memory. */
export interface Cache<T> {
  get(key: string): T | undefined;
  /** `size` in bytes, about. */
  set(key: string, value: T, size: number): void;
  delete(key: string): void;
}

/** Forgets what was not used for the longest time where all would be more than `maxSize` bytes. */
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
      // A Map keeps the order in which keys were added: the first is the one to forget.
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

/** The part of a cache whose keys begin so. */
export function cacheBelow<T>(cache: Cache<T>, prefix: string): Cache<T> {
  return {
    get: (key) => cache.get(prefix + key),
    set: (key, value, size) => cache.set(prefix + key, value, size),
    delete: (key) => cache.delete(prefix + key),
  };
}
