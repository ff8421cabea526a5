import type { Code } from "./codes.ts";

/**
 * `invalid`: an input, a file or a document is invalid, or not the expected one. `refusal`: a registry answered, and refused.
 * `connection`: the host gave no answer, so nothing is known of what it holds.
 */
export type ErrorKind = "invalid" | "refusal" | "connection";

/** Where an error arose, in a transfer. */
export type Side = "source" | "target";

/** An error with a cause outside of this program. Everything else that is thrown is a defect. */
export abstract class KnownError extends Error {
  abstract readonly kind: ErrorKind;
  /** Undefined where it concerns both sides or neither, or `where` names an input or a file. */
  readonly side: Side | undefined;

  constructor(message: string, { cause, side }: { readonly cause?: unknown; readonly side?: Side | undefined } = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.side = side;
  }
}

export interface ErrorDetails {
  /** The place: an input, a file with line, a registry, a host. */
  readonly where?: string;
  /** The next step of the user, as an imperative sentence. */
  readonly remedy?: string;
  readonly side?: Side | undefined;
  readonly cause?: unknown;
}

/**
 * An error that a user can act upon: a message, a place, a remedy and a stable code. The message is free of secrets: text of others
 * passes through `redact.ts` before it becomes part of one.
 */
export class TransferError extends KnownError {
  readonly kind: Exclude<ErrorKind, "connection"> = "invalid";
  readonly code: Code;
  readonly where: string | undefined;
  readonly remedy: string | undefined;

  constructor(code: Code, message: string, details: ErrorDetails = {}) {
    super(message, details);
    this.name = "TransferError";
    this.code = code;
    this.where = details.where;
    this.remedy = details.remedy;
  }
}

/** Whether an error answers the question that was asked: something is invalid, or a registry refused. */
export function isConclusive(error: unknown): error is TransferError {
  return error instanceof KnownError && error.kind !== "connection";
}

/**
 * The same error, with the name of the thing that was read or written at the beginning of the message. Connection errors, and limits of the
 * run, are about more than one thing, and stay as they are.
 */
export function inContext(error: unknown, context: string, remedy?: string): unknown {
  if (!isConclusive(error) || error.code === "COMPONENT_VERSIONS_TOO_MANY") return error;
  const { code, message, where } = error;
  const details = { remedy: remedy ?? error.remedy ?? "", cause: error };
  return new TransferError(code, `${context}: ${message}`, where === undefined ? details : { where, ...details });
}

/** The single errors of several that happened at once. */
export function errorsIn(error: unknown): readonly unknown[] {
  return error instanceof AggregateError ? error.errors.flatMap(errorsIn) : [error];
}

/** Throws the errors, if there are any: a single one as it is, several as one AggregateError. */
export function throwAll(errors: readonly unknown[]): void {
  if (errors.length > 1) throw new AggregateError(errors, errorMessage(errors[0]));
  if (errors.length === 1) throw errors[0];
}

/** `code` of an error of any realm or library (`ECONNREFUSED`, `UND_ERR_SOCKET`), or undefined. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

/** The text of anything that can be thrown. */
export function errorMessage(error: unknown): string {
  const message = (error as { message?: unknown } | null | undefined)?.message;
  return typeof message === "string" && message !== "" ? message : (errorCode(error) ?? String(error));
}

/** Whether an operation of the file system failed: a full disk, a missing permission. */
export function isFileSystemError(error: unknown): boolean {
  const { syscall, path } = (error ?? {}) as { syscall?: unknown; path?: unknown };
  return typeof syscall === "string" && (typeof path === "string" || syscall === "write");
}
