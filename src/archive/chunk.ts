/** Read from files, and decompressed, at a time: the default of Node.js, 64 or 16 KiB, costs a call of the system for each. */
export const CHUNK_BYTES = 512 * 1024;

/** The same for a file of this size: streams allocate it for every read, which costs a small file more than its content. */
export function chunkBytes(size: number): number {
  return Math.min(CHUNK_BYTES, size + 1);
}
