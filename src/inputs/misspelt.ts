import type { Finding } from "../errors/finding.ts";
import { TransferError } from "../errors/transfer-error.ts";
import type { Environment } from "../proxy/settings.ts";
import { printable } from "../text/redact.ts";
import { DEFAULTS } from "./defaults.ts";

const NAMES = Object.keys(DEFAULTS);
/** Longer names are not compared. */
const MAX_LENGTH = 60;

/**
 * Inputs whose name resembles that of an input of this action, but differs. GitHub passes on inputs that an action does not
 * have with a warning of its own; outside of it nothing reports them, so that there they fail with INPUT_UNKNOWN. A name without
 * resemblance may be a variable of another program.
 */
export function misspeltInputs(environment: Environment): Finding[] {
  const findings = Object.entries(environment).flatMap(([variable, value]) => {
    const name = /^INPUT_(.+)$/.exec(variable)?.[1]?.toLowerCase().replaceAll("_", "-");
    if (name === undefined || !value || NAMES.includes(name)) return [];
    const probable = probableName(name);
    return probable === undefined ? [] : [unknownInput(name, probable)];
  });
  const [first] = findings;
  if (first === undefined || environment.GITHUB_OUTPUT) return findings;
  const { code, message, remedy } = first;
  throw new TransferError(code, message.replace(/\.$/, ""), { where: "inputs", remedy });
}

function unknownInput(name: string, probable: string): Finding {
  return {
    code: "INPUT_UNKNOWN",
    message: `The input ${printable(name, MAX_LENGTH)} does not exist and has no effect.`,
    remedy: `Write ${probable}, or remove it.`,
  };
}

/** The closest name within one edit for each four letters. */
function probableName(name: string): string | undefined {
  if (name.length > MAX_LENGTH) return undefined;
  const [closest] = NAMES.map((known) => ({ known, edits: editDistance(letters(name), letters(known)) })).toSorted(
    (one, other) => one.edits - other.edits,
  );
  return closest !== undefined && closest.edits <= Math.max(1, Math.floor(name.length / 4)) ? closest.known : undefined;
}

/** A hyphen that is missing, or too many, is no edit. */
function letters(name: string): string {
  return name.replaceAll("-", "");
}

/** Insertions, deletions and substitutions of one character that turn one text into the other (Levenshtein). */
function editDistance(one: string, other: string): number {
  let previous = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [row, letter] of [...one].entries()) {
    const current = [row + 1];
    for (const [column, second] of [...other].entries()) {
      const [above = 0, left = 0, diagonal = 0] = [previous[column + 1], current[column], previous[column]];
      current.push(Math.min(above + 1, left + 1, diagonal + (letter === second ? 0 : 1)));
    }
    previous = current;
  }
  return previous.at(-1) ?? 0;
}
