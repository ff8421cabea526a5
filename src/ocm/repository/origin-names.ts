import { isRecord } from "../../oci/descriptor.ts";
import type { Element } from "../descriptor/component-descriptor.ts";
import { canonicalJson, type JsonObject } from "../descriptor/json.ts";

/**
 * The reference that an artifact had before its first copy. On the entry of its content in the index, or on its layer: the reference alone
 * where the content is that of one element, else a list by element. On the component manifest: a list of elements without local blob.
 */
export const ORIGIN_ANNOTATION = "io.github.ocm-proxied-transfer.origin";

/** By element. Elements without a known reference are missing. */
export type OriginNames = ReadonlyMap<Element, string>;

type Annotations = Readonly<Record<string, unknown>>;

/** Name, version and extra identity (OCM spec, element identity). */
export function identityOf({ name, version, extraIdentity }: Element): JsonObject {
  return { ...extraIdentity, name, ...(version === "" ? {} : { version }) };
}

/** The annotation of a local blob, or no annotation. */
export function originOfContent(elements: readonly Element[], origins: OriginNames): Readonly<Record<string, string>> {
  const [only, ...others] = elements;
  const origin = only === undefined ? undefined : origins.get(only);
  if (others.length > 0 || origin === undefined) return originList(elements, origins);
  return { [ORIGIN_ANNOTATION]: origin };
}

/** The annotation of the component manifest, or no annotation. */
export function originList(elements: Iterable<Element>, origins: OriginNames): Readonly<Record<string, string>> {
  const list = [...elements].flatMap((element) => {
    const reference = origins.get(element);
    return reference === undefined ? [] : [{ kind: element.kind, identity: identityOf(element), reference }];
  });
  return list.length === 0 ? {} : { [ORIGIN_ANNOTATION]: JSON.stringify(list) };
}

/** The recorded reference of the element, unparsed. */
export function recordedOrigin(element: Element, annotations: Annotations = {}): string | undefined {
  const text = annotations[ORIGIN_ANNOTATION];
  if (typeof text !== "string") return undefined;
  if (!text.startsWith("[")) return text;
  const identity = canonicalJson(identityOf(element));
  const found = listIn(text).find(
    (each) =>
      each.kind === element.kind && isRecord(each.identity) && canonicalJson(each.identity as JsonObject) === identity,
  );
  return typeof found?.reference === "string" ? found.reference : undefined;
}

function listIn(text: string): readonly Readonly<Record<string, unknown>>[] {
  try {
    const list: unknown = JSON.parse(text);
    return Array.isArray(list) ? list.filter(isRecord) : [];
  } catch {
    return [];
  }
}
