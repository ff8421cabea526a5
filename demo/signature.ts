import { verify } from "node:crypto";
import type { ComponentDescriptor } from "../src/ocm/descriptor/component-descriptor.ts";
import { componentDigest, normalise } from "../src/ocm/signing/normalise.ts";

interface Signature {
  readonly name: string;
  readonly digest: { readonly value: string };
  readonly signature: { readonly value: string };
}

/** Names of the signatures that still hold: for the digest that the descriptor has now, by the key of who signed it then. */
export function verifiedSignatures(descriptor: ComponentDescriptor, publicKey: string): readonly string[] {
  const signatures = (descriptor.tree.signatures ?? []) as unknown as readonly Signature[];
  const content = Buffer.from(normalise(descriptor));
  return signatures
    .filter(({ digest }) => digest.value === componentDigest(descriptor))
    .filter(({ signature }) => verify("sha256", content, publicKey, Buffer.from(signature.value, "hex")))
    .map(({ name }) => name);
}
