import type { Element } from "../../ocm/descriptor/component-descriptor.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject } from "../../ocm/descriptor/json.ts";

export interface AccessChange {
  readonly element: Element;
  readonly after: JsonObject;
}

/** What a copy has in addition; neither is part of the normalised descriptor. */
export interface DescriptorAdditions {
  readonly furtherSignatures: readonly JsonObject[];
  /** The repository of the copy, as the last of its repository contexts. */
  readonly context?: JsonObject | undefined;
}

/**
 * The component descriptor with other accesses, and otherwise as it was: every field, known or not, in its order, every number in
 * its spelling. Access is no part of the normalised descriptor, so digests and signatures hold.
 */
export function rewriteDescriptor(
  tree: JsonObject,
  changes: readonly AccessChange[],
  { furtherSignatures, context }: DescriptorAdditions,
): JsonObject {
  const component = isJsonObject(tree.component) ? tree.component : {};
  const signatures = Array.isArray(tree.signatures) ? tree.signatures : [];
  return {
    ...tree,
    component: {
      ...component,
      ...rewritten(component, "resources", changes),
      ...rewritten(component, "sources", changes),
      ...(context === undefined ? {} : { repositoryContexts: withContext(component.repositoryContexts, context) }),
    },
    ...(furtherSignatures.length === 0 ? {} : { signatures: [...signatures, ...furtherSignatures] }),
  };
}

function withContext(contexts: Json | undefined, context: JsonObject): readonly Json[] {
  const others = Array.isArray(contexts) ? contexts : [];
  const text = canonicalJson(context);
  return [...others.filter((other: Json) => canonicalJson(other) !== text), context];
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
