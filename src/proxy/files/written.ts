import type { Finding } from "../../errors/finding.ts";
import type { ProxySettings } from "../settings.ts";

/** A file as it is to be written. */
export interface WrittenText {
  readonly text: string;
  readonly findings: readonly Finding[];
}

/** A user name without password may be a token. */
export function holdSecrets({ httpProxy, httpsProxy }: ProxySettings): boolean {
  return [httpProxy, httpsProxy].some((proxy) => `${proxy?.username ?? ""}${proxy?.password ?? ""}` !== "");
}
