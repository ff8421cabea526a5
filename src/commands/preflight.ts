import { openDestination } from "./destination.ts";
import { readSource } from "./read-source.ts";
import type { Run } from "./run.ts";

/** Checks whether everything that a transfer needs can be reached, and moves nothing. */
export async function preflight(run: Run): Promise<void> {
  await readSource(run, await openDestination(run));
}
