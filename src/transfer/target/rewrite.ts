import type { Element } from "../../ocm/descriptor/component-descriptor.ts";
import { isJsonObject, type Json, type JsonObject } from "../../ocm/descriptor/json.ts";

export interface AccessChange {
  readonly element: Element;
  readonly after: JsonObject;
}

/**
 * The component descriptor with other accesses, and otherwise as it was: every field, known or not, in its order, every number in
 * its spelling. Access is no part of the normalised descriptor, so digests and signatures hold.
 */
export function rewriteDescriptor(
  tree: JsonObject,
  changes: readonly AccessChange[],
  furtherSignatures: readonly JsonObject[],
): JsonObject {
  const component = isJsonObject(tree.component) ? tree.component : {};
  const signatures = Array.isArray(tree.signatures) ? tree.signatures : [];
  return {
    ...tree,
    component: {
      ...component,
      ...rewritten(component, "resources", changes),
      ...rewritten(component, "sources", changes),
    },
    ...(furtherSignatures.length === 0 ? {} : { signatures: [...signatures, ...furtherSignatures] }),
  };
}

function rewritten(component: JsonObject, key: "resources" | "sources", changes: readonly AccessChange[]): JsonObject {
  const elements = component[key];
  if (!Array.isArray(elements)) return {};
  const after = new Map(
    changes.filter(({ element }) => `${element.kind}s` === key).map((change) => [change.element.index, change.after]),
  );
  return {
    [key]: elements.map((element: Json, index) =>
      isJsonObject(element) ? { ...element, access: after.get(index) ?? element.access ?? null } : element,
    ),
  };
}
