import { TransferError } from "../../errors/transfer-error.ts";
import { printable } from "../../text/redact.ts";
import type { ComponentDescriptor } from "../descriptor/component-descriptor.ts";
import { isJsonObject, type Json, type JsonObject } from "../descriptor/json.ts";
import type { DigestSpec } from "./hash-algorithm.ts";
import { digestOf } from "./normalise.ts";
import { isEmpty } from "./pin.ts";

/**
 * Verifies that every reference among the component versions of a tree pins the component version that it leads to, by its own
 * digest or by those that a component version signed in mode `top` holds for all below it. References without a digest, and those
 * to what is not among `versions`, pin nothing. Fails with REFERENCE_DIGEST_DIFFERS, or as `digestOf` does.
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

/** By index of the references: the digest that each pins what it leads to by, its own or one that stands in its place. */
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
  /** Whose digests hold for the child, where they are not its own. */
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
      `(${printable(pinned.normalisationAlgorithm, 60)}), but that one has ${found}`,
    {
      where,
      remedy:
        "One of the two was changed or exchanged after the reference was made. Take the whole tree from where it is intact, or make " +
        "a new version of the component version that refers.",
    },
  );
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}
