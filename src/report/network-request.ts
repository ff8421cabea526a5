import type { DetailedDiagnosis } from "../diagnosis/diagnosis.ts";
import type { Code } from "../errors/codes.ts";
import { isPlainHost } from "../proxy/plain-host.ts";
import { printable } from "../text/redact.ts";
import type { AllowList, NeededHost } from "./hosts.ts";

/** Denials that a rule of the proxy can fix; an unreachable proxy, or missing credentials for it, need another remedy. */
const DENIALS = new Set<Code>(["PROXY_DENIED", "BLOB_HOST_DENIED", "BLOB_HOST_NOT_IN_NO_PROXY", "UPLOAD_HOST_BLOCKED"]);
/** Connections of the runner that a firewall most likely drops. */
const DROPPED = new Set<Code>(["PROXY_TIMED_OUT", "HOST_TIMED_OUT"]);

/** For readability; the report has all of them. */
const MAX_SEEN = 20;

/** Whether the proxy denied a host that a rule can allow. */
export function isDenied(diagnosis: DetailedDiagnosis): boolean {
  return diagnosis["refused-by"] === "proxy" && DENIALS.has(diagnosis.code);
}

/**
 * A request to a network team, in plain text that can be sent without changes: hosts, ports, protocols, purposes, and the refused
 * connections as logs have them. Empty where no rule of a proxy or firewall would help.
 */
export function networkRequest(
  diagnosis: readonly DetailedDiagnosis[],
  { hosts, domains }: AllowList,
  runnerName: string,
): string {
  const denied = diagnosis.filter(isDenied);
  const dropped = diagnosis.filter(({ code, host }) => DROPPED.has(code) && isPlainHost(host));
  const needed = denied.length === 0 ? [] : [...hosts.filter(({ host }) => isPlainHost(host)), ...domains];
  if (needed.length + dropped.length === 0) return "";
  return [
    "Hello,",
    "",
    `the CI runner "${printable(runnerName, 100)}" cannot complete a transfer of OCM component versions (container images and other`,
    "release artifacts) between OCI registries. Please allow the following connections.",
    ...section("Through the proxy, for this runner:", needed.map(describeHost)),
    ...section("From the runner, without the proxy:", [...new Set(dropped.map(({ host }) => `${host} (TCP)`))]),
    ...section("Refused so far:", [...denied, ...dropped].slice(0, MAX_SEEN).flatMap(describeSeen)),
    "",
    "Registries redirect blob downloads to other hosts: access to a registry alone is not enough.",
  ].join("\n");
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ["", title, ...lines.map((line) => `  ${line}`)];
}

function describeHost({ host, scheme, purpose }: NeededHost): string {
  const name = host.startsWith(".") ? `*${host} (all names in the domain)` : host;
  const protocol = scheme === "https" ? "HTTPS, method CONNECT" : "HTTP";
  return `${name} - ${protocol} - ${printable(purpose, 200)}`;
}

function describeSeen({ seen }: DetailedDiagnosis): string[] {
  if (seen === undefined) return [];
  const time = new Date(seen.at)
    .toISOString()
    .replace("T", " ")
    .replace(/\.\d+Z$/, " UTC");
  const by = seen.proxy === undefined ? "" : `proxy ${seen.proxy}: `;
  return [`${time}  ${printable(seen.request, 300)}`, `  ${by}${printable(seen.answer, 300)}`];
}
