import { damaged, refused } from "./refusal.ts";

export const BLOCK = 512;
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const ZEROS = Buffer.alloc(BLOCK);

/** The relevant fields of a tar header (POSIX.1-2017, pax, "ustar Interchange Format"). */
export interface TarHeader {
  readonly kind: "file" | "directory" | "pax" | "pax-global" | "long-name";
  readonly name: string;
  /** In bytes. */
  readonly size: number;
}

const KINDS: ReadonlyMap<string, TarHeader["kind"]> = new Map([
  ["0", "file"],
  ["\0", "file"],
  ["5", "directory"],
  ["x", "pax"],
  ["g", "pax-global"],
  ["L", "long-name"],
]);

const REFUSED_KINDS: ReadonlyMap<string, string> = new Map([
  ["1", "is a hard link"],
  ["2", "is a symbolic link"],
  ["3", "is a device"],
  ["4", "is a device"],
  ["6", "is a named pipe"],
  ["7", "is a contiguous file"],
  ["K", "is a link"],
  ["S", "is a sparse file"],
]);

/** The largest size that eleven octal digits can express. */
export const MAX_OCTAL = 8 ** 11 - 1;

/** The header in this block; undefined for a block of zeros, two of which end an archive. Fails with ARCHIVE_REFUSED or ARCHIVE_BROKEN. */
export function parseHeader(block: Buffer, where: string): TarHeader | undefined {
  if (block.equals(ZEROS)) return undefined;
  const magic = block.toString("latin1", 257, 265);
  if (magic !== "ustar\x0000" && magic !== "ustar  \0")
    throw damaged(where, "has no tar header at the position of an entry");
  if (octal(block, 148, 8) !== checksum(block)) throw damaged(where, "has a tar header with a wrong checksum");
  const base = text(block, 0, 100, where);
  // GNU's own format has other fields at the position of the prefix.
  const prefix = magic.endsWith("00") ? text(block, 345, 155, where) : "";
  const name = prefix === "" ? base : `${prefix}/${base}`;
  const flag = block.toString("latin1", 156, 157);
  const kind = KINDS.get(flag);
  if (kind === undefined) throw refused(where, name, REFUSED_KINDS.get(flag) ?? "is of an unknown kind");
  return { kind, name, size: sizeIn(block, where, name) };
}

function sizeIn(block: Buffer, where: string, name: string): number {
  const first = block.readUInt8(124);
  if (first === 0xff) throw refused(where, name, "has a negative size");
  if (first !== 0x80) {
    const size = octal(block, 124, 12);
    if (size === undefined) throw refused(where, name, "has a size that is not a number");
    return size;
  }
  // GNU's base-256, for sizes beyond octal digits; for smaller sizes, readers disagree.
  const size = BigInt(`0x${block.toString("hex", 125, 136)}`);
  if (size > BigInt(Number.MAX_SAFE_INTEGER)) throw refused(where, name, "has an absurd size");
  if (size <= BigInt(MAX_OCTAL)) throw refused(where, name, "has a small size in the form for large ones");
  return Number(size);
}

function octal(block: Buffer, start: number, length: number): number | undefined {
  const digits = /^ *([0-7]+)[ \0]*$/.exec(block.toString("latin1", start, start + length))?.[1];
  return digits === undefined ? undefined : Number.parseInt(digits, 8);
}

/** The sum of all bytes, with spaces in place of the checksum. */
export function checksum(block: Buffer): number {
  let sum = 8 * 0x20;
  for (let index = 0; index < BLOCK; index++) if (index < 148 || index >= 156) sum += block[index] ?? 0;
  return sum;
}

function text(block: Buffer, start: number, length: number, where: string): string {
  const field = block.subarray(start, start + length);
  const end = field.indexOf(0);
  const bytes = end === -1 ? field : field.subarray(0, end);
  if (end !== -1 && field.subarray(end).some((byte) => byte !== 0)) {
    throw refused(where, bytes.toString("latin1"), "has a name with data after its terminator");
  }
  return decoded(bytes, where);
}

export function decoded(bytes: Buffer, where: string): string {
  try {
    return UTF8.decode(bytes);
  } catch {
    throw refused(where, bytes.toString("latin1"), "has a name that is not UTF-8");
  }
}
