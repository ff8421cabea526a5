import type { Inputs } from "../inputs.ts";
import type { ReadSettings } from "../proxy/settings.ts";
import type { Results } from "../report/results.ts";
import type { Runner } from "../report/runner.ts";
import type { Session } from "../session.ts";

/** One run of the action, handed to its command. */
export interface Run {
  readonly inputs: Inputs;
  readonly settings: ReadSettings;
  readonly runner: Runner;
  readonly session: Session;
  readonly results: Results;
  readonly signal: AbortSignal;
}
