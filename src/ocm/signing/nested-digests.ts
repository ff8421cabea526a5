import { type ComponentDescriptor, readDigest } from "../descriptor/component-descriptor.ts";
import { isJsonObject, type Json, type JsonObject } from "../descriptor/json.ts";

/**
 * A component version signed in mode `top` does not change the referenced ones, and has their digests in its own
 * `nestedDigests`. The signed form has them at their usual positions. An existing digest is not replaced: content would otherwise be
 * compared with an unsigned digest.
 */
export function withNestedDigests(component: JsonObject, root: JsonObject): JsonObject {
  const nested = objects(root.nestedDigests);
  if (nested.length === 0) return component;
  const resourceDigests = objects(find(nested, component.name, component.version)?.resourceDigests);
  return {
    ...component,
    resources: objects(component.resources).map((resource) =>
      withDigest(
        resource,
        resourceDigests.find((entry) => isIdentityOf(entry, resource)),
      ),
    ),
    componentReferences: objects(component.componentReferences).map((reference) =>
      withDigest(reference, find(nested, reference.componentName, reference.version)),
    ),
  };
}

/** The component version with the digests that the root has for its resources, for the comparison of content. */
export function inContextOf(root: ComponentDescriptor, descriptor: ComponentDescriptor): ComponentDescriptor {
  const { tree } = descriptor;
  if (!isJsonObject(tree.component)) return descriptor;
  const component = withNestedDigests(tree.component, root.tree);
  const elements = descriptor.elements.map((element) => {
    const resource = element.kind === "resource" ? objects(component.resources)[element.index] : undefined;
    return { ...element, digest: element.digest ?? readDigest(resource?.digest) };
  });
  return { ...descriptor, elements, tree: { ...tree, component } };
}

function withDigest(element: JsonObject, entry: JsonObject | undefined): JsonObject {
  return isJsonObject(element.digest) || !isJsonObject(entry?.digest) ? element : { ...element, digest: entry.digest };
}

function find(
  nested: readonly JsonObject[],
  name: Json | undefined,
  version: Json | undefined,
): JsonObject | undefined {
  return nested.find((entry) => entry.name === name && entry.version === version);
}

function isIdentityOf(entry: JsonObject, resource: JsonObject): boolean {
  return (
    entry.name === resource.name &&
    entry.version === resource.version &&
    isSameIdentity(identityOf(entry), identityOf(resource))
  );
}

function identityOf({ extraIdentity }: JsonObject): JsonObject {
  return isJsonObject(extraIdentity) ? extraIdentity : {};
}

export function isSameIdentity(one: JsonObject, other: JsonObject): boolean {
  const keys = Object.keys(one);
  return keys.length === Object.keys(other).length && keys.every((key) => one[key] === other[key]);
}

function objects(list: Json | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}
