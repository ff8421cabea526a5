import { promisify } from "node:util";
import { constants, crc32, deflateRaw, deflateRawSync } from "node:zlib";

/** Deflated each for itself (as pigz does), so that several are at the same time. Part of what makes the bytes reproducible. */
const PIECE_BYTES = 1024 * 1024;
const MAX_AHEAD = 4;
/** The fastest: most content of archives is compressed already, and for the rest the disk is not to wait. */
const LEVEL = 1;
/** Pieces whose samples stay above this ratio are stored. */
const MAX_RATIO = 0.9;
const SAMPLE_BYTES = 4096;
/** Of a stored block (RFC 1951, 3.2.4). */
const MAX_STORED_BYTES = 65_535;

/** RFC 1952, 2.3: no name, no time, and the operating system 255, "unknown", as in Go. */
const HEADER = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
/** An empty stored block that ends the stream. */
const LAST_BLOCK = Buffer.from([1, 0, 0, 0xff, 0xff]);

const deflate = promisify(deflateRaw);

/** Bytes in several parts, which are not copied. */
type Parts = readonly Buffer[];

/**
 * Compresses with gzip. Pieces that do not get smaller, because they are compressed or encrypted already, are stored. The same bytes
 * give the same result, however they are divided into chunks.
 */
export async function* gzip(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let checksum = 0;
  let size = 0;
  const ahead: Promise<Parts>[] = [];
  yield HEADER;
  for await (const piece of piecesOf(content)) {
    for (const part of piece) checksum = crc32(part, checksum);
    size += sizeOf(piece);
    const encoding = encode(piece);
    // Where the reader stops before its turn, nobody else meets its failure.
    encoding.catch(() => {});
    ahead.push(encoding);
    if (ahead.length > MAX_AHEAD) yield* inOrder(ahead.splice(0, 1));
  }
  yield* inOrder(ahead);
  const trailer = Buffer.alloc(8);
  trailer.writeUInt32LE(checksum, 0);
  trailer.writeUInt32LE(size % 2 ** 32, 4);
  yield Buffer.concat([LAST_BLOCK, trailer]);
}

async function* inOrder(encodings: readonly Promise<Parts>[]): AsyncGenerator<Buffer> {
  for (const encoding of encodings) yield* await encoding;
}

/** Pieces of the same size, except the last. */
async function* piecesOf(content: AsyncIterable<Buffer>): AsyncGenerator<Parts> {
  let piece: Buffer[] = [];
  let missing = PIECE_BYTES;
  for await (const chunk of content) {
    for (let start = 0; start < chunk.length; ) {
      const part = chunk.subarray(start, start + missing);
      piece.push(part);
      start += part.length;
      missing -= part.length;
      if (missing > 0) continue;
      yield piece;
      piece = [];
      missing = PIECE_BYTES;
    }
  }
  if (piece.length > 0) yield piece;
}

/** The deflate blocks of a piece, none of them the last of the stream, ending at the limit of a byte. */
async function encode(piece: Parts): Promise<Parts> {
  if (!isCompressible(piece)) return stored(piece);
  return [await deflate(Buffer.concat(piece), { level: LEVEL, finishFlush: constants.Z_SYNC_FLUSH })];
}

/** Judged by a sample of each third. */
function isCompressible(piece: Parts): boolean {
  const third = Math.floor(sizeOf(piece) / 3);
  const samples = [0, third, 2 * third].map((start) => range(piece, start, start + Math.min(third, SAMPLE_BYTES)));
  const sample = Buffer.concat(samples.flat());
  return deflateRawSync(sample, { level: LEVEL }).length < MAX_RATIO * sample.length;
}

function stored(piece: Parts): Parts {
  const size = sizeOf(piece);
  const blocks: Buffer[] = [];
  for (let start = 0; start < size; start += MAX_STORED_BYTES) {
    const length = Math.min(MAX_STORED_BYTES, size - start);
    const header = Buffer.alloc(5);
    header.writeUInt16LE(length, 1);
    header.writeUInt16LE(0xffff - length, 3);
    blocks.push(header, ...range(piece, start, start + length));
  }
  return blocks;
}

function range(parts: Parts, start: number, end: number): Parts {
  const found: Buffer[] = [];
  let position = 0;
  for (const part of parts) {
    const within = part.subarray(Math.max(0, start - position), Math.max(0, end - position));
    if (within.length > 0) found.push(within);
    position += part.length;
  }
  return found;
}

function sizeOf(parts: Parts): number {
  return parts.reduce((total, { length }) => total + length, 0);
}
