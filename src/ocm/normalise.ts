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

/** Only the fields that the schema has are signed: what else stands in a descriptor, the CLIs lose when they read it. */
export function normalise({ tree }: ComponentDescriptor): string {
  const component = isJsonObject(tree.component) ? tree.component : {};
  const { name, version, creationTime, provider, labels, resources, sources, componentReferences } = component;
  return canonicalJson({
    component: defined({
      name,
      version,
      creationTime: normaliseTime(creationTime),
      provider: normaliseProvider(provider ?? null),
      labels: signedLabels(labels),
      resources: list(resources).map(normaliseResource),
      sources: list(sources).map(normaliseElement),
      componentReferences: list(componentReferences).map(normaliseReference),
    }),
  });
}

function normaliseElement({ name, version, extraIdentity, labels, type }: JsonObject): JsonObject {
  return defined({ name, version, extraIdentity: nonEmpty(extraIdentity), labels: signedLabels(labels), type });
}

function normaliseResource(resource: JsonObject): JsonObject {
  const type = isJsonObject(resource.access) ? resource.access.type : undefined;
  const isNone = typeof type === "string" && /^none(\/v1)?$/i.test(type);
  const digest = isNone ? undefined : normaliseDigest(resource.digest);
  return defined({ ...normaliseElement(resource), relation: resource.relation, digest });
}

/** The labels of references are signed as they are, signing or not: both CLIs do so. */
function normaliseReference({ name, version, extraIdentity, labels, componentName, digest }: JsonObject): JsonObject {
  return defined({
    name,
    version,
    extraIdentity: nonEmpty(extraIdentity),
    labels: list(labels).length === 0 ? undefined : list(labels).map(knownLabel),
    componentName,
    digest: normaliseDigest(digest),
  });
}

function normaliseDigest(digest: Json | undefined): Json | undefined {
  if (!isJsonObject(digest)) return undefined;
  const { hashAlgorithm, normalisationAlgorithm, value } = digest;
  return defined({ hashAlgorithm, normalisationAlgorithm, value });
}

/** Both CLIs keep the time as seconds in UTC, however it was written. */
function normaliseTime(time: Json | undefined): Json | undefined {
  const milliseconds = typeof time === "string" ? Date.parse(time) : Number.NaN;
  return Number.isNaN(milliseconds) ? time : new Date(milliseconds).toISOString().replace(/\.\d{3}Z$/, "Z");
}

function nonEmpty(value: Json | undefined): Json | undefined {
  return isJsonObject(value) && Object.keys(value).length > 0 ? value : undefined;
}

/** A provider is a name, or an object that the v2 schema keeps as a JSON string. */
function normaliseProvider(provider: Json): Json {
  const value = typeof provider === "string" && provider.trimStart().startsWith("{") ? tryParse(provider) : provider;
  return isJsonObject(value) ? defined({ name: value.name, labels: signedLabels(value.labels) }) : { name: value };
}

function tryParse(text: string): Json {
  try {
    return parseJson(text);
  } catch {
    return text;
  }
}

function signedLabels(labels: Json | undefined): Json | undefined {
  const signed = list(labels)
    .filter(({ signing }) => signing === true || signing === "true")
    .map(({ merge: _, ...label }) => knownLabel(label));
  return signed.length === 0 ? undefined : signed;
}

/** A value of null is a value. */
function knownLabel({ name, version, value, signing, merge }: JsonObject): JsonObject {
  return { ...defined({ name, version, signing, merge }), value: value ?? null };
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
