import { diagnose } from "../diagnosis/diagnosis.ts";
import type { Code } from "../errors/codes.ts";
import { errorCode, errorMessage, TransferError } from "../errors/transfer-error.ts";
import { printable } from "../text/redact.ts";

/** An error in the words of the report. */
export interface Problem {
  readonly code: Code;
  readonly message: string;
  readonly where: string | undefined;
  readonly remedy: string;
}

/** What several errors come to, each once: blocked hops first, since they may be the reason of all others. */
export function problemsOf(errors: readonly unknown[]): [Problem, ...Problem[]] {
  const isHop = (error: unknown) => diagnose(error)?.isAnswer === false;
  const ordered = [...errors.filter(isHop), ...errors.filter((error) => !isHop(error))];
  const problems = new Map<string, Problem>();
  for (const error of ordered) {
    const problem = describe(error);
    // Fifty requests to a blocked host are one problem; fifty answers may be fifty.
    const key = `${problem.code} ${isHop(error) ? problem.where : problem.message}`;
    if (!problems.has(key)) problems.set(key, problem);
  }
  const [first = describe(errors[0]), ...others] = problems.values();
  return [first, ...others];
}

/** A failed hop is told by its diagnosis, everything else by its own words. */
function describe(error: unknown): Problem {
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
