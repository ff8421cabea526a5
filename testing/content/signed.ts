import { createHash, generateKeyPairSync, sign } from "node:crypto";
import { parseComponentDescriptor } from "../../src/ocm/descriptor/component-descriptor.ts";
import { digestOf, normalise } from "../../src/ocm/signing/normalise.ts";
import { type ComponentOptions, descriptorDocument } from "./content.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** The key that verifies what is signed here, in PEM. */
export const publicKeyPem = String(publicKey.export({ format: "pem", type: "spki" }));
export const privateKeyPem = String(privateKey.export({ format: "pem", type: "pkcs8" }));
export { publicKey };

const read = (options: ComponentOptions) =>
  parseComponentDescriptor(JSON.stringify(descriptorDocument(options)), "here");

export type HashAlgorithm = "SHA-256" | "SHA-384" | "SHA-512" | "sha256" | "sha512";

export interface SignatureOptions {
  readonly hashAlgorithm?: HashAlgorithm;
  readonly normalisationAlgorithm?: string;
}

/** The component version with the signature `acme`, as v1 of the CLI makes it. */
export function signed(options: ComponentOptions, by: SignatureOptions = {}): ComponentOptions {
  const digest = digestOfComponent(options, by);
  const text = Buffer.from(normalise(read(options), { normalisationAlgorithm: digest.normalisationAlgorithm ?? "" }));
  const value = sign(nodeHash(by.hashAlgorithm), text, privateKey).toString("hex");
  const signature = { algorithm: "RSASSA-PKCS1-V1_5", mediaType: "application/vnd.ocm.signature.rsa", value };
  return { ...options, signatures: [{ name: "acme", digest, signature }] };
}

/** What a signature or a reference says of the component version. */
export function digestOfComponent(
  options: ComponentOptions,
  by: SignatureOptions = {},
): Readonly<Record<string, string>> {
  const { hashAlgorithm = "SHA-256", normalisationAlgorithm = "jsonNormalisation/v3" } = by;
  const algorithms = { hashAlgorithm, normalisationAlgorithm };
  return { ...algorithms, value: digestOf(read(options), algorithms) };
}

/** The root with the digests, in mode `top`, of a component version that it refers to: `pins` by the names of its resources. */
export function withNestedDigests(
  root: ComponentOptions,
  child: ComponentOptions,
  pins: Readonly<Record<string, unknown>>,
): ComponentOptions {
  const { name = "acme.org/shop", version = "1.0.0" } = child;
  const resourceDigests = Object.entries(pins).map(([name, digest]) => ({ name, version: "1.0.0", digest }));
  const entry = { name, version, resourceDigests };
  const algorithms = { hashAlgorithm: "SHA-256", normalisationAlgorithm: "jsonNormalisation/v3" };
  const value = digestOf(read(child), algorithms, read({ ...root, nestedDigests: [entry] }));
  return { ...root, nestedDigests: [{ ...entry, digest: { ...algorithms, value } }] };
}

function nodeHash(hashAlgorithm: HashAlgorithm = "SHA-256"): string {
  return hashAlgorithm.toLowerCase().replace("-", "");
}

/** The digest of these bytes, as an element of a component descriptor has it. */
export function digestOfBytes(
  content: string | Buffer,
  normalisationAlgorithm = "genericBlobDigest/v1",
  hashAlgorithm: HashAlgorithm = "SHA-256",
): Readonly<Record<string, string>> {
  const value = createHash(nodeHash(hashAlgorithm)).update(content).digest("hex");
  return { hashAlgorithm, normalisationAlgorithm, value };
}

/** A reference that pins what it leads to. */
export function pinnedReference(name: string, to: ComponentOptions): object {
  const { name: componentName = "acme.org/shop", version = "1.0.0" } = to;
  return { name, componentName, version, digest: digestOfComponent(to) };
}

/** The digest that pins a resource to the bytes of a blob. */
export function blobDigest({ digest }: { readonly digest: string }): Readonly<Record<string, unknown>> {
  const [, value] = digest.split(":");
  return { digest: { hashAlgorithm: "SHA-256", normalisationAlgorithm: "genericBlobDigest/v1", value } };
}
