import { diagnose } from "../diagnosis/diagnosis.ts";
import type { Code } from "../errors/codes.ts";
import { errorCode, errorMessage, KnownError, type Side, TransferError } from "../errors/transfer-error.ts";
import { printable } from "../text/redact.ts";

/** An error as the report has it. */
export interface Problem {
  readonly code: Code;
  readonly message: string;
  readonly where: string | undefined;
  readonly side?: Side | undefined;
  readonly remedy: string;
}

/** Distinct problems of several errors: blocked hops first, since they may have caused all others. */
export function problemsOf(errors: readonly unknown[]): [Problem, ...Problem[]] {
  const isHop = (error: unknown) => diagnose(error)?.isAnswer === false;
  const ordered = [...errors.filter(isHop), ...errors.filter((error) => !isHop(error))];
  const problems = new Map<string, Problem>();
  for (const error of ordered) {
    const problem = describe(error);
    // Fifty requests to a blocked host are one problem; fifty responses may be fifty.
    const key = `${problem.code} ${isHop(error) ? problem.where : problem.message}`;
    if (!problems.has(key)) problems.set(key, problem);
  }
  const [first = describe(errors[0]), ...others] = problems.values();
  return [first, ...others];
}

/** A failed hop is described by its diagnosis, any other error by its own message. */
function describe(error: unknown): Problem {
  if (error instanceof TransferError) {
    const { code, message, where, side, remedy = "" } = error;
    return { code, message, where, side, remedy };
  }
  const diagnosis = diagnose(error);
  if (diagnosis !== undefined) {
    const { code, host, message, remedy } = diagnosis;
    return { code, message, where: host, side: error instanceof KnownError ? error.side : undefined, remedy };
  }
  const code = errorCode(error);
  return {
    code: "INTERNAL",
    message: printable(code === undefined ? errorMessage(error) : `${code}: ${errorMessage(error)}`),
    where: undefined,
    remedy: "Please report this, with the report file of the run.",
  };
}
