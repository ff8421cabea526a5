import type { Code } from "../codes.ts";
import type { Hop, HopError } from "../http/hop.ts";
import { printable } from "../redact.ts";

export type RefusedBy = "runner" | "proxy" | "registry" | "blob-host" | "token-host";

/** What is to be said of a failed hop. */
export interface Verdict {
  readonly code: Code;
  readonly refusedBy: RefusedBy;
  readonly message: string;
  readonly remedy: string;
  /** Where it is not the origin: the proxy. */
  readonly host?: string;
}

/** What the host of a hop is to the run. */
export function roleOf({ neededFor }: Hop): RefusedBy {
  if (neededFor.startsWith("blobs of")) return "blob-host";
  return neededFor.startsWith("token for") ? "token-host" : "registry";
}

/** What went wrong, without the hop, which the verdict names itself. */
export function said(error: HopError): string {
  return printable(error.message.slice(error.message.indexOf(": ") + 2), 200);
}
