import { mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { errorMessage, TransferError } from "../errors/transfer-error.ts";
import { printable } from "../text/redact.ts";
import { writeAtomically } from "./atomic-write.ts";
import { placeOf } from "./place.ts";

export interface OutputPlace {
  readonly workspace: string;
  /** The input that names the path. */
  readonly where: string;
}

/** Writes a file that an input names, with its folders: completely or not at all. Fails with OUTPUT_UNWRITABLE or PATH_LEADS_OUT. */
export async function writeOutput(path: string, text: string, { workspace, where }: OutputPlace): Promise<void> {
  try {
    const place = await placeOf(path, { workspace, where });
    await mkdir(dirname(place), { recursive: true });
    await writeAtomically(place, text);
  } catch (error) {
    if (error instanceof TransferError) throw error;
    throw new TransferError("OUTPUT_UNWRITABLE", `${printable(path)} cannot be written: ${errorMessage(error)}`, {
      where,
      remedy: "Name a path in a folder that this job may write to.",
      cause: error,
    });
  }
}
