import type { Code } from "./codes.ts";

export interface ErrorDetails {
  /** Where it went wrong: an input, a file with line, a registry, a host. */
  readonly where?: string;
  /** What the user can do about it, as an imperative sentence. */
  readonly remedy?: string;
  readonly cause?: unknown;
}

/**
 * An error that a user can act upon: what went wrong (message), where, what to do (remedy), and a stable code.
 * The message is free of secrets: whoever throws one passes foreign text through `redact.ts` first.
 */
export class TransferError extends Error {
  readonly code: Code;
  readonly where: string | undefined;
  readonly remedy: string | undefined;

  constructor(code: Code, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "TransferError";
    this.code = code;
    this.where = details.where;
    this.remedy = details.remedy;
  }
}

/** What was thrown, one by one, where several things failed at once. */
export function errorsIn(error: unknown): readonly unknown[] {
  return error instanceof AggregateError ? error.errors.flatMap(errorsIn) : [error];
}

/** Throws what failed, if anything did: one error as it is, several as one AggregateError. */
export function throwAll(errors: readonly unknown[]): void {
  if (errors.length > 1) throw new AggregateError(errors, errorMessage(errors[0]));
  if (errors.length === 1) throw errors[0];
}

/** `code` of an error of whatever realm or library (`ECONNREFUSED`, `UND_ERR_SOCKET`), or undefined. */
export function errorCode(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

/** The text of anything that can be thrown. */
export function errorMessage(error: unknown): string {
  const message = (error as { message?: unknown } | null | undefined)?.message;
  return typeof message === "string" && message !== "" ? message : (errorCode(error) ?? String(error));
}

/** Whether the file system refused something: a full disk, a missing permission. */
export function isFileSystemError(error: unknown): boolean {
  const { syscall, path } = (error ?? {}) as { syscall?: unknown; path?: unknown };
  return typeof syscall === "string" && (typeof path === "string" || syscall === "write");
}
