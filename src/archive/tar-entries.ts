import { type PaxRecords, parsePax } from "./pax.ts";
import { damaged, refused } from "./refusal.ts";
import { BLOCK, decoded, MAX_OCTAL, parseHeader, type TarHeader } from "./tar-header.ts";

/** Bytes with random access. */
export interface Bytes {
  /** In bytes. */
  readonly size: number;
  /** Fewer than `length` only at the end. */
  read(position: number, length: number): Promise<Buffer>;
}

/** A regular file or a directory of a tar archive. The name is as it was written: a directory's may end in a slash. */
export interface TarEntry {
  readonly kind: "file" | "directory";
  readonly name: string;
  /** Where its content begins, and how long it is, in bytes. */
  readonly offset: number;
  readonly size: number;
}

/** For pax headers and long names, which have to be held in memory. */
const MAX_EXTENSION_BYTES = 64 * 1024;
/** GNU tar pads archives to complete records, of 10 KiB by default. */
const MAX_PADDING_BYTES = 1024 * 1024;
const MAX_ENTRIES = 250_000;
const WINDOW = 64 * 1024;

interface Extensions {
  readonly pax?: PaxRecords;
  readonly longName?: string;
}

/**
 * The entries of a tar archive with their offsets, without reading their contents. Every reader has to find the same entries, so all
 * ambiguity is refused: links, contradictory sizes and names, an incomplete end. Fails with ARCHIVE_REFUSED or ARCHIVE_BROKEN.
 */
export async function* tarEntries(bytes: Bytes, where: string): AsyncGenerator<TarEntry> {
  const source = windowed(bytes);
  let extensions: Extensions = {};
  let entries = 0;
  for (let position = 0; ; ) {
    const block = await source.read(position, BLOCK);
    if (block.length < BLOCK) throw damaged(where, "is truncated: the end marker of a tar archive is missing");
    const header = parseHeader(block, where);
    if (header === undefined) {
      if (Object.keys(extensions).length > 0) throw refused(where, undefined, "an extended header has no entry");
      return await checkEnd(source, position, where);
    }
    const { kind, name, size } = extended(header, extensions, where);
    if (++entries > MAX_ENTRIES) throw refused(where, undefined, `there are more than ${MAX_ENTRIES} entries`);
    const offset = position + BLOCK;
    if (offset + size > bytes.size) throw damaged(where, "is truncated in the middle of an entry");
    position = offset + Math.ceil(size / BLOCK) * BLOCK;
    if (kind === "file" || kind === "directory") {
      extensions = {};
      yield { kind, name, offset, size };
    } else {
      if (size > MAX_EXTENSION_BYTES) throw refused(where, name, `is an extended header of ${size} bytes`);
      extensions = withExtension(extensions, kind, await source.read(offset, size), where);
    }
  }
}

function withExtension(before: Extensions, kind: TarHeader["kind"], content: Buffer, where: string): Extensions {
  if (kind === "long-name") {
    if (before.longName !== undefined) throw refused(where, undefined, "an entry has two long names");
    if (content.indexOf(0) !== content.length - 1)
      throw refused(where, undefined, "a long name is not terminated correctly");
    return { ...before, longName: decoded(content.subarray(0, -1), where) };
  }
  const pax = parsePax(content, where);
  if (kind === "pax") {
    if (before.pax !== undefined) throw refused(where, undefined, "an entry has two pax headers");
    return { ...before, pax };
  }
  if (pax.path !== undefined || pax.size !== undefined) {
    throw refused(where, undefined, "a global pax header sets the name or size of all entries");
  }
  return before;
}

/** The header with its extensions, where they do not contradict it: a longer name, a size beyond octal digits. */
function extended(header: TarHeader, { pax, longName }: Extensions, where: string): TarHeader {
  if (header.kind !== "file" && header.kind !== "directory") return header;
  if (longName !== undefined && pax?.path !== undefined) throw refused(where, longName, "has two long names");
  const name = longName ?? pax?.path ?? header.name;
  const truncated = Buffer.from(name).subarray(0, 100);
  if (name !== header.name && (Buffer.byteLength(name) <= 100 || !truncated.equals(Buffer.from(header.name)))) {
    throw refused(where, name, `has two names, the other one is ${JSON.stringify(header.name)}`);
  }
  const size = pax?.size ?? header.size;
  if (size !== header.size && (header.size !== 0 || size <= MAX_OCTAL)) {
    throw refused(where, name, `has two sizes, ${header.size} and ${size}`);
  }
  if (header.kind === "directory" && size !== 0) throw refused(where, name, "is a directory with content");
  if (header.kind === "file" && name.endsWith("/")) throw refused(where, name, "is a file with a directory's name");
  return { kind: header.kind, name, size };
}

/** Two blocks of zeros, followed by zeros only. */
async function checkEnd(source: Bytes, start: number, where: string): Promise<void> {
  const rest = source.size - start;
  if (rest < 2 * BLOCK) throw damaged(where, "is truncated: the end marker of a tar archive is incomplete");
  if (rest > MAX_PADDING_BYTES) throw refused(where, undefined, `${rest} bytes follow the end of the archive`);
  for (let position = start; position < source.size; position += WINDOW) {
    const chunk = await source.read(position, WINDOW);
    if (chunk.some((byte) => byte !== 0)) throw refused(where, undefined, "other data follows the end of the archive");
  }
}

/** Reads ahead, so that an archive of many small files takes few reads. */
function windowed(bytes: Bytes): Bytes {
  let start = 0;
  let window: Buffer = Buffer.alloc(0);
  return {
    size: bytes.size,
    async read(position, length) {
      if (length > WINDOW) return bytes.read(position, length);
      if (position < start || position + length > start + window.length) {
        window = await bytes.read(position, WINDOW);
        start = position;
      }
      return window.subarray(position - start, position - start + length);
    },
  };
}
