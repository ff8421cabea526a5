import type { Code } from "./codes.ts";

/** Something that works but deserves a look. Free of secrets, like every message. */
export interface Finding {
  readonly code: Code;
  readonly message: string;
  readonly remedy: string;
}
