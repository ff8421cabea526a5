import { generateKeyPairSync, sign } from "node:crypto";
import { parseComponentDescriptor } from "../../src/ocm/component-descriptor.ts";
import { componentDigest, normalise } from "../../src/ocm/normalise.ts";
import { type ComponentOptions, descriptorDocument } from "./content.ts";

const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });

/** The key that verifies what is signed here, in PEM. */
export const publicKeyPem = String(publicKey.export({ format: "pem", type: "spki" }));
export const privateKeyPem = String(privateKey.export({ format: "pem", type: "pkcs8" }));
export { publicKey };

const read = (options: ComponentOptions) =>
  parseComponentDescriptor(JSON.stringify(descriptorDocument(options)), "here");

/** The component version with the signature `acme`, as v1 of the CLI makes it. */
export function signed(options: ComponentOptions): ComponentOptions {
  const value = sign("sha256", Buffer.from(normalise(read(options))), privateKey).toString("hex");
  const signature = { algorithm: "RSASSA-PKCS1-V1_5", mediaType: "application/vnd.ocm.signature.rsa", value };
  return { ...options, signatures: [{ name: "acme", digest: digestOfComponent(options), signature }] };
}

/** What a signature or a reference says of the component version. */
export function digestOfComponent(options: ComponentOptions): Readonly<Record<string, string>> {
  const value = componentDigest(read(options));
  return { hashAlgorithm: "SHA-256", normalisationAlgorithm: "jsonNormalisation/v3", value };
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
