import type { Login } from "../../src/logins/login.ts";
import { createLogins, type Logins } from "../../src/logins/logins.ts";

/** The logins of one source, without any helper. */
export function loginsOf(logins: readonly Login[]): Logins {
  const askHelper = async () => undefined;
  return createLogins({ sources: [{ name: "test", state: "found", logins }], askHelper });
}
