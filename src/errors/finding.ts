import type { Code } from "./codes.ts";

/** An observation that does not end the run, and that the user should know. Free of secrets, like every message. */
export interface Finding {
  readonly code: Code;
  readonly message: string;
  readonly remedy: string;
}
