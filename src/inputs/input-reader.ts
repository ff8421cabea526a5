import { TransferError } from "../errors/transfer-error.ts";
import type { Environment } from "../proxy/settings.ts";
import { printable } from "../text/redact.ts";
import { DEFAULTS, type InputName } from "./defaults.ts";

/** Values of inputs by the names of action.yml; an unset input has its default. Throws `INPUT_INVALID` for a value of another type. */
export interface InputReader {
  text(name: InputName): string;
  /** Without comments and empty lines. */
  lines(name: InputName): readonly string[];
  /** `parse` gets each line, and what errors call it: `input urls, line 2`. */
  parseLines<T>(name: InputName, parse: (line: string, where: string) => T): readonly T[];
  boolean(name: InputName): boolean;
  integer(name: InputName, min: number, max: number): number;
  choice<T extends string>(name: InputName, choices: readonly T[]): T;
}

export function createInputReader(environment: Environment): InputReader {
  const text = (name: InputName) => readVariable(environment, name) || DEFAULTS[name];
  const lines = (name: InputName) => linesOf(text(name));
  return {
    text,
    lines,
    parseLines: (name, parse) => lines(name).map((line, index) => parse(line, `input ${name}, line ${index + 1}`)),
    boolean(name) {
      const value = text(name);
      if (/^true$/i.test(value)) return true;
      if (/^false$/i.test(value)) return false;
      throw invalidInput(name, value, "Use true or false.");
    },
    integer(name, min, max) {
      const value = text(name);
      const number = /^\d+$/.test(value) ? Number(value) : Number.NaN;
      if (number >= min && number <= max) return number;
      throw invalidInput(name, value, `Use a whole number from ${min} to ${max}.`);
    },
    choice(name, choices) {
      const value = text(name);
      const choice = choices.find((known) => known === value);
      if (choice !== undefined) return choice;
      throw invalidInput(name, value, `Use one of ${choices.join(", ")}.`);
    },
  };
}

export function invalidInput(name: InputName, value: string, remedy: string): TransferError {
  return new TransferError("INPUT_INVALID", `${name} has the invalid value "${printable(value, 80)}"`, {
    where: `input ${name}`,
    remedy,
  });
}

/** As the runner passes it; with underscores too, since a shell cannot export a variable with hyphens. */
function readVariable(environment: Environment, name: string): string {
  const upper = `INPUT_${name.toUpperCase()}`;
  return (environment[upper] || environment[upper.replaceAll("-", "_")] || "").trim();
}

function linesOf(text: string): readonly string[] {
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}
