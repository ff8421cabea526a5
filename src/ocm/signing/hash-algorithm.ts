import { createHash } from "node:crypto";
import { TransferError } from "../../errors/transfer-error.ts";
import { printable } from "../../text/redact.ts";

/** A digest with its algorithms; the value is hexadecimal (OCM spec, digests). */
export interface DigestSpec {
  readonly hashAlgorithm: string;
  readonly normalisationAlgorithm: string;
  readonly value: string;
}

export type DigestAlgorithms = Pick<DigestSpec, "hashAlgorithm" | "normalisationAlgorithm">;

/** As Node.js names it. */
export type HashName = "sha256" | "sha384" | "sha512";

const HASHES: ReadonlyMap<string, HashName> = new Map([
  ["SHA-256", "sha256"],
  ["SHA-384", "sha384"],
  ["SHA-512", "sha512"],
]);

/** Names that the first versions of the CLI wrote. They are signed in this spelling. */
const LEGACY: ReadonlyMap<string, string> = new Map([
  ["sha256", "SHA-256"],
  ["sha384", "SHA-384"],
  ["sha512", "SHA-512"],
]);

/** The name of a hash algorithm in Node.js and in image digests. Fails with HASH_UNSUPPORTED. */
export function hashNamed(hashAlgorithm: string, where: string): HashName {
  const hash = HASHES.get(LEGACY.get(hashAlgorithm) ?? hashAlgorithm.toUpperCase());
  if (hash !== undefined) return hash;
  throw new TransferError(
    "HASH_UNSUPPORTED",
    `${where}: the hash algorithm ${printable(JSON.stringify(hashAlgorithm), 60)} is not SHA-256, SHA-384 or SHA-512`,
    { where, remedy: "Sign the component version again with SHA-256, which both generations of the OCM CLI use." },
  );
}

export function hexHash(hash: HashName, content: string | Uint8Array): string {
  return createHash(hash).update(content).digest("hex");
}
