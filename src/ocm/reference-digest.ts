import { TransferError } from "../errors.ts";
import { printable } from "../redact.ts";
import type { ComponentDescriptor } from "./component-descriptor.ts";
import type { DigestSpec } from "./hash-algorithm.ts";
import { isJsonObject, type Json, type JsonObject } from "./json.ts";
import { digestOf } from "./normalise.ts";

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

interface Pin {
  readonly name: string;
  readonly child: string;
  readonly digest: DigestSpec;
  /** Whose digests hold for the child, where they are not its own. */
  readonly root: ComponentDescriptor | undefined;
}

function pinsOf(parent: ComponentDescriptor): Pin[] {
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
): Pin[] {
  return (Array.isArray(list) ? list.filter(isJsonObject) : []).flatMap((entry) => {
    const { digest } = entry;
    if (!isJsonObject(digest)) return [];
    const [name, component] = read(entry);
    const spec = {
      hashAlgorithm: text(digest.hashAlgorithm),
      normalisationAlgorithm: text(digest.normalisationAlgorithm),
      value: text(digest.value),
    };
    // Version 2 of the CLI writes a digest of empty texts where there is none.
    if (Object.values(spec).every((member) => member === "")) return [];
    return [{ name, child: `${component}:${text(entry.version)}`, digest: spec, root }];
  });
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
