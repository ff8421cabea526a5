import { expect } from "@jest/globals";
import type { Diagnosis } from "../../src/diagnosis/diagnosis.ts";
import type { Code } from "../../src/errors/codes.ts";
import { type ActionOptions, type ActionResult, runAction } from "../real/action.ts";

/** What a run has to end in: the one hop that is blocked, and what is said of it. */
export interface Row extends Pick<Diagnosis, "host" | "via" | "rule" | "refused-by"> {
  readonly code: Code;
  /** Words of the remedy that decide. */
  readonly remedy: string;
  /** Words of the message. */
  readonly message?: string;
  /** Lines under `with:` that the summary offers for pasting. */
  readonly pasted?: readonly string[];
}

export const HTTPS_RULE = { via: "proxy", rule: "HTTPS_PROXY (input https-proxy)" } as const;
export const HTTP_RULE = { via: "proxy", rule: "HTTP_PROXY (input http-proxy)" } as const;
export const NO_HTTP_PROXY = { via: "direct", rule: "no proxy for http is set" } as const;
export const NO_HTTPS_PROXY = { via: "direct", rule: "no proxy for https is set" } as const;

/** A preflight of `example.org/shop:1.0.0` in the repository `ocm` of a registry. */
export function preflight(
  registry: string,
  inputs: Readonly<Record<string, string>> = {},
  options: Omit<ActionOptions, "inputs"> = {},
): Promise<ActionResult> {
  const given = { command: "preflight", "component-versions": `${registry}/ocm//example.org/shop:1.0.0` };
  return runAction({ ...options, inputs: { ...given, "probe-timeout": "5", retries: "1", ...inputs } });
}

/** Both schemes through the same proxy. */
export function through(proxy: string): Readonly<Record<string, string>> {
  return { "http-proxy": proxy, "https-proxy": proxy };
}

export function diagnosisOf({ outputs }: ActionResult): readonly Diagnosis[] {
  return JSON.parse(outputs.diagnosis ?? "");
}

/** The run failed at this row, at no other, and says so everywhere. */
export function expectRow(result: ActionResult, row: Row, command = "preflight"): void {
  const { message = "", remedy, pasted, ...exactly } = row;
  expect(diagnosisOf(result)).toEqual([
    { ...exactly, message: expect.stringContaining(message), remedy: expect.stringContaining(remedy) },
  ]);
  expect(result.annotations.map(({ level, title }) => `${level} ${title}`)).toEqual([`error ${exactly.code}`]);
  expect(result.summary).toContain(`${command} failed: ${exactly.code}`);
  const blocks = /```yaml\nwith:\n([^`]*)```/.exec(result.summary)?.[1];
  expect(blocks).toBe(pasted?.map((line) => `  ${line}\n`).join(""));
  expect(result.code).toBe(1);
}
