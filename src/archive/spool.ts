import { randomUUID } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { isFileSystemError } from "../errors/transfer-error.ts";
import type { Archive, ArchiveOptions } from "./archive.ts";
import { gunzipInto, isGzip, UNPACK_LIMITS } from "./gunzip.ts";
import { unwritable } from "./refusal.ts";
import { indexSpooled } from "./tar-archive.ts";

/** A tar archive that arrives as a stream, compressed or not: kept in one file of the spool folder until it is closed. */
export async function spoolTar(
  content: Readable,
  where: string,
  { spool, expects, limits = UNPACK_LIMITS }: ArchiveOptions,
  signal?: AbortSignal,
): Promise<Archive> {
  const file = join(spool, `.partial-${randomUUID()}.tar`);
  try {
    await mkdir(spool, { recursive: true, mode: 0o700 });
    const { isPacked, complete } = await peek(content);
    const sink = createWriteStream(file, { flags: "wx", mode: 0o600 });
    await (isPacked ? gunzipInto(complete, sink, where, limits, signal) : pipeline(complete, sink, { signal }));
    return await indexSpooled(file, expects, where);
  } catch (error) {
    content.destroy();
    await rm(file, { force: true }).catch(() => {});
    throw isFileSystemError(error) ? unwritable(spool, error) : error;
  }
}

/** Reads the first bytes, and returns a stream of all bytes. */
async function peek(content: Readable): Promise<{ isPacked: boolean; complete: Readable }> {
  const chunks = content[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let start = Buffer.alloc(0);
  while (start.length < 2) {
    const { value, done } = await chunks.next();
    if (done === true) break;
    start = Buffer.concat([start, value]);
  }
  const replay = async function* () {
    if (start.length > 0) yield start;
    yield* { [Symbol.asyncIterator]: () => chunks };
  };
  return { isPacked: isGzip(start), complete: Readable.from(replay()) };
}
