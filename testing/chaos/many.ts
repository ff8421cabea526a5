import type { ChaosEstate } from "./estate.ts";
import { FAULTS } from "./faults/registry-faults.ts";
import { scheduleBySeed } from "./faults/schedule.ts";
import { TUNNEL_FAULTS } from "./faults/tunnel-faults.ts";
import { type Outcome, runChaos } from "./run.ts";
import { type Scenario, scenarioOf } from "./scenario.ts";

export interface ChaosOptions {
  readonly seed: number;
  readonly rate: number;
  /** Numbers of the runs. */
  readonly runs: readonly number[];
  /** Runs at a time. */
  readonly concurrency: number;
  /** Folder of the action; default the project's. */
  readonly action?: string | undefined;
}

export interface NumberedRun extends Outcome {
  readonly run: number;
  readonly scenario: Scenario;
}

/** Runs of a seed: each has a scenario, content and faults of its own, which follow from the seed and its number. */
export async function runMany(
  estate: ChaosEstate,
  { seed, rate, runs, concurrency, action }: ChaosOptions,
  onEnd: (run: NumberedRun) => void = () => {},
): Promise<readonly NumberedRun[]> {
  const left = [...runs];
  const done: NumberedRun[] = [];
  const work = async (): Promise<void> => {
    for (let run = left.shift(); run !== undefined; run = left.shift()) {
      const own = `${seed}-${run}`;
      const scenario = scenarioOf(own);
      const schedule = scheduleBySeed({ seed: own, rate, faults: FAULTS, tunnelFaults: TUNNEL_FAULTS });
      const numbered = { run, scenario, ...(await runChaos({ estate, seed: own, scenario, schedule, action })) };
      done.push(numbered);
      onEnd(numbered);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  return done.sort((one, other) => one.run - other.run);
}

/** The command that repeats a run. */
export function repetition(
  { seed, rate }: Pick<ChaosOptions, "seed" | "rate">,
  { run }: Pick<NumberedRun, "run">,
): string {
  return `npm run chaos -- --rate ${rate} --seed ${seed} --only ${run}`;
}
