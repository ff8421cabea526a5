import { parse } from "yaml";

export interface DeclaredInput {
  readonly name: string;
  readonly description: string;
  readonly default: string;
  readonly type: InputType;
}

export interface DeclaredOutput {
  readonly name: string;
  readonly description: string;
}

export type InputType =
  | { readonly kind: "boolean" | "integer" | "list" | "string" }
  | { readonly kind: "enum"; readonly values: readonly string[] };

/** Inputs and outputs of the text of an `action.yml`. Throws for an input without a description or a default. */
export function parseActionFile(text: string): {
  readonly inputs: readonly DeclaredInput[];
  readonly outputs: readonly DeclaredOutput[];
} {
  const { inputs, outputs } = parse(text) as Record<"inputs" | "outputs", Record<string, Partial<DeclaredInput>>>;
  return {
    inputs: Object.entries(inputs).map(([name, { description, default: preset }]) => {
      if (description === undefined || typeof preset !== "string")
        throw new Error(`action.yml: input ${name} needs a description and a default in quotes`);
      return { name, description, default: preset, type: typeOf(description, preset) };
    }),
    outputs: Object.entries(outputs).map(([name, { description }]) => {
      if (description === undefined) throw new Error(`action.yml: output ${name} needs a description`);
      return { name, description };
    }),
  };
}

/** GitHub has no types for the inputs of an action: the default and the description say it. */
function typeOf(description: string, preset: string): InputType {
  const values = /\bone of ((?:`[\w-]+`(?:, )?)+)/.exec(description)?.[1];
  if (values !== undefined)
    return { kind: "enum", values: [...values.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name) };
  if (/\bper line\b/.test(description)) return { kind: "list" };
  if (/^(?:true|false)$/.test(preset) || description.includes("`true` or `false`")) return { kind: "boolean" };
  return { kind: /^\d+$/.test(preset) ? "integer" : "string" };
}
