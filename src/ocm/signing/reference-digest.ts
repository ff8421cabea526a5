import { TransferError } from "../../errors/transfer-error.ts";
import { printable } from "../../text/redact.ts";
import type { ComponentDescriptor } from "../descriptor/component-descriptor.ts";
import { isJsonObject, type Json, type JsonObject } from "../descriptor/json.ts";
import type { DigestSpec } from "./hash-algorithm.ts";
import { digestOf } from "./normalise.ts";
import { isEmpty } from "./pin.ts";

/**
 * Verifies that every reference within `versions` matches its component version, by its own digest or by the nested digests of a
 * component version signed in mode `top`. References without a digest, and those to component versions outside of `versions`, are
 * not compared. Fails with REFERENCE_DIGEST_DIFFERS, or as `digestOf`.
 */
export function checkReferenceDigests(versions: readonly ComponentDescriptor[]): void {
  const known = new Map(versions.map((version) => [`${version.name}:${version.version}`, version]));
  for (const parent of versions) {
    for (const { name, child: id, digest, root } of pinsOf(parent)) {
      const child = known.get(id);
      if (child === undefined || digest.hashAlgorithm === "NO-DIGEST") continue;
      const found = digestOf(child, digest, root);
      if (found !== digest.value.toLowerCase()) throw differs(parent, name, child, digest, found);
    }
  }
}

/** By index of the references: the digest that pins the referenced component version, its own or a nested one. */
export function pinnedBy({ tree }: ComponentDescriptor): readonly (DigestSpec | undefined)[] {
  const component = isJsonObject(tree.component) ? tree.component : {};
  return objects(component.componentReferences).map(({ digest }) => {
    const spec = readSpec(digest);
    return spec?.hashAlgorithm === "NO-DIGEST" ? undefined : spec;
  });
}

interface ReferencePin {
  readonly name: string;
  readonly child: string;
  readonly digest: DigestSpec;
  /** The root with nested digests for the child. */
  readonly root: ComponentDescriptor | undefined;
}

function pinsOf(parent: ComponentDescriptor): ReferencePin[] {
  const component = isJsonObject(parent.tree.component) ? parent.tree.component : {};
  return [
    ...pins(component.componentReferences, (entry) => [`reference ${text(entry.name)}`, text(entry.componentName)]),
    ...pins(parent.tree.nestedDigests, (entry) => ["nestedDigests", text(entry.name)], parent),
  ];
}

function pins(
  list: Json | undefined,
  read: (entry: JsonObject) => [string, string],
  root?: ComponentDescriptor,
): ReferencePin[] {
  return objects(list).flatMap((entry) => {
    const digest = readSpec(entry.digest);
    if (digest === undefined) return [];
    const [name, component] = read(entry);
    return [{ name, child: `${component}:${text(entry.version)}`, digest, root }];
  });
}

function readSpec(digest: Json | undefined): DigestSpec | undefined {
  if (!isJsonObject(digest)) return undefined;
  const spec = {
    hashAlgorithm: text(digest.hashAlgorithm),
    normalisationAlgorithm: text(digest.normalisationAlgorithm),
    value: text(digest.value),
  };
  return isEmpty(spec) ? undefined : spec;
}

function objects(list: Json | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function differs(
  parent: ComponentDescriptor,
  name: string,
  child: ComponentDescriptor,
  pinned: DigestSpec,
  found: string,
): TransferError {
  const where = `${parent.name}:${parent.version}`;
  return new TransferError(
    "REFERENCE_DIGEST_DIFFERS",
    `${printable(name, 120)} of ${where} pins ${child.name}:${child.version} to the digest ${printable(pinned.value, 128)} ` +
      `(${printable(pinned.normalisationAlgorithm, 60)}), but its digest is ${found}`,
    {
      where,
      remedy:
        "One of the two was changed or replaced after the reference was written. Transfer the complete tree from an intact source, or " +
        "build a new version of the parent.",
    },
  );
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
