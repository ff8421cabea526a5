import { TransferError } from "../../errors/transfer-error.ts";
import { printable } from "../../text/redact.ts";
import type { ComponentDescriptor } from "../descriptor/component-descriptor.ts";
import { canonicalJson, isJsonObject, isRawNumber, type Json } from "../descriptor/json.ts";
import { entryJson } from "./entry-json.ts";
import { type DigestAlgorithms, hashNamed, hexHash } from "./hash-algorithm.ts";
import { withNestedDigests } from "./nested-digests.ts";
import { type SignedFields, signedComponent, withVersionsInIdentities } from "./normalised-component.ts";

/** What v1 of the CLI uses unless told otherwise; v2 reads the name as `jsonNormalisation/v4alpha1`. */
const DEFAULT: DigestAlgorithms = { hashAlgorithm: "SHA-256", normalisationAlgorithm: "jsonNormalisation/v3" };

const FIRST: SignedFields = {
  generation: 1,
  referenceLabels: "all",
  sources: true,
  plainProvider: false,
  noIdentity: undefined,
};
const ENTRIES: SignedFields = {
  ...FIRST,
  referenceLabels: "signing",
  sources: false,
  plainProvider: true,
  noIdentity: null,
};
const SECOND: SignedFields = { ...FIRST, generation: 2 };

/**
 * Hexadecimal SHA-256 over the normalised component descriptor (`jsonNormalisation/v3`): what signatures sign and references pin,
 * unless they say otherwise. Access is no part of it, so rewriting access leaves it as it is.
 */
export function componentDigest(descriptor: ComponentDescriptor): string {
  return digestOf(descriptor, DEFAULT);
}

/**
 * Hexadecimal digest of a component version by the algorithms that a signature or a reference names. For one that is referred to by a
 * `root` signed in mode `top`, with the digests that the root has for it. Fails with NORMALISATION_UNSUPPORTED or HASH_UNSUPPORTED.
 */
export function digestOf(
  descriptor: ComponentDescriptor,
  algorithms: DigestAlgorithms,
  root: ComponentDescriptor = descriptor,
): string {
  const hash = hashNamed(algorithms.hashAlgorithm, `${descriptor.name}:${descriptor.version}`);
  return hexHash(hash, normalise(descriptor, algorithms, root));
}

/** The text that a digest is computed over, to be read as UTF-8. */
export function normalise(
  descriptor: ComponentDescriptor,
  { normalisationAlgorithm }: Pick<DigestAlgorithms, "normalisationAlgorithm"> = DEFAULT,
  root: ComponentDescriptor = descriptor,
): string {
  const where = `${descriptor.name}:${descriptor.version}`;
  const stored = isJsonObject(descriptor.tree.component) ? descriptor.tree.component : {};
  const component = withNestedDigests(stored, root.tree);
  switch (normalisationAlgorithm) {
    case "jsonNormalisation/v1": {
      const signed = signedComponent(withVersionsInIdentities(component), ENTRIES);
      return entryJson(pruned({ meta: { schemaVersion: "v2" }, component: signed }, "keep nulls", where));
    }
    case "jsonNormalisation/v2": {
      const signed = signedComponent(withVersionsInIdentities(component), FIRST);
      return canonicalJson(pruned({ component: signed }, "keep nulls", where));
    }
    case "jsonNormalisation/v3":
      return canonicalJson(pruned({ component: signedComponent(component, FIRST) }, "keep nulls", where));
    case "jsonNormalisation/v4alpha1":
      return canonicalJson(pruned({ component: signedComponent(stored, SECOND) }, "drop nulls", where));
    default:
      throw new TransferError(
        "NORMALISATION_UNSUPPORTED",
        `${where}: the normalisation ${printable(JSON.stringify(normalisationAlgorithm), 80)} is not known`,
        { where, remedy: "Sign the component version anew with jsonNormalisation/v3." },
      );
  }
}

/**
 * Both generations lose members without a name, and read half a surrogate pair as U+FFFD; the second also loses members that are null.
 * None of them reads a number that no double holds.
 */
function pruned(value: Json, nulls: "keep nulls" | "drop nulls", where: string): Json {
  if (typeof value === "string") return value.toWellFormed();
  if (isRawNumber(value)) {
    if (Number.isFinite(Number(value.rawJSON))) return value;
    throw new TransferError("DESCRIPTOR_MALFORMED", `${where}: a signed label holds a number that is too large`, {
      where,
    });
  }
  if (Array.isArray(value)) return value.map((entry) => pruned(entry, nulls, where));
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).filter(
    ([name, member]) => name !== "" && (member !== null || nulls === "keep nulls"),
  );
  return Object.fromEntries(members.map(([name, member]) => [name.toWellFormed(), pruned(member, nulls, where)]));
}
