import { constants, type KeyObject, verify, X509Certificate } from "node:crypto";
import { TransferError } from "../../errors/transfer-error.ts";
import { printable } from "../../text/redact.ts";
import type { ComponentDescriptor } from "../descriptor/component-descriptor.ts";
import { isJsonObject, type Json, type JsonObject } from "../descriptor/json.ts";
import { type DigestSpec, hashNamed, hexHash } from "./hash-algorithm.ts";
import { normalise } from "./normalise.ts";
import { pemBlocks } from "./pem.ts";

/** A signature of a component descriptor. */
export interface Signature {
  readonly name: string;
  readonly digest: DigestSpec;
  readonly algorithm: string;
  readonly mediaType: string;
  readonly value: string;
}

const PADDINGS: ReadonlyMap<string, number> = new Map([
  ["RSASSA-PKCS1-V1_5", constants.RSA_PKCS1_PADDING],
  ["RSASSA-PSS", constants.RSA_PKCS1_PSS_PADDING],
]);

const PLAIN = new Set(["application/vnd.ocm.signature.rsa", "application/vnd.ocm.signature.rsa.pss"]);
const PEM = "application/x-pem-file";

/**
 * Verifies that the owner of `key` signed this component version. Its resources and references are pinned by signed digests, and
 * have to be compared with these. Fails with SIGNATURE_UNKNOWN, SIGNATURE_UNSUPPORTED, SIGNATURE_DIGEST_DIFFERS,
 * SIGNATURE_INVALID, or as `digestOf`.
 */
export function verifySignature(
  descriptor: ComponentDescriptor,
  { name, key }: { readonly name: string; readonly key: KeyObject },
): Signature {
  const where = `${descriptor.name}:${descriptor.version}`;
  const label = `signature ${printable(name, 80)} of ${where}`;
  const signature = signaturesOf(descriptor).find((candidate) => candidate.name === name);
  if (signature === undefined) throw unknown(descriptor, name, where);
  const padding = PADDINGS.get(signature.algorithm);
  if (padding === undefined) throw unsupported(`has the algorithm ${printable(signature.algorithm, 60) || '""'}`);
  const bytes = decode(signature);

  const hash = hashNamed(signature.digest.hashAlgorithm, label);
  const normalised = Buffer.from(normalise(descriptor, signature.digest), "utf8");
  const found = hexHash(hash, normalised);
  // The signature covers the digest that it names. Only if that equals the computed one does it cover the component version.
  if (found !== signature.digest.value.toLowerCase()) {
    throw new TransferError(
      "SIGNATURE_DIGEST_DIFFERS",
      `${label} is for the digest ${printable(signature.digest.value, 128)}, but that of the component version is ${found}`,
      {
        where,
        remedy:
          "A signed part was changed after signing, mostly by a transfer with version 2 of the OCM CLI, which drops " +
          "creationTime and renames digest algorithms. Transfer the component version from a source where the signature verifies.",
      },
    );
  }
  const saltLength = constants.RSA_PSS_SALTLEN_AUTO;
  if (verify(hash, normalised, { key, padding, saltLength }, bytes)) return signature;
  throw invalid(`does not match the given public key${signerOf(signature)}`);

  function decode({ mediaType, value, algorithm }: Signature): Buffer {
    if (PLAIN.has(mediaType)) {
      if (!/^(?:[0-9a-f]{2})+$/i.test(value)) throw invalid("is not hexadecimal");
      return Buffer.from(value, "hex");
    }
    if (mediaType !== PEM) throw unsupported(`has the media type ${printable(mediaType, 80) || '""'}`);
    const block = pemBlocks(value).find(({ type }) => type === "SIGNATURE");
    if (block === undefined) throw invalid("contains no PEM block of type SIGNATURE");
    if ((block.headers.get("Signature Algorithm") ?? algorithm) !== algorithm) {
      throw invalid("has another algorithm in its PEM block than in the descriptor");
    }
    return block.bytes;
  }

  function unsupported(why: string): TransferError {
    return new TransferError("SIGNATURE_UNSUPPORTED", `${label} ${why}, which is not supported`, {
      where,
      remedy: "Verify it with the OCM CLI, or sign with RSASSA-PKCS1-V1_5, which both of its generations verify.",
    });
  }

  function invalid(why: string): TransferError {
    return new TransferError("SIGNATURE_INVALID", `${label} ${why}`, {
      where,
      remedy:
        "Compare the key with that of the signer: it is another one, or the signature was replaced. " +
        "Of a certificate only its own key is used, so a CA certificate verifies nothing.",
    });
  }
}

/** The signatures of a component version; missing fields are empty text. */
export function signaturesOf({ tree }: ComponentDescriptor): Signature[] {
  const signatures = Array.isArray(tree.signatures) ? tree.signatures.filter(isJsonObject) : [];
  return signatures.map((entry) => {
    const [digest, signature] = [object(entry.digest), object(entry.signature)];
    return {
      name: text(entry.name),
      digest: {
        hashAlgorithm: text(digest.hashAlgorithm),
        normalisationAlgorithm: text(digest.normalisationAlgorithm),
        value: text(digest.value),
      },
      algorithm: text(signature.algorithm),
      mediaType: text(signature.mediaType),
      value: text(signature.value),
    };
  });
}

function unknown(descriptor: ComponentDescriptor, name: string, where: string): TransferError {
  const names = signaturesOf(descriptor).map((signature) => printable(signature.name, 80));
  return new TransferError(
    "SIGNATURE_UNKNOWN",
    `${where} has no signature ${printable(name, 80)}${names.length === 0 ? ", nor any other" : `, only ${names.join(", ")}`}`,
    { where, remedy: "Name an existing signature, or sign the component version with its references in the source." },
  );
}

/** Subject and issuer of the certificate in the signature, unverified, for the message only. */
function signerOf(signature: Signature): string {
  const certificate = certificateIn(signature);
  if (certificate === undefined) return "";
  const { subject, issuer } = certificate;
  return `; its certificate names ${printable(subject, 120)}, issued by ${printable(issuer, 120)}`;
}

/** The first certificate in a signature, unverified; undefined without one that can be parsed. */
export function certificateIn({ mediaType, value }: Signature): X509Certificate | undefined {
  const block = mediaType === PEM ? pemBlocks(value).find(({ type }) => type === "CERTIFICATE") : undefined;
  try {
    return block === undefined ? undefined : new X509Certificate(block.bytes);
  } catch {
    return undefined;
  }
}

function object(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
