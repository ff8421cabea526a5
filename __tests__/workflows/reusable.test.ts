import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { parse } from "yaml";
import { root } from "../../scripts/parts.ts";
import { workflow } from "./workflows.ts";

interface Declared {
  readonly description: string;
  readonly type?: string;
  readonly default?: unknown;
  readonly value?: string;
}

describe("the reusable workflow and the action", () => {
  const action = parse(readFileSync(join(root, "action.yml"), "utf8")) as Record<
    "inputs" | "outputs",
    Record<string, Declared>
  >;
  const call = workflow("transfer.yml").on.workflow_call as Record<
    "inputs" | "secrets" | "outputs",
    Record<string, Declared>
  >;
  const [transfer] = Object.values(workflow("transfer.yml").jobs);
  const given = transfer?.steps?.at(-1)?.with ?? {};
  const SECRET = ["http-proxy", "https-proxy", "credentials"];

  test("have the same inputs, with the same defaults", () => {
    const { "runs-on": _, ...inputs } = call.inputs;
    const declared = Object.entries(action.inputs).filter(([name]) => name !== "credentials");
    expect(Object.keys(inputs)).toEqual(declared.map(([name]) => name));
    for (const [name, { description, default: preset }] of declared) {
      const input = inputs[name];
      expect({ name, description: input?.description, default: String(input?.default) }).toEqual({
        name,
        description,
        default: preset,
      });
      expect({ name, type: input?.type }).toEqual({ name, type: typeof parse(String(preset) || '""') });
    }
    expect(Object.keys(call.secrets).sort()).toEqual([...SECRET].sort());
    expect(call.secrets.credentials?.description).toBe(action.inputs.credentials?.description);
  });

  test("are connected: every input arrives", () => {
    const expected = Object.keys(action.inputs).map((name) => {
      const sources = [SECRET.includes(name) ? `secrets.${name}` : "", name === "credentials" ? "" : `inputs.${name}`];
      return [name, `\${{ ${sources.filter((source) => source !== "").join(" || ")} }}`];
    });
    expect(given).toEqual(Object.fromEntries(expected));
  });

  test("have the same outputs", () => {
    const described = (outputs: Record<string, Declared>) =>
      Object.entries(outputs).map(([name, { description }]) => [name, description]);
    expect(described(call.outputs)).toEqual(described(action.outputs));
    for (const [name, { value }] of Object.entries(call.outputs)) {
      expect(value).toBe(`\${{ jobs.transfer.outputs.${name} }}`);
      expect(transfer?.outputs?.[name]).toBe(`\${{ steps.transfer.outputs.${name} }}`);
    }
  });
});
