import { getCACertificates } from "node:tls";

export interface TlsSettings {
  /** PEM certificates of the authorities that are trusted. */
  readonly ca: readonly string[];
}

/** The roots of Node.js (NODE_EXTRA_CA_CERTS included) and those of the system, which is what curl and Go's clients trust. */
export function tlsSettings(): TlsSettings {
  return { ca: [...new Set([...getCACertificates("default"), ...getCACertificates("system")])] };
}
