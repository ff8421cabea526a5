import { createHash, createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { TransferError } from "../../errors/transfer-error.ts";
import { pemBlocks } from "./pem.ts";

/**
 * The RSA key of the first block of a PEM text: PKIX, PKCS#1, or a certificate, under any block name. A certificate is not
 * verified: a user who names it as the key has decided to trust it. Fails with PUBLIC_KEY_MALFORMED.
 */
export function parsePublicKey(pem: string, where: string): KeyObject {
  const malformed = (why: string, remedy = "Use a PEM file with an RSA public key, or with a certificate of one.") =>
    new TransferError("PUBLIC_KEY_MALFORMED", `${where} ${why}`, { where, remedy });
  // Also after a certificate, and also truncated: such a file must not be here, with any other content.
  if (/-----BEGIN [^-]*PRIVATE KEY-----/.test(pem)) {
    throw malformed(
      "contains a private key, which is not needed for verification",
      "Use the public key: openssl rsa -in private.pem -pubout. Keep the private key where signing happens.",
    );
  }
  const block = pemBlocks(pem)[0];
  if (block === undefined) throw malformed("contains no PEM block");
  const key = readKey(block.bytes);
  if (key === undefined) throw malformed("contains no valid public key");
  if (key.asymmetricKeyType !== "rsa")
    throw malformed(`contains a key of type ${key.asymmetricKeyType} instead of RSA`);
  return key;
}

/** SHA-256 over the key as SubjectPublicKeyInfo in DER: that of `openssl pkey -pubin -outform DER | sha256sum`. */
export function keyFingerprint(key: KeyObject): string {
  return `sha256:${createHash("sha256")
    .update(key.export({ type: "spki", format: "der" }))
    .digest("hex")}`;
}

function readKey(der: Buffer): KeyObject | undefined {
  const readers = [
    () => createPublicKey({ key: der, format: "der", type: "spki" }),
    () => createPublicKey({ key: der, format: "der", type: "pkcs1" }),
    () => new X509Certificate(der).publicKey,
  ];
  for (const read of readers) {
    try {
      return read();
    } catch {
      // Another form, or an invalid key.
    }
  }
  return undefined;
}
