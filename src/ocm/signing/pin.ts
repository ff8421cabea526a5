import { TransferError } from "../../errors/transfer-error.ts";
import { type Digest, isDigest } from "../../oci/digest.ts";
import { printable } from "../../text/redact.ts";
import { type DigestSpec, type HashName, hashNamed, hexHash } from "./hash-algorithm.ts";

/** A digest of an element that content can be compared with. */
export interface ContentPin {
  /** `artifact`: the bytes of its manifest or index. `blob`: those of a blob, all chunks of it in a row. */
  readonly of: "artifact" | "blob";
  readonly hash: HashName;
  /** Hexadecimal, in lower case. */
  readonly value: string;
  readonly spec: DigestSpec;
}

/** A digest of an element, as far as it is supported. */
export type Pin = ContentPin | { readonly of: "nothing" } | { readonly of: "unknown"; readonly error: TransferError };

const ARTIFACT = /^ociArt[ei]factDigest\/v1$/;
const BLOB = "genericBlobDigest/v1";
const LENGTHS: Readonly<Record<HashName, number>> = { sha256: 64, sha384: 96, sha512: 128 };

/** Whether a digest says that it is left out of signatures (OCM spec, artifact digests). */
export function isExcluded({ hashAlgorithm, normalisationAlgorithm }: DigestSpec): boolean {
  return hashAlgorithm === "NO-DIGEST" && normalisationAlgorithm === "EXCLUDE-FROM-SIGNATURE";
}

/** v2 of the CLI writes a digest of empty texts where there is none. */
export function isEmpty({ hashAlgorithm, normalisationAlgorithm, value }: DigestSpec): boolean {
  return hashAlgorithm === "" && normalisationAlgorithm === "" && value === "";
}

/** Reads what a digest pins. `ociArtefactDigest` is an old spelling. */
export function parsePin(spec: DigestSpec, where: string): Pin {
  if (isExcluded(spec) || isEmpty(spec)) return { of: "nothing" };
  try {
    const of = kindOf(spec, where);
    const hash = hashNamed(spec.hashAlgorithm, where);
    const value = spec.value.toLowerCase();
    if (value.length === LENGTHS[hash] && /^[0-9a-f]+$/.test(value)) return { of, hash, value, spec };
    const text = printable(JSON.stringify(spec.value), 160);
    throw new TransferError("DIGEST_MALFORMED", `${where}: ${text} cannot be a ${hash} digest`, {
      where,
      remedy: `It has to consist of ${LENGTHS[hash]} hexadecimal digits; add the component version again with the OCM CLI.`,
    });
  } catch (error) {
    if (error instanceof TransferError) return { of: "unknown", error };
    throw error;
  }
}

function kindOf({ normalisationAlgorithm }: DigestSpec, where: string): ContentPin["of"] {
  if (ARTIFACT.test(normalisationAlgorithm)) return "artifact";
  if (normalisationAlgorithm === BLOB) return "blob";
  throw new TransferError(
    "NORMALISATION_UNSUPPORTED",
    `${where}: the digest is by ${printable(JSON.stringify(normalisationAlgorithm), 80)}, which is not known`,
    { where, remedy: "Sign the component version again with a current OCM CLI." },
  );
}

/** Whether a manifest is what is pinned: v2 of the CLI writes `genericBlobDigest` for manifests, too. */
export function pinsManifest({ hash, value }: ContentPin, manifest: Uint8Array): boolean {
  return hexHash(hash, manifest) === value;
}

/** The pin as a registry may be asked for it; it has no digests by SHA-384. */
export function asDigest({ hash, value }: ContentPin): Digest | undefined {
  const digest = `${hash}:${value}`;
  return isDigest(digest) ? digest : undefined;
}
