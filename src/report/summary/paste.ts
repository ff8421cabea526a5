import type { DetailedDiagnosis } from "../../diagnosis/diagnosis.ts";
import { squidAllowList } from "../../proxy/files/squid-allow-list.ts";
import { isPlainHost } from "../../proxy/plain-host.ts";
import type { AllowList } from "../hosts.ts";
import { isDenied, networkRequest } from "../network-request.ts";

/** Text to paste: inputs for the workflow, a request to a network team, and rules for the proxy. Empty where none of them would help. */
export function pasteReady(diagnosis: readonly DetailedDiagnosis[], allowList: AllowList, runnerName: string): string {
  const request = networkRequest(diagnosis, allowList, runnerName);
  const rules = diagnosis.some(isDenied) && allowList.hosts.length > 0 ? squidRules(allowList) : "";
  return [
    block("Add to the inputs of this step (in addition to their present values):", "yaml", inputs(diagnosis)),
    block("Send this to the network team:", "text", request),
    block("The same as rules for squid:", "text", rules),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** Rules for squid that allow a list. */
export function squidRules({ hosts, domains, hasLogin }: AllowList): string {
  const namesOf = (needed: AllowList["hosts"]) => needed.map(({ host }) => host);
  return squidAllowList({ hosts: namesOf(hosts), domains: namesOf(domains), hasLogin });
}

/** A fenced code block, which foreign text cannot end. */
export function block(title: string, language: string, text: string): string {
  if (text === "") return "";
  return `${title}\n\n\`\`\`${language}\n${text.trimEnd().replaceAll("`", "'")}\n\`\`\``;
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
  return `with:\n${blocks.join("\n")}`;
}
