import type { Finding } from "../../errors/finding.ts";
import type { ProxySettings } from "../settings.ts";

/** The new text of a file. */
export interface WrittenText {
  readonly text: string;
  readonly findings: readonly Finding[];
}

/** A user name without password may be a token. */
export function containSecrets({ httpProxy, httpsProxy }: ProxySettings): boolean {
  return [httpProxy, httpsProxy].some((proxy) => `${proxy?.username ?? ""}${proxy?.password ?? ""}` !== "");
}
