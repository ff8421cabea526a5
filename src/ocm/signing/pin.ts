import { TransferError } from "../../errors/transfer-error.ts";
import { type Digest, isDigest } from "../../oci/digest.ts";
import { printable } from "../../text/redact.ts";
import { type DigestSpec, type HashName, hashNamed, hexHash } from "./hash-algorithm.ts";

/** A digest of an element that content can be compared with. */
export interface ContentPin {
  /** `artifact`: the bytes of its manifest or index. `blob`: those of a blob, with all chunks joined. */
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

/** Whether a digest marks its artifact as excluded from signatures (OCM spec, artifact digests). */
export function isExcluded({ hashAlgorithm, normalisationAlgorithm }: DigestSpec): boolean {
  return hashAlgorithm === "NO-DIGEST" && normalisationAlgorithm === "EXCLUDE-FROM-SIGNATURE";
}

/** v2 of the CLI writes a digest of empty texts for a missing one. */
export function isEmpty({ hashAlgorithm, normalisationAlgorithm, value }: DigestSpec): boolean {
  return hashAlgorithm === "" && normalisationAlgorithm === "" && value === "";
}

/** The pin of a digest. `ociArtefactDigest` is an old spelling. */
export function parsePin(spec: DigestSpec, where: string): Pin {
  if (isExcluded(spec) || isEmpty(spec)) return { of: "nothing" };
  try {
    const of = kindOf(spec, where);
    const hash = hashNamed(spec.hashAlgorithm, where);
    const value = spec.value.toLowerCase();
    if (value.length === LENGTHS[hash] && /^[0-9a-f]+$/.test(value)) return { of, hash, value, spec };
    const text = printable(JSON.stringify(spec.value), 160);
    throw new TransferError("DIGEST_MALFORMED", `${where}: ${text} is not a valid ${hash} digest`, {
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
    `${where}: the digest is by ${printable(JSON.stringify(normalisationAlgorithm), 80)}, which is unknown`,
    { where, remedy: "Sign the component version again with a current OCM CLI." },
  );
}

/** Whether a pin matches a manifest: v2 of the CLI writes `genericBlobDigest` for manifests, too. */
export function pinsManifest({ hash, value }: ContentPin, manifest: Uint8Array): boolean {
  return hexHash(hash, manifest) === value;
}

/** The pin as an OCI digest; undefined for SHA-384, which registries do not support. */
export function asDigest({ hash, value }: ContentPin): Digest | undefined {
  const digest = `${hash}:${value}`;
  return isDigest(digest) ? digest : undefined;
}
