import type { Places } from "../places.ts";
import type { Results } from "../results.ts";
import { block } from "./paste.ts";

/** For readability. */
const MAX_VERSIONS = 3;

/** Commands that read the copy, for a transfer; the step without dry-run, for a dry run; empty for other commands. */
export function nextSteps({ isDryRun, requested = [], plan }: Results, { target }: Places): string {
  if (plan === undefined || target === undefined || requested.length === 0) return "";
  if (isDryRun)
    return block("To carry out this plan, change this input of the step:", "yaml", "with:\n  dry-run: false");
  const lines = requested
    .slice(0, MAX_VERSIONS)
    .map((version) => `ocm get componentversions ${shellWord(`${target}//${version}`)}`);
  return block("To read the copy with the OCM CLI:", "sh", lines.join("\n"));
}

/** One word of a POSIX shell. */
function shellWord(text: string): string {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
