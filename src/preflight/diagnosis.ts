import type { Code } from "../codes.ts";
import { TransferError } from "../errors.ts";
import { type Hop, HopError } from "../http/hop.ts";
import { RegistryError } from "../registry/registry-error.ts";
import { originVerdict } from "./origin-verdict.ts";
import { proxyVerdict, tunnelVerdict } from "./proxy-verdict.ts";
import { type RefusedBy, roleOf, type Verdict } from "./verdict.ts";

/** A hop that refused, in words that can be pasted into a ticket. An element of the output `diagnosis`. */
export interface Diagnosis {
  readonly code: Code;
  /** `host:port` of what could not be reached, or did not let the request pass. */
  readonly host: string;
  readonly via: "direct" | "proxy";
  readonly rule: string;
  readonly "refused-by": RefusedBy;
  readonly message: string;
  readonly remedy: string;
}

/** What is known of an error that concerns the way to a host; undefined for errors of any other kind. */
export function diagnose(error: unknown): Diagnosis | undefined {
  if (error instanceof HopError) return diagnoseHop(error);
  if (error instanceof RegistryError) return fromRegistry(error);
  return error instanceof TransferError && error.cause !== undefined ? diagnose(error.cause) : undefined;
}

function fromRegistry(error: RegistryError): Diagnosis {
  const { code, hop, message, remedy } = error;
  return describe(hop, { code, refusedBy: roleOf(hop), message, remedy: remedy ?? "" });
}

function diagnoseHop(error: HopError): Diagnosis {
  const { hop, layer } = error;
  if (hop.route.via === "direct") return describe(hop, originVerdict(error));
  if (layer === "proxy-dial" || layer === "proxy-tls") return describe(hop, proxyVerdict(error, layer));
  return describe(hop, layer === "tunnel" ? tunnelVerdict(error) : originVerdict(error));
}

function describe(hop: Hop, { code, refusedBy, message, remedy, host }: Verdict): Diagnosis {
  const { via, rule } = hop.route;
  return { code, host: host ?? hop.host, via, rule, "refused-by": refusedBy, message, remedy };
}
