import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { root } from "../../scripts/parts.ts";

export interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Readonly<Record<string, unknown>>;
  readonly with?: Readonly<Record<string, unknown>>;
}

export interface Job {
  readonly permissions?: unknown;
  readonly outputs?: Readonly<Record<string, string>>;
  readonly needs?: string | readonly string[];
  readonly "timeout-minutes"?: number;
  /** Of a job that calls a workflow, in place of steps. */
  readonly uses?: string;
  readonly steps?: readonly Step[];
}

export interface Workflow {
  // biome-ignore lint/suspicious/noExplicitAny: its shape depends on the event
  readonly on: any;
  readonly permissions?: unknown;
  readonly concurrency?: unknown;
  readonly jobs: Readonly<Record<string, Job>>;
}

const folder = join(root, ".github/workflows");

export const workflowNames: readonly string[] = readdirSync(folder).sort();

export function workflowText(name: string): string {
  return readFileSync(join(folder, name), "utf8");
}

export function workflow(name: string): Workflow {
  return parse(workflowText(name));
}

export function stepsOf({ jobs }: Workflow): readonly Step[] {
  return Object.values(jobs).flatMap(({ steps = [] }) => steps);
}
