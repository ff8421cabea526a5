import { damaged } from "./refusal.ts";
import { BLOCK, checksum, MAX_OCTAL } from "./tar-header.ts";

/** An entry of a new archive. */
export interface TarInput {
  /** ASCII; a name that ends in a slash is a directory's. */
  readonly name: string;
  /** In bytes; exactly as many as `content` gives. */
  readonly size: number;
  readonly content: () => AsyncIterable<Buffer>;
}

/** 2022-01-01T00:00:00Z: the time that v1 of the OCM CLI gives every entry. */
const TIME = 1640995200;

/** The bytes of a tar archive: reproducible, equal to those of v1 of the OCM CLI, and without any trace of the machine. */
export async function* tarBlocks(inputs: Iterable<TarInput>): AsyncGenerator<Buffer> {
  for (const input of inputs) {
    yield header(input);
    yield* contentOf(input);
  }
  yield Buffer.alloc(2 * BLOCK);
}

export function directory(name: string): TarInput {
  return { name: `${name}/`, size: 0, content: async function* () {} };
}

export function file(name: string, bytes: Buffer): TarInput {
  return {
    name,
    size: bytes.length,
    content: async function* () {
      yield bytes;
    },
  };
}

/** The bytes of an archive with one file, which fits into memory. */
export function tarFile(name: string, bytes: Buffer): Buffer {
  const { length } = bytes;
  const [start, end] = [header(file(name, bytes)), Buffer.alloc(padding(length) + 2 * BLOCK)];
  return Buffer.concat([start, bytes, end]);
}

async function* contentOf({ name, size, content }: TarInput): AsyncGenerator<Buffer> {
  let written = 0;
  for await (const chunk of content()) {
    written += chunk.length;
    if (written <= size) yield chunk;
  }
  if (written !== size) throw damaged(name, `has ${written} bytes instead of ${size}: it changed while it was read`);
  yield Buffer.alloc(padding(size));
}

function header({ name, size }: TarInput): Buffer {
  const isDirectory = name.endsWith("/");
  // v1 writes directories without the slash.
  const plain = isDirectory ? name.slice(0, -1) : name;
  const records = [
    ...(plain.length > 100 ? [paxRecord("path", plain)] : []),
    ...(size > MAX_OCTAL ? [paxRecord("size", String(size))] : []),
  ].join("");
  const own = block(plain, size > MAX_OCTAL ? 0 : size, isDirectory ? "5" : "0");
  if (records === "") return own;
  const extension = block("PaxHeaders.0", records.length, "x");
  return Buffer.concat([extension, Buffer.from(records), Buffer.alloc(padding(records.length)), own]);
}

function block(name: string, size: number, flag: string): Buffer {
  const octal = (value: number, digits: number) => `${value.toString(8).padStart(digits, "0")}\0`;
  const bytes = Buffer.alloc(BLOCK);
  bytes.write(name.slice(0, 100), 0, "latin1");
  bytes.write(octal(flag === "5" ? 0o755 : 0o644, 7), 100);
  bytes.write(octal(0, 7) + octal(0, 7), 108);
  bytes.write(octal(size, 11) + octal(TIME, 11), 124);
  bytes.write(flag, 156);
  bytes.write("ustar\x0000", 257, "latin1");
  bytes.write(octal(0, 7) + octal(0, 7), 329);
  bytes.write(`${checksum(bytes).toString(8).padStart(6, "0")}\0 `, 148);
  return bytes;
}

/** `<length> <key>=<value>\n`, where the length counts itself. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const guess = rest.length + String(rest.length).length;
  const length = rest.length + String(guess).length;
  return `${length}${rest}`;
}

function padding(size: number): number {
  return (BLOCK - (size % BLOCK)) % BLOCK;
}
