import type { DetailedDiagnosis } from "../diagnosis/diagnosis.ts";
import type { Code } from "../errors/codes.ts";
import { squidAllowList } from "../proxy/files/squid-allow-list.ts";
import { isPlainHost } from "../proxy/plain-host.ts";

/** What rules of a proxy can mend; one that is not reached, or wants a login, has nothing against the host. */
const DENIALS = new Set<Code>(["PROXY_DENIED", "BLOB_HOST_DENIED", "BLOB_HOST_NOT_IN_NO_PROXY", "UPLOAD_HOST_BLOCKED"]);

/** What can be pasted: inputs into the workflow, and rules into the proxy's configuration. Empty where nothing would help. */
export function pasteReady(diagnosis: readonly DetailedDiagnosis[], allowList: readonly string[]): string {
  const isRefused = diagnosis.some((told) => told["refused-by"] === "proxy" && DENIALS.has(told.code));
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
  return `Add to the inputs of this step (beside what they hold already):\n\n\`\`\`yaml\nwith:\n${blocks.join("\n")}\n\`\`\``;
}

function rules(allowList: readonly string[]): string {
  if (allowList.length === 0) return "";
  return `Ask for this on the proxy; as rules for squid:\n\n\`\`\`\n${squidAllowList(allowList).trimEnd()}\n\`\`\``;
}
