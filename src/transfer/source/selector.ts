import type { Finding } from "../../errors/finding.ts";
import { TransferError } from "../../errors/transfer-error.ts";
import type { ComponentDescriptor, Element } from "../../ocm/descriptor/component-descriptor.ts";
import { canonicalJson } from "../../ocm/descriptor/json.ts";
import { printable } from "../../text/redact.ts";
import { matchesGlob } from "./glob.ts";

/** One line of `include` or `exclude`: every condition must hold. */
export interface Selector {
  readonly line: string;
  readonly conditions: readonly Condition[];
}

interface Condition {
  /** Whether it depends on the name of the component alone. */
  readonly isOfComponent: boolean;
  /** The values of the element under the key; several labels may share a name. */
  readonly valuesOf: (element: Element, componentName: string) => readonly string[];
  readonly glob: string;
}

/** Lines without comments; each is `key=value[,key=value…]` with the globs `*` and `?` in its values. */
export function parseSelectors(lines: readonly string[], where: string): readonly Selector[] {
  return lines.map((line, index) => {
    const conditions = line.split(",").map((part) => parseCondition(part, `${where}, line ${index + 1}`));
    return { line, conditions };
  });
}

/** Whether a line of `include` matches, where there is any, and no line of `exclude` does. */
export function isSelected(
  element: Element,
  componentName: string,
  { include, exclude }: { readonly include: readonly Selector[]; readonly exclude: readonly Selector[] },
): boolean {
  const matches = (selector: Selector) => isMatch(element, componentName, selector);
  return (include.length === 0 || include.some(matches)) && !exclude.some(matches);
}

/** Whether a line of `include` can select something of the component: judged by conditions on its name, the others being left open. */
export function isComponentIncluded(componentName: string, include: readonly Selector[]): boolean {
  const matchesName = ({ conditions }: Selector) =>
    conditions.every(({ isOfComponent, glob }) => !isOfComponent || matchesGlob(componentName, glob));
  return include.length === 0 || include.some(matchesName);
}

function isMatch(element: Element, componentName: string, { conditions }: Selector): boolean {
  return conditions.every(({ valuesOf, glob }) =>
    valuesOf(element, componentName).some((value) => matchesGlob(value, glob)),
  );
}

/** Lines that nothing is selected by: most likely they have a name in them that is spelt otherwise. */
export function unmatchedSelectors(
  descriptors: readonly ComponentDescriptor[],
  { include, exclude }: { readonly include: readonly Selector[]; readonly exclude: readonly Selector[] },
): Finding[] {
  const matchesAny = (selector: Selector) =>
    descriptors.some(({ name, elements }) => elements.some((element) => isMatch(element, name, selector)));
  const lines = [...include, ...exclude].filter((selector) => !matchesAny(selector)).map(({ line }) => line);
  if (lines.length === 0) return [];
  return [
    {
      code: "SELECTOR_UNMATCHED",
      message: `Nothing is selected by ${lines.map((line) => `"${printable(line, 80)}"`).join(", ")}.`,
      remedy:
        "See that name and value are spelt as in the component descriptor; for a part of a value, write * before or behind it.",
    },
  ];
}

function parseCondition(text: string, where: string): Condition {
  const invalid = (why: string, remedy: string) =>
    new TransferError("INPUT_INVALID", `${where}: "${printable(text.trim(), 100)}" ${why}`, { where, remedy });
  const at = text.indexOf("=");
  if (at < 0) {
    throw invalid(
      "is not a condition",
      "Write key=value, for example name=frontend, type=oci* or label.acme.org/stage=prod; for a comma in a value, write ?.",
    );
  }
  const [key, glob] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
  const valuesOf = lookup(key);
  if (valuesOf === undefined) {
    throw invalid(
      "asks for something that elements do not have",
      "Ask for name, type, version, component, label.NAME or identity.KEY.",
    );
  }
  if (glob === "") throw invalid("has no value", `Write ${key}=* where any value will do, or take it out.`);
  return { isOfComponent: key === "component", valuesOf, glob };
}

function lookup(key: string): Condition["valuesOf"] | undefined {
  if (key === "name" || key === "type" || key === "version") return (element) => [element[key]];
  if (key === "component") return (_, componentName) => [componentName];
  const [, kind, name = ""] = /^(label|identity)\.(.+)$/s.exec(key) ?? [];
  if (kind === "label") {
    return ({ labels }) =>
      labels
        .filter((label) => label.name === name)
        .map(({ value }) => (typeof value === "string" ? value : canonicalJson(value)));
  }
  return kind === "identity" ? (element) => identityAttribute(element, name) : undefined;
}

/** The identity of an element: name, version and extra identity. */
function identityAttribute({ name, version, extraIdentity }: Element, key: string): string[] {
  const attributes = new Map(Object.entries({ ...extraIdentity, name, version }));
  const value = attributes.get(key);
  return value === undefined ? [] : [value];
}
