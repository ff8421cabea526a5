import { createHash } from "node:crypto";
import type { ComponentDescriptor } from "./component-descriptor.ts";
import { canonicalJson, isJsonObject, type Json, type JsonObject, parseJson } from "./json.ts";

/**
 * Hexadecimal SHA-256 over the normalised component descriptor (`jsonNormalisation/v3`, which v2 of the CLI calls v4alpha1): what
 * signatures sign and references pin. Access is no part of it, so rewriting access leaves it as it is.
 */
export function componentDigest(descriptor: ComponentDescriptor): string {
  return createHash("sha256").update(normalise(descriptor)).digest("hex");
}

export function normalise({ tree }: ComponentDescriptor): string {
  const component = isJsonObject(tree.component) ? tree.component : {};
  const { repositoryContexts: _, provider, labels, resources, sources, componentReferences, ...rest } = component;
  return canonicalJson({
    component: defined({
      ...rest,
      provider: normaliseProvider(provider ?? null),
      labels: signedLabels(labels),
      resources: list(resources).map(normaliseResource),
      sources: list(sources).map(({ access: _access, ...source }) => withSignedLabels(source)),
      // The labels of references are signed as they are, signing or not: both CLIs do so.
      componentReferences: list(componentReferences).map(defined),
    }),
  });
}

function normaliseResource({ access, srcRefs: _, digest, ...resource }: JsonObject): JsonObject {
  const type = isJsonObject(access) ? access.type : undefined;
  const isNone = typeof type === "string" && /^none(\/v1)?$/i.test(type);
  return withSignedLabels(isNone || digest === undefined ? resource : { ...resource, digest });
}

/** A provider is a name, or an object that the v2 schema keeps as a JSON string. */
function normaliseProvider(provider: Json): Json {
  const value = typeof provider === "string" && provider.trimStart().startsWith("{") ? tryParse(provider) : provider;
  return isJsonObject(value) ? withSignedLabels(value) : { name: value };
}

function tryParse(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

function withSignedLabels({ labels, ...element }: JsonObject): JsonObject {
  return defined({ ...element, labels: signedLabels(labels) });
}

function signedLabels(labels: Json | undefined): Json | undefined {
  const signed = list(labels)
    .filter(({ signing }) => signing === true || signing === "true")
    .map(({ name, version, value, signing }) => defined({ name, version, value, signing }));
  return signed.length === 0 ? undefined : signed;
}

function list(value: Json | undefined): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isJsonObject) : [];
}

/** Members that are absent, or null where the schema has an optional field, are left out. */
function defined(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter((member): member is [string, Json] => member[1] !== undefined && member[1] !== null),
  );
}
