import { isConclusive, TransferError } from "../../errors/transfer-error.ts";
import { isManifest } from "../../oci/descriptor.ts";
import { describeElement } from "../../ocm/descriptor/component-descriptor.ts";
import type { ComponentVersion } from "../../ocm/repository/component-version.ts";
import { describeMovedTag, type MovedTag } from "../source/locate.ts";
import type { ResolvedElement, ResolvedVersion } from "../source/resolve-elements.ts";
import { type BlobReader, createBlobReader } from "./blob-reader.ts";
import { comparableIn } from "./comparison.ts";

export interface ContentOptions {
  /** Blobs that are read at the same time. */
  readonly concurrency: number;
  readonly attempts: number;
  /** Called for every component version whose content was read. */
  readonly onDone: (version: ComponentVersion, items: readonly Checked[]) => void;
}

/** The result for one resource or source. */
export interface Checked {
  readonly item: ResolvedElement;
  /** Bytes that its content has. */
  readonly size: number;
  /** false where there is nothing to read, or nobody asks for it. */
  readonly isRead: boolean;
}

/**
 * Reads everything that the component versions consist of, each blob once, and compares it with the digests that pin it. Nothing is
 * kept. Resolves to all that differs; a host that cannot be reached ends it at once.
 */
export async function checkContent(
  versions: readonly ResolvedVersion[],
  { concurrency, attempts, onDone }: ContentOptions,
  signal?: AbortSignal,
): Promise<unknown[]> {
  const failure = new AbortController();
  const stop = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]);
  const reader = createBlobReader({ concurrency, attempts }, stop);
  const errors = new Set<unknown>();

  async function check(version: ComponentVersion, item: ResolvedElement): Promise<Checked[]> {
    try {
      return [await checkItem(item, version, reader)];
    } catch (error) {
      if (isAboutContent(error)) errors.add(error);
      else failure.abort(error);
      return [];
    }
  }

  await Promise.all(
    versions.map(async ({ version, items }) => {
      const checked = (await Promise.all(items.map((item) => check(version, item)))).flat();
      if (checked.length === items.length) onDone(version, checked);
    }),
  );
  return stop.aborted ? [stop.reason, ...errors] : [...errors];
}

async function checkItem(item: ResolvedElement, version: ComponentVersion, reader: BlobReader): Promise<Checked> {
  const { name, version: number } = version.descriptor;
  const where = `${describeElement(item.element)} of ${name}:${number}`;
  if (item.kind === "byReference") return { item, size: 0, isRead: false };
  if (item.kind === "artifact" && item.movedTag !== undefined) throw tagMoved(item.movedTag, where);
  const [from, contents] =
    item.kind === "blob"
      ? [item.from, item.blobs]
      : [item.graph.from, item.graph.nodes.map(({ descriptor }) => descriptor)];
  const comparable = comparableIn(version, item);
  const blobs = contents.filter(({ mediaType }) => item.kind === "blob" || !isManifest(mediaType));
  const reading =
    comparable === undefined ? blobs.map((blob) => reader.read(from, version, blob)) : [reader.compare(comparable)];
  await Promise.all(reading).catch((error) => {
    throw asContentError(error, where);
  });
  return { item, size: contents.reduce((total, blob) => total + blob.size, 0), isRead: true };
}

/** Whether the content itself is invalid or missing. Any other refusal leaves open what it is. */
function isAboutContent(error: unknown): error is TransferError {
  if (!isConclusive(error)) return false;
  return error.kind === "invalid" || error.code === "BLOB_UNKNOWN" || error.code === "MANIFEST_UNKNOWN";
}

function asContentError(error: unknown, where: string): unknown {
  if (!isAboutContent(error) || error.code === "ARTIFACT_DIGEST_DIFFERS") return error;
  const isOther = error.code === "DIGEST_MISMATCH" || error.code === "SIZE_MISMATCH";
  return new TransferError(isOther ? "ARTIFACT_DIGEST_DIFFERS" : error.code, `${where}: ${error.message}`, {
    where,
    remedy: isOther
      ? "The content is damaged in its source, or was changed on its route. Transfer the component version again from where it verifies."
      : (error.remedy ?? ""),
    cause: error,
  });
}

function tagMoved(moved: MovedTag, where: string): TransferError {
  return new TransferError("TAG_MOVED", `${where}: ${describeMovedTag(moved)}`, {
    where,
    remedy: "Readers that go by the tag get the other artifact. Restore the tag, or make a new component version.",
  });
}
