import type { Code } from "../codes.ts";
import { errorCode, errorMessage, TransferError } from "../errors.ts";
import { diagnose } from "../preflight/diagnosis.ts";
import { printable } from "../redact.ts";

/** An error in the words of the report. */
export interface Problem {
  readonly code: Code;
  readonly message: string;
  readonly where: string | undefined;
  readonly remedy: string;
}

/** A failed hop is told by its diagnosis, everything else by its own words. */
export function problemOf(error: unknown): Problem {
  if (error instanceof TransferError) {
    return { code: error.code, message: error.message, where: error.where, remedy: error.remedy ?? "" };
  }
  const diagnosis = diagnose(error);
  if (diagnosis !== undefined) {
    const { code, host, message, remedy } = diagnosis;
    return { code, message, where: host, remedy };
  }
  const code = errorCode(error);
  return {
    code: "INTERNAL",
    message: printable(code === undefined ? errorMessage(error) : `${code}: ${errorMessage(error)}`),
    where: undefined,
    remedy: "Please report this, with the report file of the run.",
  };
}
