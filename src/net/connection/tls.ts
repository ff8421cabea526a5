import { getCACertificates } from "node:tls";

export interface TlsSettings {
  /** PEM certificates of the trusted CAs. */
  readonly ca: readonly string[];
  /** Whether the certificate of a host is not verified, since the user listed it. `host` is `host:port`. */
  readonly isUnverified?: (host: string) => boolean;
}

/** The roots of Node.js (NODE_EXTRA_CA_CERTS included), those of the system, which curl and Go's clients trust, and further ones. */
export function trustedAuthorities(further: readonly string[]): string[] {
  return [...new Set([...getCACertificates("default"), ...getCACertificates("system"), ...further])];
}
