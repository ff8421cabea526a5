import type { Inputs } from "../inputs.ts";
import type { ReadSettings } from "../proxy/settings.ts";
import type { Reporter } from "../report/reporter.ts";
import type { Session } from "../session.ts";

/** One run of the action, as its command gets it. */
export interface Run {
  readonly inputs: Inputs;
  readonly settings: ReadSettings;
  readonly reporter: Reporter;
  readonly session: Session;
  /** Folder that paths of inputs may not leave by a link. */
  readonly workspace: string;
  readonly signal: AbortSignal;
}
