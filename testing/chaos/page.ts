import type { Outcome } from "./run.ts";
import type { SingleOutcome } from "./single.ts";

const INTRODUCTION = `# Faults of registries and proxies

The outcome of a transfer when a registry, or a proxy in front of it, deviates from the specification. Each fault occurred alone: *once*, at
the first request of its kind, and *always*, at every one. \`retries\` was 3.

A run that succeeds has the complete content at the target, and has compared every digest. One that fails has a code of the
[diagnosis](diagnosis.md), and set no tag or restored those that it set, but for those that it names. Findings of a run that succeeds are in
brackets.

The table is the result of \`npm run faults\`, against real registries; a test compares it with another such run.
`;

/** The text of docs/faults.md. */
export function faultsPage(outcomes: readonly SingleOutcome[]): string {
  const rows = outcomes.map(({ fault, request, once, always }) => [fault, request, cell(once), cell(always)]);
  const lines = [["The server …", "Request", "Once", "Always"], ["---", "---", "---", "---"], ...rows];
  return `${INTRODUCTION}\n${lines.map((cells) => `| ${cells.join(" | ")} |`).join("\n")}\n`;
}

function cell({ code, findings }: Outcome): string {
  if (code !== undefined) return link(code);
  const named = [...new Set(findings)].sort().map(link);
  return named.length === 0 ? "succeeds" : `succeeds (${named.join(", ")})`;
}

function link(code: string): string {
  return `[${code}](diagnosis.md#${code.toLowerCase()})`;
}
