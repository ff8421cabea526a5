import { TransferError } from "../../errors/transfer-error.ts";
import { readContent } from "../../oci/content.ts";
import type { Descriptor } from "../../oci/descriptor.ts";
import { encoded } from "../../oci/digest.ts";
import type { ReadableRepository } from "../../oci/store.ts";
import { type ContentPin, type Pin, pinsManifest } from "../../ocm/signing/pin.ts";
import { printable } from "../../text/redact.ts";

/** How the content of an element stands to the digests that pin it; content that differs from one is an error. */
export type Verdict =
  /** It matches them all, once the bytes of the blob match `pins`: these are compared while it is read. */
  | { readonly kind: "matches"; readonly pins: readonly ContentPin[] }
  | { readonly kind: "unpinned" }
  /** Its digest is not supported, or the archive around it does not say which artifact is pinned. */
  | { readonly kind: "incomparable"; readonly error: TransferError };

/** Bytes that an access leads to, before they are read. */
export interface BlobContent {
  /** All chunks, in order. */
  readonly blobs: readonly Descriptor[];
  /** Whether they are declared to be the archive around an artifact, and cannot be read as one. */
  readonly isPacked: boolean;
}

/**
 * Compares a blob with what pins it. A pin of an artifact never matches a blob; one of a blob is about all bytes of it, and by the
 * digest that the blob is stored under only where that is of the same algorithm. Fails with ARTIFACT_DIGEST_DIFFERS.
 */
export function judgeBlob(pins: readonly Pin[], { blobs, isPacked }: BlobContent, where: string): Verdict {
  const [only, ...others] = blobs;
  const algorithm = others.length === 0 ? only?.digest.split(":")[0] : undefined;
  const left: ContentPin[] = [];
  const found = blobs.map(({ digest }) => digest).join(", ");
  for (const pin of comparableOf(pins)) {
    if (pin.of === "artifact" && isPacked) return { kind: "incomparable", error: noMainArtifact(found, where) };
    if (pin.of === "artifact") throw differs(pin, `the blob ${found}`, where);
    if (only === undefined || pin.hash !== algorithm) left.push(pin);
    else if (pin.value !== encoded(only.digest)) throw differs(pin, found, where);
  }
  return verdictOf(pins, left);
}

/** Compares an artifact with what pins it: the bytes of its manifest. Fails with ARTIFACT_DIGEST_DIFFERS. */
export async function judgeArtifact(
  pins: readonly Pin[],
  { from, root }: { readonly from: ReadableRepository; readonly root: Descriptor },
  where: string,
  signal?: AbortSignal,
): Promise<Verdict> {
  for (const pin of comparableOf(pins)) {
    if (!(await isPinned(pin, from, root, signal))) throw differs(pin, root.digest, where);
  }
  return verdictOf(pins, []);
}

/** Whether a manifest is the one that all pins are about, and there is one. */
export async function isPinnedArtifact(
  pins: readonly Pin[],
  { from, root }: { readonly from: ReadableRepository; readonly root: Descriptor },
  signal?: AbortSignal,
): Promise<boolean> {
  const comparable = comparableOf(pins);
  const answers = await Promise.all(comparable.map((pin) => isPinned(pin, from, root, signal)));
  return answers.length > 0 && answers.every(Boolean);
}

async function isPinned(pin: ContentPin, from: ReadableRepository, root: Descriptor, signal?: AbortSignal) {
  if (root.digest.startsWith(`${pin.hash}:`)) return pin.value === encoded(root.digest);
  return pinsManifest(pin, await readContent(from, root, signal));
}

export function comparableOf(pins: readonly Pin[]): ContentPin[] {
  return pins.filter((pin): pin is ContentPin => pin.of === "artifact" || pin.of === "blob");
}

function verdictOf(pins: readonly Pin[], left: readonly ContentPin[]): Verdict {
  const unknown = pins.find((pin) => pin.of === "unknown");
  if (unknown !== undefined) return { kind: "incomparable", error: unknown.error };
  return comparableOf(pins).length === 0 ? { kind: "unpinned" } : { kind: "matches", pins: left };
}

/** The error for content that is not what is pinned; `found` is what it is. */
export function differs({ spec }: ContentPin, found: string, where: string): TransferError {
  return new TransferError(
    "ARTIFACT_DIGEST_DIFFERS",
    `${where} is pinned to ${printable(`${spec.hashAlgorithm} ${spec.value}`, 160)} ` +
      `(${printable(spec.normalisationAlgorithm, 60)}), but its access leads to ${printable(found, 400)}`,
    {
      where,
      remedy:
        "Its content was exchanged, or its tag moved, after the component version was made. Make a new version, or restore it.",
    },
  );
}

function noMainArtifact(found: string, where: string): TransferError {
  return new TransferError(
    "ARTIFACT_SET_MALFORMED",
    `${where} is pinned to a manifest, and ${found} is an archive without a main artifact that could be compared`,
    { where, remedy: "The archive layer is damaged in its source; add the resource again with the OCM CLI." },
  );
}
