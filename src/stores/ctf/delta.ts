import { errorMessage } from "../../errors/transfer-error.ts";
import { type Descriptor, isManifest, isRecord } from "../../oci/descriptor.ts";
import { type Digest, parseDigest } from "../../oci/digest.ts";
import { CONFIG_TYPES, DESCRIPTOR_TYPES, isArtifactSet } from "../../ocm/repository/media-types.ts";
import { printable } from "../../text/redact.ts";
import { parseStrictJson } from "../../text/strict-json.ts";
import { malformedCtf } from "./artifact-index.ts";

/** A CTF with this file is a delta: manifests of it refer to blobs that it omits, since its receiver has them. */
export const DELTA_FILE = "delta.json";

/** Sizes in bytes. */
export type BlobSizes = ReadonlyMap<Digest, number>;

/** The blobs of each repository. Repositories have the names of a CTF: without the path that they are below in a registry. */
export type BlobsByRepository = ReadonlyMap<string, BlobSizes>;

/** Reads `{"schemaVersion": 1, "omitted": [{"digest", "size"}]}`. `where` is its file, `archive` the CTF. Fails with CTF_MALFORMED. */
export function parseDelta(text: string, where: string, archive: string): BlobSizes {
  try {
    const document: unknown = parseStrictJson(text);
    if (!isRecord(document) || document.schemaVersion !== 1) throw new Error('is not a delta with "schemaVersion": 1');
    return parseBlobs(document.omitted, where);
  } catch (error) {
    throw malformedCtf(`${where} cannot be read: ${printable(errorMessage(error), 200)}`, archive, error);
  }
}

export function formatDelta(omitted: BlobSizes): string {
  return JSON.stringify({ schemaVersion: 1, omitted: formatBlobs(omitted) });
}

/** Reads a list of `{"digest", "size"}`. */
export function parseBlobs(list: unknown, where: string): BlobSizes {
  if (!Array.isArray(list)) throw new Error("a list of blobs is missing");
  return new Map(
    list.map((entry: unknown) => {
      const size = isRecord(entry) ? entry.size : undefined;
      if (!isRecord(entry) || typeof size !== "number" || !Number.isSafeInteger(size) || size < 0) {
        throw new Error("a blob has an invalid size");
      }
      return [parseDigest(entry.digest, where), size];
    }),
  );
}

/** By digest. */
export function formatBlobs(blobs: BlobSizes): readonly { readonly digest: Digest; readonly size: number }[] {
  return [...blobs].map(([digest, size]) => ({ digest, size })).sort((a, b) => (a.digest < b.digest ? -1 : 1));
}

/** Whether a delta may omit a blob: what a component version consists of is read from the archive itself. */
export function isOmittable({ mediaType }: Descriptor): boolean {
  const isRead = CONFIG_TYPES.has(mediaType) || DESCRIPTOR_TYPES.has(mediaType) || isArtifactSet(mediaType);
  return !isRead && !isManifest(mediaType);
}
