import type { Inputs } from "../inputs.ts";
import { formatRepository } from "../ocm/descriptor/component-reference.ts";

/** Where a run reads and writes, as its inputs have it. */
export interface Places {
  readonly sources: readonly string[];
  /** A repository, archive or folder; undefined for a command that has none. */
  readonly target: string | undefined;
}

export const NOWHERE: Places = { sources: [], target: undefined };

export function placesOf({ command, componentVersions, target, output }: Inputs): Places {
  const sources = [...new Set(componentVersions.map(({ repository }) => formatRepository(repository)))];
  if (command === "download") return { sources, target: output };
  const hasTarget = command === "transfer" || command === "preflight";
  return { sources, target: hasTarget && target !== undefined ? formatRepository(target) : undefined };
}
