import { isJsonObject, type Json, type JsonObject, parseJson } from "../descriptor/json.ts";
import { isSameIdentity } from "./nested-digests.ts";

/**
 * The signed fields of a component, in the form of each generation of the CLI. They decode into Go structures, in which missing text is
 * empty text, and unknown fields are dropped.
 */
export interface SignedFields {
  /** The second generation keeps the spelling of the time, adds a digest to every reference, and drops versions of labels. */
  readonly generation: 1 | 2;
  /** Both generations sign all labels of references, since their rule names a field that does not exist. */
  readonly referenceLabels: "all" | "signing";
  readonly sources: boolean;
  /** Whether a provider without labels is a plain name instead of an object. */
  readonly plainProvider: boolean;
  /** The value for a missing extra identity of a resource or reference. */
  readonly noIdentity: null | undefined;
}

export function signedComponent(component: JsonObject, fields: SignedFields): JsonObject {
  const { generation } = fields;
  const labelsOf = (labels: Json | undefined, kept: "all" | "signing" = "signing"): Json | undefined => {
    const list = kept === "all" ? objects(labels) : objects(labels).filter(isSigning);
    if (list.length === 0) return undefined;
    return list.map((label) => normaliseLabel(label, generation, kept === "all"));
  };
  const digestOf = (digest: Json | undefined): Json | undefined => {
    if (!isJsonObject(digest)) return undefined;
    return {
      hashAlgorithm: text(digest.hashAlgorithm),
      normalisationAlgorithm: text(digest.normalisationAlgorithm),
      value: text(digest.value),
    };
  };
  const elementOf = (element: JsonObject, noIdentity?: null): JsonObject =>
    defined({
      name: text(element.name),
      version: text(element.version),
      extraIdentity: identity(element.extraIdentity) ?? noIdentity,
    });
  const artifactOf = (artifact: JsonObject, noIdentity?: null): JsonObject =>
    defined({
      ...elementOf(artifact, noIdentity),
      type: text(artifact.type),
      labels: labelsOf(artifact.labels),
    });
  const resourceOf = (resource: JsonObject): JsonObject =>
    defined({
      ...artifactOf(resource, fields.noIdentity),
      relation: generation === 2 ? text(resource.relation) : text(resource.relation) || undefined,
      digest: hasNoAccess(resource) ? undefined : digestOf(resource.digest),
    });
  const referenceOf = (reference: JsonObject): JsonObject =>
    defined({
      ...elementOf(reference, fields.noIdentity),
      componentName: text(reference.componentName),
      labels: labelsOf(reference.labels, fields.referenceLabels),
      digest: digestOf(generation === 2 ? (reference.digest ?? {}) : reference.digest),
    });
  const provider = readProvider(component.provider ?? null);
  const isPlain = fields.plainProvider && objects(provider.labels).length === 0;
  return defined({
    name: text(component.name),
    version: text(component.version),
    creationTime: generation === 2 ? text(component.creationTime) || undefined : seconds(component.creationTime),
    provider: isPlain ? provider.name : defined({ name: provider.name, labels: labelsOf(provider.labels) }),
    labels: labelsOf(component.labels),
    resources: objects(component.resources).map(resourceOf),
    sources: fields.sources ? objects(component.sources).map((source) => artifactOf(source)) : undefined,
    componentReferences: objects(component.componentReferences).map(referenceOf),
  });
}

/**
 * Among resources of one name and extra identity, all but the last get their version into it: a former defect of the first generation,
 * which it preserves for existing digests (open-component-model/ocm#1026).
 */
export function withVersionsInIdentities(component: JsonObject): JsonObject {
  const resources = objects(component.resources).map((resource) => ({ ...resource }) as Record<string, Json>);
  resources.forEach((resource, index) => {
    const own = identity(resource.extraIdentity) ?? {};
    const collides = resources.some(
      (other, position) =>
        position !== index &&
        text(other.name) === text(resource.name) &&
        isSameIdentity(identity(other.extraIdentity) ?? {}, own),
    );
    if (collides) resource.extraIdentity = { ...own, version: text(resource.version) };
  });
  return { ...component, resources };
}

function isSigning({ signing }: JsonObject): boolean {
  return signing === true || signing === "true";
}

/** A missing value is null. The merge rule of a label is signed for the labels of references only. */
function normaliseLabel(label: JsonObject, generation: 1 | 2, withMerge: boolean): JsonObject {
  const { name, version, value, merge } = label;
  const isFirst = generation === 1;
  return {
    ...defined({
      name: text(name),
      version: isFirst ? text(version) || undefined : undefined,
      signing: isSigning(label) || undefined,
      merge:
        isFirst && withMerge && isJsonObject(merge)
          ? defined({ algorithm: text(merge.algorithm), config: merge.config })
          : undefined,
    }),
    value: value ?? null,
  };
}

function hasNoAccess({ access }: JsonObject): boolean {
  return isJsonObject(access) && (access.type === "none" || access.type === "None");
}

/** A provider is a name, or an object that the v2 schema stores as a JSON string. */
function readProvider(provider: Json): { readonly name: Json; readonly labels?: Json | undefined } {
  const value = typeof provider === "string" && provider.trimStart().startsWith("{") ? tryParse(provider) : provider;
  return isJsonObject(value) ? { name: text(value.name), labels: value.labels } : { name: text(value) };
}

function tryParse(json: string): Json {
  try {
    return parseJson(json);
  } catch {
    return json;
  }
}

/** The first generation writes the time in seconds and UTC, for every spelling. */
function seconds(time: Json | undefined): Json | undefined {
  const milliseconds = typeof time === "string" ? Date.parse(time) : Number.NaN;
  if (Number.isNaN(milliseconds)) return time;
  return new Date(Math.floor((milliseconds + 500) / 1000) * 1000).toISOString().replace(/\.\d{3}Z$/, "Z");
}

function identity(value: Json | undefined): JsonObject | undefined {
  if (!isJsonObject(value) || Object.keys(value).length === 0) return undefined;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, text(entry)]));
}

function text(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function objects(list: Json | undefined): readonly JsonObject[] {
  return Array.isArray(list) ? list.filter(isJsonObject) : [];
}

function defined(members: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(members).filter((member): member is [string, Json] => member[1] !== undefined),
  );
}
