import { TransferError } from "../errors.ts";
import type { Descriptor } from "../registry/descriptor.ts";
import { type Digest, isDigest } from "../registry/digest.ts";
import type { Element } from "./component-descriptor.ts";

/**
 * The digest that the descriptor pins the element to, if it does. `ociArtefactDigest` is an old spelling, and v2 of the CLI writes
 * `genericBlobDigest` for manifests too.
 */
export function pinnedDigest({ digest }: Element): Digest | undefined {
  if (digest === undefined || !/^(?:ociArt[ei]fact|genericBlob)Digest\/v1$/.test(digest.normalisationAlgorithm))
    return undefined;
  const pinned = `${digest.hashAlgorithm.toLowerCase().replace("-", "")}:${digest.value.toLowerCase()}`;
  return isDigest(pinned) ? pinned : undefined;
}

/** Digests of two algorithms cannot be compared; the content is verified by the one that it was found by. */
export function checkDigest(element: Element, found: Descriptor | undefined, where: string): void {
  const pinned = pinnedDigest(element);
  if (pinned === undefined || found === undefined || pinned === found.digest) return;
  if (pinned.split(":")[0] !== found.digest.split(":")[0]) return;
  throw new TransferError(
    "ARTIFACT_DIGEST_DIFFERS",
    `${where} is ${found.digest}, but the component descriptor says ${pinned}`,
    {
      where,
      remedy:
        "Its content was exchanged, or its tag moved, after the component version was made. Make a new version, or restore it.",
    },
  );
}
