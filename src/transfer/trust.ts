import type { KeyObject } from "node:crypto";
import type { ComponentDescriptor } from "../ocm/component-descriptor.ts";
import { checkReferenceDigests } from "../ocm/reference-digest.ts";
import { verifySignature } from "../ocm/signature.ts";
import type { Gathered } from "./gather.ts";

/** A signature that has to be there, and the key that it has to be made with. */
export interface TrustedKey {
  readonly name: string;
  readonly key: KeyObject;
}

export interface Tree {
  /** The component versions that the user named: they have to be signed. */
  readonly named: readonly ComponentDescriptor[];
  /** All of them; what is referred to is trusted by the digests of references. */
  readonly all: readonly ComponentDescriptor[];
}

/** The same of component versions that were gathered. */
export function distrustOf({ named, versions }: Omit<Gathered, "errors">, keys: readonly TrustedKey[]): unknown[] {
  const all = versions.map(({ version }) => version.descriptor);
  return distrust({ named: named.map(({ descriptor }) => descriptor), all }, keys);
}

/** What does not hold of the signatures and references of a tree. */
export function distrust({ named, all }: Tree, keys: readonly TrustedKey[]): unknown[] {
  const checks = named.flatMap((descriptor) => keys.map((key) => () => void verifySignature(descriptor, key)));
  return [...checks, () => checkReferenceDigests(all)].flatMap((check) => {
    try {
      check();
      return [];
    } catch (error) {
      return [error];
    }
  });
}
