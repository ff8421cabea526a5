import { createPublicKey, type KeyObject, X509Certificate } from "node:crypto";
import { TransferError } from "../../errors/transfer-error.ts";
import { pemBlocks } from "./pem.ts";

/**
 * The RSA key of the first block of a PEM text: PKIX, PKCS#1, or a certificate, whatever the block is called. A certificate is
 * believed as it is: who names it as the key has decided to trust it. Fails with PUBLIC_KEY_MALFORMED.
 */
export function parsePublicKey(pem: string, where: string): KeyObject {
  const malformed = (why: string, remedy = "Give a PEM file with an RSA public key, or with a certificate of one.") =>
    new TransferError("PUBLIC_KEY_MALFORMED", `${where} ${why}`, { where, remedy });
  // Also behind a certificate, and cut: a file like that is in the wrong hands here, whatever else is in it.
  if (/-----BEGIN [^-]*PRIVATE KEY-----/.test(pem)) {
    throw malformed(
      "holds a private key, which is not needed to verify anything",
      "Give the public key: openssl rsa -in private.pem -pubout. Keep the private one where signing happens.",
    );
  }
  const block = pemBlocks(pem)[0];
  if (block === undefined) throw malformed("holds no PEM block");
  const key = readKey(block.bytes);
  if (key === undefined) throw malformed("holds no public key that can be read");
  if (key.asymmetricKeyType !== "rsa") throw malformed(`holds a key of type ${key.asymmetricKeyType}, but not of RSA`);
  return key;
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
      // It is one of the other forms, or none.
    }
  }
  return undefined;
}
