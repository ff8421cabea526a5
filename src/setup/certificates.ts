import { randomUUID, X509Certificate } from "node:crypto";
import { join } from "node:path";
import { errorMessage, TransferError } from "../errors/transfer-error.ts";
import { PRIVATE, writeAtomically } from "../files/atomic-write.ts";
import { readSettingsFile } from "../files/read-settings-file.ts";
import { trustedAuthorities } from "../net/connection/tls.ts";
import { printable } from "../text/redact.ts";

const PEM = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Certificates of one place, and the setting that names it. */
export interface Authorities {
  /** A path, or that it is text. */
  readonly value: string;
  readonly from: string;
  /** PEM, each. */
  readonly certificates: readonly string[];
}

const FROM = "input ca-certificates";

/** The certificates of an input that contains PEM text, or paths of PEM files, one per line. Fails with CERTIFICATES_MALFORMED. */
export async function readCertificates(input: string): Promise<Authorities[]> {
  if (input.trim() === "") return [];
  if (input.includes("-----BEGIN")) {
    return [{ value: "PEM text", from: FROM, certificates: certificatesIn(input, FROM) }];
  }
  const read = async (path: string) => ({ value: path, from: FROM, certificates: await readPemFile(path) });
  return Promise.all(certificatePaths(input).map(read));
}

/** The files that the input names; empty for an input with PEM text. */
export function certificatePaths(input: string): string[] {
  if (input.includes("-----BEGIN")) return [];
  return input
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "");
}

/** Every certificate of a PEM text, each parsed. Fails with CERTIFICATES_MALFORMED. */
export function certificatesIn(text: string, where: string): string[] {
  const certificates = text.match(PEM) ?? [];
  if (certificates.length === 0) throw malformed(where, "contains no PEM certificate");
  for (const certificate of certificates) {
    try {
      new X509Certificate(certificate);
    } catch (error) {
      throw malformed(where, `contains a certificate that cannot be parsed: ${errorMessage(error)}`);
    }
  }
  return certificates;
}

/**
 * Writes all trusted certificates into one file for later steps. Resolves to the variables that name it; empty without further
 * certificates. Go and curl replace their own list by the file, so it has to be complete; Node.js adds it to its own.
 */
export async function exportCertificates(further: readonly string[], folder: string): Promise<Record<string, string>> {
  if (further.length === 0) return {};
  const bundle = join(folder, `ocm-proxied-transfer-ca-${randomUUID()}.pem`);
  await writeAtomically(bundle, `${trustedAuthorities(further).join("\n")}\n`, PRIVATE);
  const variables = [
    "SSL_CERT_FILE",
    "NODE_EXTRA_CA_CERTS",
    "CURL_CA_BUNDLE",
    "REQUESTS_CA_BUNDLE",
    "GIT_SSL_CAINFO",
    "npm_config_cafile",
  ];
  return Object.fromEntries(variables.map((name) => [name, bundle]));
}

async function readPemFile(path: string): Promise<string[]> {
  try {
    return certificatesIn(await readSettingsFile(path), path);
  } catch (error) {
    if (error instanceof TransferError) throw error;
    throw malformed(path, `cannot be read: ${errorMessage(error)}`);
  }
}

function malformed(where: string, why: string): TransferError {
  return new TransferError("CERTIFICATES_MALFORMED", `${printable(where, 200)} ${why}`, {
    where: FROM,
    remedy: "Set it to paths of PEM files, one per line, or to PEM text that begins with -----BEGIN CERTIFICATE-----.",
  });
}
