import { errorMessage, TransferError } from "../../errors/transfer-error.ts";
import { printable } from "../../text/redact.ts";
import { AmbiguousJson } from "../../text/strict-json.ts";
import { isComponentName, isVersion } from "./component-reference.ts";
import { isJsonObject, type Json, type JsonObject, parseJson } from "./json.ts";
import { parseYaml } from "./yaml.ts";

/** The value is any JSON; a missing one is null. */
export interface Label {
  readonly name: string;
  readonly value: Json;
}

/** A resource or a source of a component version. */
export interface Element {
  readonly kind: "resource" | "source";
  /** Position in the descriptor's list of its kind. */
  readonly index: number;
  readonly name: string;
  readonly version: string;
  readonly type: string;
  readonly extraIdentity: Readonly<Record<string, string>>;
  readonly labels: readonly Label[];
  readonly access: JsonObject;
  readonly digest:
    | { readonly hashAlgorithm: string; readonly normalisationAlgorithm: string; readonly value: string }
    | undefined;
}

export interface ComponentReference {
  readonly name: string;
  readonly componentName: string;
  readonly version: string;
}

export interface ComponentDescriptor {
  readonly name: string;
  readonly version: string;
  readonly elements: readonly Element[];
  readonly references: readonly ComponentReference[];
  /** Names of the signatures. */
  readonly signatures: readonly string[];
  /** The complete document, with unknown fields. */
  readonly tree: JsonObject;
}

/**
 * Parses a component descriptor of schema v2, in JSON or YAML. `tree` preserves the complete document for writing.
 * Fails with DESCRIPTOR_MALFORMED or DESCRIPTOR_VERSION_UNSUPPORTED.
 */
export function parseComponentDescriptor(text: string, where: string): ComponentDescriptor {
  const malformed = (why: string) =>
    new TransferError("DESCRIPTOR_MALFORMED", `${where}: the component descriptor ${why}`, {
      where,
      remedy: "The stored component version is damaged; add it again with the OCM CLI.",
    });
  let tree: Json;
  try {
    tree = parseJsonOrYaml(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    const [why = ""] = errorMessage(error).split("\n");
    throw malformed(`is neither valid JSON nor valid YAML (${printable(why, 200)})`);
  }
  if (!isJsonObject(tree)) throw malformed("is not an object");
  if (typeof tree.apiVersion === "string") {
    throw new TransferError(
      "DESCRIPTOR_VERSION_UNSUPPORTED",
      `${where}: the component descriptor has the schema ${tree.apiVersion}`,
      {
        where,
        remedy: "Write it with schema version v2, which both generations of the OCM CLI read (v1: --schema v2).",
      },
    );
  }
  const { meta, component } = tree;
  if (!isJsonObject(meta) || meta.schemaVersion !== "v2") throw malformed('has no "meta.schemaVersion: v2"');
  if (!isJsonObject(component)) throw malformed('has no "component"');
  const { name, version } = component;
  // Names become repository paths, and versions become tags: only their exact form is accepted.
  if (typeof name !== "string" || !isComponentName(name)) throw malformed("has no component name");
  if (typeof version !== "string" || !isVersion(version)) throw malformed("has no semantic version");

  const list = (value: Json | undefined, what: string): readonly JsonObject[] => {
    if (value === undefined || value === null) return [];
    if (!Array.isArray(value) || !value.every(isJsonObject))
      throw malformed(`has ${what} that are not a list of objects`);
    return value;
  };
  const requireText = (value: Json | undefined, what: string): string => {
    if (typeof value !== "string" || value === "") throw malformed(`lacks ${what}`);
    return value;
  };
  const elementsOf = (kind: Element["kind"], value: Json | undefined): Element[] =>
    list(value, `${kind}s`).map((entry, index) => {
      const elementName = requireText(entry.name, `the name of ${kind} ${index}`);
      if (!isJsonObject(entry.access)) throw malformed(`lacks the access of ${kind} ${elementName}`);
      return {
        kind,
        index,
        name: elementName,
        version: typeof entry.version === "string" ? entry.version : "",
        type: typeof entry.type === "string" ? entry.type : "",
        extraIdentity: strings(entry.extraIdentity),
        labels: labelsOf(entry.labels),
        access: entry.access,
        digest: readDigest(entry.digest),
      };
    });
  return {
    name,
    version,
    elements: [...elementsOf("resource", component.resources), ...elementsOf("source", component.sources)],
    references: list(component.componentReferences, "references").map((entry, index) => {
      const componentName = requireText(entry.componentName, `the component of reference ${index}`);
      const referenced = requireText(entry.version, `the version of reference ${index}`);
      if (!isComponentName(componentName) || !isVersion(referenced)) {
        throw malformed(
          `refers to ${printable(`${componentName}:${referenced}`, 120)}, which is not a valid component version`,
        );
      }
      return { name: requireText(entry.name, `the name of reference ${index}`), componentName, version: referenced };
    }),
    signatures: list(tree.signatures, "signatures").flatMap(({ name: signature }) =>
      typeof signature === "string" ? [signature] : [],
    ),
    tree,
  };
}

/** Invalid JSON may be valid YAML that starts in the same way: a flow mapping, or JSON followed by a comment. */
function parseJsonOrYaml(text: string): Json {
  if (!text.trimStart().startsWith("{")) return parseYaml(text);
  try {
    return parseJson(text);
  } catch (error) {
    if (error instanceof AmbiguousJson) throw error;
    return parseYaml(text);
  }
}

/** An element, for messages: `resource frontend:1.4.0`. */
export function describeElement({ kind, name, version }: Element): string {
  return version === "" ? `${kind} ${name}` : `${kind} ${name}:${version}`;
}

function strings(value: Json | undefined): Record<string, string> {
  if (!isJsonObject(value)) return {};
  return Object.fromEntries(
    Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === "string"),
  );
}

function labelsOf(value: Json | undefined): Label[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter(isJsonObject)
    .flatMap(({ name, value: labelled = null }) => (typeof name === "string" ? [{ name, value: labelled }] : []));
}

export function readDigest(value: Json | undefined): Element["digest"] {
  if (!isJsonObject(value)) return undefined;
  const { hashAlgorithm, normalisationAlgorithm, value: digest } = value;
  if (typeof hashAlgorithm !== "string" || typeof normalisationAlgorithm !== "string" || typeof digest !== "string")
    return undefined;
  return { hashAlgorithm, normalisationAlgorithm, value: digest };
}
