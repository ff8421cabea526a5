import type { DetailedDiagnosis } from "../diagnosis/diagnosis.ts";
import type { Code } from "../errors/codes.ts";
import { squidAllowList } from "../proxy/files/squid-allow-list.ts";
import { isPlainHost } from "../proxy/plain-host.ts";

/** Denials that a rule of the proxy can fix; an unreachable proxy, or missing credentials for it, need another remedy. */
const DENIALS = new Set<Code>(["PROXY_DENIED", "BLOB_HOST_DENIED", "BLOB_HOST_NOT_IN_NO_PROXY", "UPLOAD_HOST_BLOCKED"]);

/** Text to paste: inputs for the workflow, and rules for the proxy's configuration. Empty where neither would help. */
export function pasteReady(diagnosis: readonly DetailedDiagnosis[], allowList: readonly string[]): string {
  const isRefused = diagnosis.some((entry) => entry["refused-by"] === "proxy" && DENIALS.has(entry.code));
  return [inputs(diagnosis), isRefused ? rules(allowList) : ""].filter((part) => part !== "").join("\n\n");
}

function inputs(diagnosis: readonly DetailedDiagnosis[]): string {
  const lines = new Map<string, Set<string>>();
  for (const { input, line } of diagnosis.flatMap(({ inputLines }) => inputLines)) {
    // NO_PROXY has IPv6 addresses without brackets.
    if (!isPlainHost(line) && !isPlainHost(`[${line}]`)) continue;
    lines.set(input, (lines.get(input) ?? new Set()).add(line));
  }
  if (lines.size === 0) return "";
  // NO_PROXY is one line of entries, the other inputs have one a line.
  const blocks = [...lines].map(([input, values]) =>
    input === "no-proxy"
      ? `  no-proxy: ${[...values].join(",")}`
      : `  ${input}: |\n${[...values].map((value) => `    ${value}`).join("\n")}`,
  );
  return `Add to the inputs of this step (in addition to their present values):\n\n\`\`\`yaml\nwith:\n${blocks.join("\n")}\n\`\`\``;
}

function rules(allowList: readonly string[]): string {
  if (allowList.length === 0) return "";
  return `Ask for this on the proxy; as rules for squid:\n\n\`\`\`\n${squidAllowList(allowList).trimEnd()}\n\`\`\``;
}
