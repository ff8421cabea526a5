import { createHash } from "node:crypto";
import { TransferError } from "../errors.ts";
import { printable } from "../redact.ts";
import type { Digest } from "../registry/digest.ts";
import { type DigestSpec, hashNamed, hexHash } from "./hash-algorithm.ts";

/** What is known of the content of a resource; the more, the surer the verdict. */
export interface ContentFacts {
  /** Digest of the manifest or index of an OCI artifact. */
  readonly artifact?: Digest | undefined;
  /** Its manifest or index itself, for digests by another algorithm than that of `artifact`. */
  readonly manifest?: Uint8Array | undefined;
  /** The bytes of a blob; read to the end only if nothing else decides. */
  readonly blob?: Uint8Array | AsyncIterable<Uint8Array> | undefined;
}

/** `excluded` content is not to be compared; `undecided`, if the facts are not those that the digest is about. */
export type Verdict = "holds" | "differs" | "excluded" | "undecided";

/**
 * Whether content is what the digest of its resource says. `ociArtifactDigest/v1` is that of the manifest. So may be
 * `genericBlobDigest/v1`, since v2 of the CLI knows no other name; v1 means the bytes of the blob by it. Fails with
 * NORMALISATION_UNSUPPORTED or HASH_UNSUPPORTED.
 */
export async function judgeContent(digest: DigestSpec, facts: ContentFacts, where: string): Promise<Verdict> {
  const { hashAlgorithm, normalisationAlgorithm } = digest;
  if (hashAlgorithm === "NO-DIGEST" && normalisationAlgorithm === "EXCLUDE-FROM-SIGNATURE") return "excluded";
  const isOfArtifact = /^ociArt[ei]factDigest\/v1$/.test(normalisationAlgorithm);
  if (!isOfArtifact && normalisationAlgorithm !== "genericBlobDigest/v1") {
    throw new TransferError(
      "NORMALISATION_UNSUPPORTED",
      `${where}: the digest is by ${printable(JSON.stringify(normalisationAlgorithm), 80)}, which is not known`,
      { where, remedy: "Sign the component version anew with an OCM CLI of today." },
    );
  }
  const hash = hashNamed(hashAlgorithm, where);
  const value = digest.value.toLowerCase();
  const artifact =
    facts.manifest === undefined ? facts.artifact : (`${hash}:${hexHash(hash, facts.manifest)}` as const);
  const isComparable = artifact?.startsWith(`${hash}:`) === true;
  if (isComparable && artifact === `${hash}:${value}`) return "holds";
  if (isOfArtifact || facts.blob === undefined) return isComparable ? "differs" : "undecided";

  const hasher = createHash(hash);
  if (Symbol.asyncIterator in facts.blob) for await (const chunk of facts.blob) hasher.update(chunk);
  else hasher.update(facts.blob);
  return hasher.digest("hex") === value ? "holds" : "differs";
}
