import { Readable, type Transform } from "node:stream";
import { constants, createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import type { HttpResponse } from "./http.ts";

/** Content codings of RFC 9110, 8.4.1, RFC 7932 and RFC 8878. */
export type ContentCoding = "gzip" | "deflate" | "br" | "zstd";

const DECODERS: Readonly<Record<ContentCoding, (options?: { readonly finishFlush: number }) => Transform>> = {
  gzip: createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

/** Flushes that also end content whose end is missing. */
const PARTIAL_FLUSHES: Readonly<Record<ContentCoding, number>> = {
  gzip: constants.Z_SYNC_FLUSH,
  deflate: constants.Z_SYNC_FLUSH,
  br: constants.BROTLI_OPERATION_FLUSH,
  zstd: constants.ZSTD_e_flush,
};

const NAMES: ReadonlyMap<string, ContentCoding> = new Map([
  ["gzip", "gzip"],
  ["x-gzip", "gzip"],
  ["deflate", "deflate"],
  ["br", "br"],
  ["zstd", "zstd"],
]);

/** The coding that a response is labelled with, though `identity` was requested; a label alone may also describe stored content. */
export function codingOf({ headers }: Pick<HttpResponse, "headers">): ContentCoding | undefined {
  return NAMES.get(headers["content-encoding"]?.trim().toLowerCase() ?? "");
}

/** Decodes content, and fails where its end is missing. */
export function decoderOf(coding: ContentCoding): Transform {
  return DECODERS[coding]();
}

/**
 * The content of bytes with this coding, also of their beginning: `maxSize` bytes, and one more where there are more. Undefined where the
 * bytes do not have the coding.
 */
export async function decoded(bytes: Buffer, coding: ContentCoding, maxSize: number): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of Readable.from([bytes]).pipe(DECODERS[coding]({ finishFlush: PARTIAL_FLUSHES[coding] }))) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > maxSize) break;
    }
  } catch {
    return undefined;
  }
  return Buffer.concat(chunks).subarray(0, maxSize + 1);
}
