import { errorMessage, TransferError } from "../errors/transfer-error.ts";
import { printable } from "../text/redact.ts";

/** For an archive that two readers of tar would interpret differently, or with an entry that archives of this kind never have. */
export function refused(where: string, entry: string | undefined, why: string): TransferError {
  const named = entry === undefined ? "" : `the entry ${printable(JSON.stringify(entry), 160)} `;
  return new TransferError("ARCHIVE_REFUSED", `${where}: ${named}${why}`, {
    where,
    remedy: "Find out who created the archive; repack plain files, with GNU tar or with an OCM CLI.",
  });
}

/** For a truncated or corrupt archive. */
export function damaged(where: string, why: string, cause?: unknown): TransferError {
  return new TransferError("ARCHIVE_BROKEN", `${where} ${why}`, {
    where,
    remedy: "The archive is truncated or corrupt, or the file is not an archive; download it again, or repack it.",
    cause,
  });
}

/** The disk is full, or access to it is denied. */
export function unwritable(path: string, cause: unknown): TransferError {
  return new TransferError("ARCHIVE_UNWRITABLE", `${path} cannot be written: ${errorMessage(cause)}`, {
    where: path,
    remedy: "Check that the folder can be written and has space for the packed or unpacked archive.",
    cause,
  });
}
