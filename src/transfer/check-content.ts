import { TransferError } from "../errors.ts";
import { describeElement, type Element } from "../ocm/component-descriptor.ts";
import type { ComponentVersion } from "../ocm/component-version.ts";
import { type ContentFacts, judgeContent } from "../ocm/content-digest.ts";
import type { DigestSpec } from "../ocm/hash-algorithm.ts";
import { pinnedDigest } from "../ocm/pinned-digest.ts";
import { printable } from "../redact.ts";
import { readContent } from "../registry/content.ts";
import { type Descriptor, isManifest } from "../registry/descriptor.ts";
import type { ReadableRepository } from "../registry/registry.ts";
import { RegistryError } from "../registry/registry-error.ts";
import { type BlobReader, createBlobReader } from "./blob-reader.ts";
import { pinsOf } from "./pins.ts";
import type { Item, SurveyedVersion } from "./survey.ts";

export interface ContentOptions {
  /** Blobs that are read at the same time. */
  readonly concurrency: number;
  readonly attempts: number;
  /** Told of every component version whose content was read. */
  readonly onDone: (version: ComponentVersion, items: readonly Checked[]) => void;
}

/** What came of one resource or source. */
export interface Checked {
  readonly element: Element;
  /** Bytes that its content has. */
  readonly size: number;
  /** false where there is nothing to read, or nobody asks for it. */
  readonly isRead: boolean;
  /** Why no digest could be compared with it, where that is so. */
  readonly unchecked: string | undefined;
}

/**
 * Reads everything that the component versions consist of, each blob once, and compares it with the digests that pin it. Nothing is
 * kept. Resolves to all that differs; a host that cannot be reached ends it at once.
 */
export async function checkContent(
  versions: readonly SurveyedVersion[],
  { concurrency, attempts, onDone }: ContentOptions,
  signal?: AbortSignal,
): Promise<unknown[]> {
  const failure = new AbortController();
  const stop = signal === undefined ? failure.signal : AbortSignal.any([signal, failure.signal]);
  const read = createBlobReader({ concurrency, attempts }, stop);
  const errors = new Set<unknown>();
  const all = versions.map(({ version }) => version.descriptor);

  async function check(version: ComponentVersion, item: Item): Promise<Checked[]> {
    const { name, version: number } = version.descriptor;
    const where = `${describeElement(item.element)} of ${name}:${number}`;
    try {
      return [
        await checkItem(item, { where, digests: pinsOf(version.descriptor, item.element, all), version, read }, stop),
      ];
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

interface Context {
  readonly where: string;
  readonly digests: readonly DigestSpec[];
  readonly version: ComponentVersion;
  readonly read: BlobReader;
}

async function checkItem(
  item: Item,
  { where, digests, version, read }: Context,
  signal: AbortSignal,
): Promise<Checked> {
  const { element } = item;
  if (item.kind === "kept") {
    return { element, size: 0, isRead: false, unchecked: whyUnchecked(element, digests, item.reason) };
  }
  const [from, contents] =
    item.kind === "layer"
      ? [item.from, item.blobs]
      : [item.graph.from, item.graph.nodes.map(({ descriptor }) => descriptor)];
  const blobs = contents.filter(({ mediaType }) => item.kind === "layer" || !isManifest(mediaType));
  await Promise.all(
    blobs.map((blob) =>
      read(from, version, blob).catch((error) => {
        throw asContentError(error, where);
      }),
    ),
  );
  const notes: string[] = [];
  for (const digest of digests) {
    const facts = item.kind === "layer" ? layerFacts(digest, item, signal) : await artifactFacts(item, signal);
    const verdict = await judgeContent(digest, facts, where);
    if (verdict === "differs") throw differs(digest, item, where);
    if (verdict === "undecided") notes.push("is pinned to a manifest, and is packed so that it cannot be told which");
  }
  const size = contents.reduce((total, blob) => total + blob.size, 0);
  return { element, size, isRead: true, unchecked: whyUnchecked(element, digests, notes[0]) };
}

/** Nobody pins sources, nor what is said to be nowhere. */
function whyUnchecked(
  element: Element,
  digests: readonly DigestSpec[],
  reason: string | undefined,
): string | undefined {
  const isNowhere = typeof element.access.type === "string" && /^none(?:\/v1)?$/i.test(element.access.type);
  if (isNowhere) return undefined;
  if (digests.length === 0) return element.kind === "source" ? undefined : "has no digest";
  if (digests.some(({ hashAlgorithm }) => hashAlgorithm === "NO-DIGEST")) return "is excluded from signatures";
  return reason;
}

async function artifactFacts(
  { graph }: Extract<Item, { kind: "artifact" }>,
  signal: AbortSignal,
): Promise<ContentFacts> {
  return { artifact: graph.root.digest, manifest: await readContent(graph.from, graph.root, signal) };
}

/** A layer is no artifact, whatever its digest says; one blob that was read is known by its own digest. */
function layerFacts(
  digest: DigestSpec,
  { element, from, blobs }: Extract<Item, { kind: "layer" }>,
  signal: AbortSignal,
): ContentFacts {
  if (digest.normalisationAlgorithm.startsWith("ociArt")) return {};
  const [only, ...more] = blobs;
  const algorithm = pinnedDigest({ ...element, digest })?.split(":")[0];
  if (only !== undefined && more.length === 0 && only.digest.split(":")[0] === algorithm)
    return { artifact: only.digest };
  return { blob: joined(from, blobs, signal) };
}

async function* joined(from: ReadableRepository, blobs: readonly Descriptor[], signal: AbortSignal) {
  for (const blob of blobs) yield* await from.fetch(blob, signal);
}

/** Whether it is the content that is at fault, and not the way to it. */
function isAboutContent(error: unknown): boolean {
  if (error instanceof RegistryError) return error.code === "BLOB_UNKNOWN" || error.code === "MANIFEST_UNKNOWN";
  return error instanceof TransferError;
}

function asContentError(error: unknown, where: string): unknown {
  if (!(error instanceof TransferError) || !isAboutContent(error)) return error;
  const isOther = error.code === "DIGEST_MISMATCH" || error.code === "SIZE_MISMATCH";
  return new TransferError(isOther ? "ARTIFACT_DIGEST_DIFFERS" : error.code, `${where}: ${error.message}`, {
    where,
    remedy: isOther
      ? "The content is broken where it lies, or changed on its way. Transfer the component version anew from where it verifies."
      : (error.remedy ?? ""),
    cause: error,
  });
}

function differs(digest: DigestSpec, item: Exclude<Item, { kind: "kept" }>, where: string): TransferError {
  const found = item.kind === "artifact" ? item.graph.root.digest : item.blobs.map((blob) => blob.digest).join(", ");
  return new TransferError(
    "ARTIFACT_DIGEST_DIFFERS",
    `${where} is pinned to ${printable(`${digest.hashAlgorithm} ${digest.value}`, 160)} ` +
      `(${printable(digest.normalisationAlgorithm, 60)}), but what lies there is ${found}`,
    {
      where,
      remedy:
        "Its content was exchanged, or its tag moved, after the component version was made. Make a new version, or restore it.",
    },
  );
}
