import type { Code } from "../errors/codes.ts";
import { TransferError } from "../errors/transfer-error.ts";
import { type Hop, HopError } from "../net/hop.ts";
import { isPlainHost } from "../proxy/plain-host.ts";
import { RegistryError } from "../stores/registry/error.ts";
import { originVerdict } from "./origin-verdict.ts";
import { proxyVerdict } from "./proxy-verdict.ts";
import { type Seen, seenOf } from "./seen.ts";
import { tunnelVerdict } from "./tunnel-verdict.ts";
import { type InputLine, type RefusedBy, roleOf, type Verdict } from "./verdict.ts";

/** A failed hop, in words that can be pasted into a ticket. An element of the output `diagnosis`. */
export interface Diagnosis {
  readonly code: Code;
  /**
   * `host:port` of the hop that failed: the proxy, where it fails whatever host is requested; otherwise the host that could not be reached,
   * that refused, or that the proxy refuses.
   */
  readonly host: string;
  readonly via: "direct" | "proxy";
  readonly rule: string;
  readonly "refused-by": RefusedBy;
  readonly message: string;
  readonly remedy: string;
}

/** A diagnosis with further details for the summary. */
export interface DetailedDiagnosis extends Diagnosis {
  readonly inputLines: readonly InputLine[];
  /** `host:port` of the origin, whichever host refused, and of the host that redirected to it. */
  readonly asked: string;
  readonly redirectedFrom: string | undefined;
  /** Whether the host was reached, and answered with a refusal. */
  readonly isAnswer: boolean;
  /** The connection, where it failed. */
  readonly seen?: Seen;
}

/** The diagnosis of an error that concerns the route to a host; undefined for any other error. */
export function diagnose(error: unknown): DetailedDiagnosis | undefined {
  if (error instanceof HopError) return { ...describe(error.hop, verdictOf(error), false), seen: seenOf(error) };
  if (error instanceof RegistryError) return describe(error.hop, registryVerdict(error), true);
  return error instanceof TransferError && error.cause !== undefined ? diagnose(error.cause) : undefined;
}

/** Each blocked host once, however many requests it failed; answers of a registry are each about something else. */
export function distinct(diagnoses: readonly DetailedDiagnosis[]): readonly DetailedDiagnosis[] {
  const known = new Map<string, DetailedDiagnosis>();
  for (const diagnosis of diagnoses) {
    const { code, host, via, isAnswer, message } = diagnosis;
    const key = JSON.stringify([code, host, via, isAnswer ? message : ""]);
    if (!known.has(key)) known.set(key, diagnosis);
  }
  return [...known.values()];
}

function verdictOf(error: HopError): Verdict {
  const { hop, phase } = error;
  if (hop.route.via === "direct") return originVerdict(error);
  if (phase === "proxy-lookup" || phase === "proxy-dial" || phase === "proxy-tls") return proxyVerdict(error);
  return phase === "tunnel" ? tunnelVerdict(error) : originVerdict(error);
}

/** Codes of answers that are not the registry's own. */
const FOREIGN = new Set<Code>(["CAPTIVE_PORTAL", "AUTHORIZATION_STRIPPED"]);

function registryVerdict({ code, hop, message, remedy = "" }: RegistryError): Verdict {
  if (!FOREIGN.has(code)) return { code, refusedBy: roleOf(hop), message, remedy };
  return { code, refusedBy: hop.route.via === "proxy" ? "proxy" : "runner", message, remedy };
}

const NO_HOST = "Ask the operators of the registry: it redirects to an invalid host name.";

/** Whether a rule for the host would stand for more than one host. */
function isUnlistable({ host, route }: Hop, { inputLines = [] }: Verdict): boolean {
  return !isPlainHost(host) && (route.via === "proxy" || inputLines.length > 0);
}

function describe(hop: Hop, verdict: Verdict, isAnswer: boolean): DetailedDiagnosis {
  const { code, refusedBy, message, host = hop.host } = verdict;
  const { remedy, inputLines = [] } = isUnlistable(hop, verdict) ? { remedy: NO_HOST } : verdict;
  const { via, rule } = hop.route;
  const [asked, redirectedFrom] = [hop.host, hop.redirectedFrom?.host];
  return {
    code,
    host,
    via,
    rule,
    "refused-by": refusedBy,
    message,
    remedy,
    inputLines,
    asked,
    redirectedFrom,
    isAnswer,
  };
}
