/** Read from files, and decompressed, at a time: the default of Node.js, 64 or 16 KiB, costs a call of the system for each. */
export const CHUNK_BYTES = 512 * 1024;
