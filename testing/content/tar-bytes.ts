import { gzipSync } from "node:zlib";

export interface RawEntry {
  readonly name?: string;
  readonly content?: string | Buffer;
  readonly flag?: string;
  readonly prefix?: string;
  readonly link?: string;
  readonly magic?: string;
  /** What stands in the field, where it is not the size of the content. */
  readonly size?: string | Buffer;
  readonly checksum?: string;
}

/** An entry as it is told, however wrong: written apart from the product, so that both can be held against each other. */
export function raw({ content = "", ...entry }: RawEntry): Buffer {
  const bytes = Buffer.from(content);
  const header = Buffer.alloc(512);
  header.write(entry.name ?? "file", 0);
  header.write("0000644\x000000000\x000000000\0", 100, "latin1");
  const size = entry.size ?? `${bytes.length.toString(8).padStart(11, "0")}\0`;
  header.set(Buffer.from(size), 124);
  header.write("14163714600\0", 136, "latin1");
  header.write("        ", 148);
  header.write(entry.flag ?? "0", 156, "latin1");
  header.write(entry.link ?? "", 157);
  header.write(entry.magic ?? "ustar\x0000", 257, "latin1");
  header.write(entry.prefix ?? "", 345);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(entry.checksum ?? `${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return Buffer.concat([header, bytes, Buffer.alloc((512 - (bytes.length % 512)) % 512)]);
}

/** The only file of an archive as `raw` writes it. */
export function onlyFile(archive: Buffer, name: string): Buffer {
  const found = archive.toString("latin1", 0, 100).replace(/\0.*$/, "");
  const size = Number.parseInt(archive.toString("latin1", 124, 135), 8);
  const end = 512 * (1 + Math.ceil(size / 512));
  if (found !== name || !archive.subarray(end).equals(END)) throw new Error(`${name} is not the only file: ${found}`);
  return archive.subarray(512, 512 + size);
}

export const END: Buffer = Buffer.alloc(1024);

export function tar(...entries: readonly (RawEntry | Buffer)[]): Buffer {
  return Buffer.concat([...entries.map((entry) => (Buffer.isBuffer(entry) ? entry : raw(entry))), END]);
}

export function pax(records: Readonly<Record<string, string>>, flag = "x"): Buffer {
  return raw({ name: "PaxHeaders.0", flag, content: Object.entries(records).map(paxRecord).join("") });
}

export function paxRecord([key, value]: readonly [string, string]): string {
  const rest = ` ${key}=${value}\n`;
  let length = Buffer.byteLength(rest) + 1;
  while (length !== Buffer.byteLength(`${length}${rest}`)) length++;
  return `${length}${rest}`;
}

export function longName(name: string, flag = "L"): Buffer {
  return raw({ name: "././@LongLink", flag, magic: "ustar  \0", content: `${name}\0` });
}

/** Twelve bytes of GNU's base-256. */
export function base256(value: bigint): Buffer {
  const size = Buffer.alloc(12);
  size.writeBigInt64BE(value, 4);
  if (value < 0n) size.fill(0xff, 0, 4);
  else size[0] = 0x80;
  return size;
}

/** So many zeros, packed piece by piece: a bomb that fits into a test. */
export function bomb(mebibytes: number): Buffer {
  return Buffer.concat(Array.from({ length: mebibytes }, () => gzipSync(Buffer.alloc(1024 * 1024), { level: 9 })));
}

/** The text of a component descriptor layer: a tar archive, or the text itself (ocm-spec, 04-extensions/03-storage-backends/oci.md). */
export function descriptorText(layer: Buffer): string {
  const isText = layer[0] === 0x7b;
  return (isText ? layer : onlyFile(layer, "component-descriptor.yaml")).toString("utf8");
}
