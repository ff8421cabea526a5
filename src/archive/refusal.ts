import { errorMessage, TransferError } from "../errors/transfer-error.ts";
import { printable } from "../text/redact.ts";

/** What two readers of tar would understand in two ways, or what no archive of this kind has to hold. */
export function refused(where: string, entry: string | undefined, why: string): TransferError {
  const named = entry === undefined ? "" : `the entry ${printable(JSON.stringify(entry), 160)} `;
  return new TransferError("ARCHIVE_REFUSED", `${where}: ${named}${why}`, {
    where,
    remedy: "See who made the archive; pack plain files anew, with GNU tar or with an OCM CLI.",
  });
}

/** What was whole once, and is no longer. */
export function broken(where: string, why: string, cause?: unknown): TransferError {
  return new TransferError("ARCHIVE_BROKEN", `${where} ${why}`, {
    where,
    remedy: "The archive was cut or damaged on its way, or is none; fetch or pack it anew.",
    cause,
  });
}

/** The disk is full, or closed to us. */
export function unwritable(path: string, cause: unknown): TransferError {
  return new TransferError("ARCHIVE_UNWRITABLE", `${path} cannot be written: ${errorMessage(cause)}`, {
    where: path,
    remedy: "See that the folder can be written and has room for what is packed or unpacked there.",
    cause,
  });
}
