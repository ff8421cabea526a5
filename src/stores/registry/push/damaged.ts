import type { TransferError } from "../../../errors/transfer-error.ts";
import { RegistryError } from "../error.ts";

/** Codes of content that differs from its digest or its length, or is no manifest (distribution-spec, "Error Codes"). */
const DAMAGED_BLOB = new Set(["DIGEST_INVALID", "SIZE_INVALID"]);
const DAMAGED_MANIFEST = new Set([...DAMAGED_BLOB, "MANIFEST_INVALID"]);

/** Codes of a manifest that refers to content which the registry lacks. */
const MISSING_CONTENT = new Set(["MANIFEST_BLOB_UNKNOWN", "BLOB_UNKNOWN", "MANIFEST_UNKNOWN"]);

/** Whether a registry got another blob than the one that was sent: a blob is verified before its last byte is sent. */
export function isDamagedBlob(error: TransferError): boolean {
  return hasCode(error, DAMAGED_BLOB);
}

/**
 * Whether a registry may have got another manifest than the one that was sent: it refuses its digest or its form, or stores it under another
 * digest.
 */
export function isDamagedManifest(error: TransferError): boolean {
  return error.code === "READ_BACK_DIFFERS" || hasCode(error, DAMAGED_MANIFEST);
}

/** The same of a manifest that is sent under a tag, without a digest to compare it with: a digest in it may be damaged. */
export function isDamagedAtTag(error: TransferError): boolean {
  return isDamagedManifest(error) || hasCode(error, MISSING_CONTENT);
}

function hasCode(error: TransferError, codes: ReadonlySet<string>): boolean {
  return error instanceof RegistryError && error.registryCodes.some((code) => codes.has(code));
}
