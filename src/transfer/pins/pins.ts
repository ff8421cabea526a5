import type { ComponentDescriptor, ComponentReference, Element } from "../../ocm/descriptor/component-descriptor.ts";
import type { DigestSpec } from "../../ocm/signing/hash-algorithm.ts";
import { inContextOf } from "../../ocm/signing/nested-digests.ts";
import { isEmpty } from "../../ocm/signing/pin.ts";
import { pinnedBy } from "../../ocm/signing/reference-digest.ts";

/** Every digest that the content of an element has to have: its own, else those that these roots, signed in mode `top`, have for it. */
export function pinsIn(
  descriptor: ComponentDescriptor,
  roots: readonly ComponentDescriptor[],
): (element: Element) => readonly DigestSpec[] {
  const contexts = roots.filter(isNesting).map((root) => {
    const { elements } = inContextOf(root, descriptor);
    return new Map(elements.map((element) => [keyOf(element), element.digest]));
  });
  return (element) => {
    const digests = [element.digest, ...contexts.map((context) => context.get(keyOf(element)))];
    const pins = digests.filter((digest) => digest !== undefined).filter((digest) => !isEmpty(digest));
    return [...new Map(pins.map((digest) => [JSON.stringify(digest), digest])).values()];
  };
}

function keyOf({ kind, index }: Element): string {
  return `${kind} ${index}`;
}

/** References that no digest pins: neither their own, nor one that these roots have for them. */
export function unpinnedReferences(
  descriptor: ComponentDescriptor,
  roots: readonly ComponentDescriptor[],
): readonly ComponentReference[] {
  const contexts = [descriptor, ...roots.map((root) => inContextOf(root, descriptor))].map(pinnedBy);
  return descriptor.references.filter((_, index) => contexts.every((pinned) => pinned[index] === undefined));
}

/** Whether a component version holds digests for those below it. */
export function isNesting({ tree }: ComponentDescriptor): boolean {
  return Array.isArray(tree.nestedDigests);
}
