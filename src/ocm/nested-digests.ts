import { isJsonObject, type Json, type JsonObject } from "./json.ts";

/**
 * A component version signed in mode `top` leaves those that it refers to as they are, and keeps their digests in its own
 * `nestedDigests`. What is signed has them in their places: the component with the digests that the root has for it.
 */
export function withNestedDigests(component: JsonObject, root: JsonObject): JsonObject {
  const nested = objects(root.nestedDigests);
  if (nested.length === 0) return component;
  const own = find(nested, component.name, component.version);
  return {
    ...component,
    resources: objects(component.resources).map((resource) => {
      const { digest } =
        objects(own?.resourceDigests).find((entry) => isIdentityOf(entry, resource)) ?? ({} as Partial<JsonObject>);
      return isJsonObject(digest) ? { ...resource, digest } : resource;
    }),
    componentReferences: objects(component.componentReferences).map((reference) => {
      const { digest } = find(nested, reference.componentName, reference.version) ?? ({} as Partial<JsonObject>);
      return isJsonObject(digest) ? { ...reference, digest } : reference;
    }),
  };
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
