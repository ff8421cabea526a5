import { TransferError } from "../../errors/transfer-error.ts";
import { printable } from "../../text/redact.ts";
import type { ComponentDescriptor } from "../descriptor/component-descriptor.ts";
import { canonicalJson, isJsonObject, isRawNumber, type Json } from "../descriptor/json.ts";
import { entryJson } from "./entry-json.ts";
import { type DigestAlgorithms, hashNamed, hexHash } from "./hash-algorithm.ts";
import { withNestedDigests } from "./nested-digests.ts";
import { type SignedFields, signedComponent, withVersionsInIdentities } from "./normalised-component.ts";

/** The default of v1 of the CLI; v2 reads the name as `jsonNormalisation/v4alpha1`. */
const DEFAULT: DigestAlgorithms = { hashAlgorithm: "SHA-256", normalisationAlgorithm: "jsonNormalisation/v3" };

const V2_V3: SignedFields = {
  generation: 1,
  referenceLabels: "all",
  sources: true,
  plainProvider: false,
  noIdentity: undefined,
};
const V1: SignedFields = {
  ...V2_V3,
  referenceLabels: "signing",
  sources: false,
  plainProvider: true,
  noIdentity: null,
};
const V4: SignedFields = { ...V2_V3, generation: 2 };

/**
 * Hexadecimal SHA-256 of the normalised component descriptor (`jsonNormalisation/v3`), which signatures sign and references pin
 * by default. Access is not part of it, so rewriting access does not change it.
 */
export function componentDigest(descriptor: ComponentDescriptor): string {
  return digestOf(descriptor, DEFAULT);
}

/**
 * Hexadecimal digest of a component version by the algorithms of a signature or a reference. Below a `root` signed in mode `top`,
 * the digests of the root are used. Fails with NORMALISATION_UNSUPPORTED or HASH_UNSUPPORTED.
 */
export function digestOf(
  descriptor: ComponentDescriptor,
  algorithms: DigestAlgorithms,
  root: ComponentDescriptor = descriptor,
): string {
  const hash = hashNamed(algorithms.hashAlgorithm, `${descriptor.name}:${descriptor.version}`);
  return hexHash(hash, normalise(descriptor, algorithms, root));
}

/** The text from which a digest is computed, in UTF-8. */
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
      const signed = signedComponent(withVersionsInIdentities(component), V1);
      return entryJson(pruned({ meta: { schemaVersion: "v2" }, component: signed }, "keep nulls", where));
    }
    case "jsonNormalisation/v2": {
      const signed = signedComponent(withVersionsInIdentities(component), V2_V3);
      return canonicalJson(pruned({ component: signed }, "keep nulls", where));
    }
    case "jsonNormalisation/v3":
      return canonicalJson(pruned({ component: signedComponent(component, V2_V3) }, "keep nulls", where));
    case "jsonNormalisation/v4alpha1":
      return canonicalJson(pruned({ component: signedComponent(stored, V4) }, "drop nulls", where));
    default:
      throw new TransferError(
        "NORMALISATION_UNSUPPORTED",
        `${where}: the normalisation ${printable(JSON.stringify(normalisationAlgorithm), 80)} is unknown`,
        { where, remedy: "Sign the component version again with jsonNormalisation/v3." },
      );
  }
}

/**
 * Both generations drop members with an empty name, and read an unpaired surrogate as U+FFFD; the second also drops null members.
 * Both refuse numbers that exceed a double.
 */
function pruned(value: Json, nulls: "keep nulls" | "drop nulls", where: string): Json {
  if (typeof value === "string") return value.toWellFormed();
  if (isRawNumber(value)) {
    if (Number.isFinite(Number(value.rawJSON))) return value;
    throw new TransferError("DESCRIPTOR_MALFORMED", `${where}: a signed label contains a number that is too large`, {
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
