import { errorMessage, TransferError } from "../../errors/transfer-error.ts";
import { isRecord } from "../../oci/descriptor.ts";
import { isRepository } from "../../oci/reference.ts";
import { printable } from "../../text/redact.ts";
import { parseStrictJson } from "../../text/strict-json.ts";
import { type BlobSizes, type BlobsByRepository, formatBlobs, parseBlobs } from "../ctf/delta.ts";

/**
 * Content of a place, written by a transfer and read where deltas for that place are written. It is a claim, and never trusted: the transfer
 * from a delta verifies that its target has what the delta omits.
 */
export interface Inventory {
  /** `component:version` */
  readonly componentVersions: readonly string[];
  readonly blobs: BlobsByRepository;
}

/**
 * Reads `{"schemaVersion": 1, "componentVersions": […], "repositories": [{"name", "blobs": [{"digest", "size"}]}]}`; `where` is its file.
 * Fails with INVENTORY_MALFORMED.
 */
export function parseInventory(text: string, where: string): Inventory {
  try {
    const document: unknown = parseStrictJson(text);
    if (!isRecord(document) || document.schemaVersion !== 1 || !Array.isArray(document.repositories)) {
      throw new Error('it is not an inventory with "schemaVersion": 1');
    }
    const { componentVersions, repositories } = document;
    return {
      componentVersions: Array.isArray(componentVersions) ? componentVersions.map(String) : [],
      blobs: new Map(repositories.map((entry: unknown) => parseEntry(entry, where))),
    };
  } catch (error) {
    throw invalidBase(where, errorMessage(error), error);
  }
}

function parseEntry(entry: unknown, where: string): readonly [string, BlobSizes] {
  if (!isRecord(entry) || typeof entry.name !== "string" || !isRepository(entry.name)) {
    throw new Error("a repository has an invalid name");
  }
  return [entry.name, parseBlobs(entry.blobs, where)];
}

/** The same text for the same content. */
export function formatInventory({ componentVersions, blobs }: Inventory): string {
  const repositories = [...blobs]
    .map(([name, sizes]) => ({ name, blobs: formatBlobs(sizes) }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const document = { schemaVersion: 1, componentVersions: [...componentVersions].sort(), repositories };
  return `${JSON.stringify(document, null, 1)}\n`;
}

/** Of a repository that several have, all blobs. */
export function mergeBlobs(several: readonly BlobsByRepository[]): BlobsByRepository {
  const merged = new Map<string, Map<Parameters<BlobSizes["get"]>[0], number>>();
  for (const [name, blobs] of several.flatMap((each) => [...each])) {
    const known = merged.get(name) ?? new Map();
    merged.set(name, known);
    for (const [digest, size] of blobs) known.set(digest, size);
  }
  return merged;
}

export function invalidBase(path: string, why: string, cause?: unknown): TransferError {
  return new TransferError(
    "INVENTORY_MALFORMED",
    `${printable(path, 300)} cannot be used as a base: ${printable(why, 300)}`,
    {
      where: "input base",
      remedy: "Name an archive of an earlier transfer, or the file that it wrote with write-inventory.",
      cause,
    },
  );
}
