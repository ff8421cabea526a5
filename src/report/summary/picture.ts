import type { DetailedDiagnosis } from "../../diagnosis/diagnosis.ts";
import { printable } from "../../text/redact.ts";
import type { DetailedHost } from "../hosts.ts";

/** For readability; the table has all of them. */
const MAX_HOSTS = 20;

interface Edge {
  readonly from: string;
  readonly to: string;
  /** The code of a blocked connection. */
  readonly blocked: string | undefined;
}

/**
 * The routes of a run as a Mermaid flowchart (https://mermaid.js.org/syntax/flowchart.html): runner, proxy, hosts, and blocked
 * connections in red. Empty without hosts.
 */
export function picture(hosts: readonly DetailedHost[], diagnosis: readonly DetailedDiagnosis[]): string {
  const blocked = new Map(diagnosis.map((entry) => [`${entry.via} ${entry.asked}`, entry]));
  const isBlocked = ({ via, host }: DetailedHost) => blocked.has(`${via} ${host}`);
  const shown = [...hosts.filter(isBlocked), ...hosts.filter((host) => !isBlocked(host))].slice(0, MAX_HOSTS);
  if (shown.length === 0) return "";
  const nodes = new Map(shown.map((host, index) => [host.host, { id: `h${index}`, host }]));
  // A blocked proxy blocks all hosts behind it.
  const proxy = diagnosis.find(({ via, host, asked }) => via === "proxy" && host !== asked);
  const edges: Edge[] = shown.map((host) => ({
    from: host.via === "proxy" ? "proxy" : "runner",
    to: nodes.get(host.host)?.id ?? "",
    blocked: host.via === "proxy" && proxy !== undefined ? undefined : blocked.get(`${host.via} ${host.host}`)?.code,
  }));
  const isProxied = shown.some(({ via }) => via === "proxy");
  if (isProxied) edges.unshift({ from: "runner", to: "proxy", blocked: proxy?.code });
  const redirects = shown.flatMap((host) => {
    const from = nodes.get(host.blobsOf ?? "")?.id;
    return from === undefined ? [] : [`  ${from} -. sends to .-> ${nodes.get(host.host)?.id}`];
  });
  const red = edges.flatMap(({ blocked: code }, index) => (code === undefined ? [] : [index]));
  return [
    "```mermaid",
    "graph LR",
    "  runner([runner])",
    ...(isProxied ? [`  proxy{{${label(proxy === undefined ? "proxy" : `proxy ${proxy.host}`)}}}`] : []),
    ...[...nodes.values()].map(({ id, host }) => `  ${id}[${label(host.host, host["needed-for"])}]`),
    ...edges.map(({ from, to, blocked: code }) =>
      code === undefined ? `  ${from} --> ${to}` : `  ${from} -- ${label(code)} --x ${to}`,
    ),
    ...redirects,
    ...(red.length === 0 ? [] : [`  linkStyle ${red.join(",")} stroke:#d1242f,stroke-width:3px`]),
    "```",
  ].join("\n");
}

/** Lines of text in quotes, without Mermaid syntax. */
function label(...lines: readonly string[]): string {
  return `"${lines.map((line) => printable(line, 80).replace(/[^\w .,:/[\]-]/g, " ")).join("<br/>")}"`;
}
