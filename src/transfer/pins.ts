import type { ComponentDescriptor, Element } from "../ocm/component-descriptor.ts";
import type { DigestSpec } from "../ocm/hash-algorithm.ts";
import { isJsonObject, type JsonObject } from "../ocm/json.ts";
import { inContextOf } from "../ocm/nested-digests.ts";

/** Every digest that the content of an element has to have: its own, else those that roots signed in mode `top` have for it. */
export function pinsOf(
  descriptor: ComponentDescriptor,
  element: Element,
  all: readonly ComponentDescriptor[],
): readonly DigestSpec[] {
  const pins = contextsOf(descriptor, all).flatMap(({ elements }) => {
    const digest = elements.find(({ kind, index }) => kind === element.kind && index === element.index)?.digest;
    // Version 2 of the CLI writes a digest of empty texts where there is none.
    return digest === undefined || Object.values(digest).every((member) => member === "") ? [] : [digest];
  });
  return [...new Map(pins.map((pin) => [JSON.stringify(pin), pin])).values()];
}

/** Names of the references that no digest pins. */
export function unpinnedReferences(descriptor: ComponentDescriptor, all: readonly ComponentDescriptor[]): string[] {
  const contexts = contextsOf(descriptor, all).map(referencesOf);
  return descriptor.references.flatMap(({ name }, index) =>
    contexts.some((references) => isPin(references[index])) ? [] : [name],
  );
}

function contextsOf(descriptor: ComponentDescriptor, all: readonly ComponentDescriptor[]): ComponentDescriptor[] {
  const roots = all.filter(({ tree }) => Array.isArray(tree.nestedDigests));
  return [descriptor, ...roots.map((root) => inContextOf(root, descriptor))];
}

function referencesOf({ tree }: ComponentDescriptor): readonly JsonObject[] {
  const list = isJsonObject(tree.component) ? tree.component.componentReferences : undefined;
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function isPin(reference: JsonObject | undefined): boolean {
  if (!isJsonObject(reference?.digest)) return false;
  const { hashAlgorithm, value } = reference.digest;
  return hashAlgorithm !== "NO-DIGEST" && typeof value === "string" && value !== "";
}
