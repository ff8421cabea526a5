import { parseArgs } from "node:util";
import { startChaosEstate } from "../testing/chaos/estate.ts";
import { type NumberedRun, repetition, runMany } from "../testing/chaos/many.ts";
import { stopEverything } from "../testing/real/running.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "20" },
    rate: { type: "string", default: "0.05" },
    seed: { type: "string", default: "1" },
    /** The number of the single run to repeat. */
    only: { type: "string" },
    /** Folder of another build of the action, to compare with. */
    action: { type: "string" },
    concurrency: { type: "string", default: "4" },
  },
});
const [seed, rate] = [Number(values.seed), Number(values.rate)];
const runs =
  values.only === undefined ? Array.from({ length: Number(values.runs) }, (_, at) => at) : [Number(values.only)];

function count(items: readonly string[]): string {
  const groups = [...Map.groupBy(items, (item) => item)].sort(([, one], [, other]) => other.length - one.length);
  return groups.map(([item, all]) => `  ${String(all.length).padStart(4)} ${item}`).join("\n");
}

/** How many of the runs that met a fault failed: a fault that the action survives is met by runs that succeed. */
function failuresByFault(runs: readonly NumberedRun[]): string {
  const faults = [...new Set(runs.flatMap(({ met }) => met.map(({ fault }) => fault)))];
  const rows = faults.map((fault) => {
    const concerned = runs.filter(({ met }) => met.some((each) => each.fault === fault));
    return { fault, all: concerned.length, failed: concerned.filter(({ code }) => code !== undefined).length };
  });
  const sorted = rows.sort((one, other) => other.failed / other.all - one.failed / one.all);
  return sorted.map(({ fault, all, failed }) => `  ${`${failed} of ${all}`.padStart(10)} ${fault}`).join("\n");
}

function print({ run, scenario, code, message, problems, met }: NumberedRun): void {
  const { source, target, route, access } = scenario;
  console.log(`${run}: ${source} to ${target}, ${route}, ${access}: ${met.length} faults, ${code ?? "green"}`);
  if (code !== undefined) console.log(`    ${message.slice(0, 300)}`);
  for (const problem of problems) console.log(`    PROBLEM ${problem}`);
  if (values.only !== undefined) for (const { fault, request } of met) console.log(`    ${fault}: ${request}`);
}

try {
  const done = await runMany(
    await startChaosEstate(),
    { seed, rate, runs, concurrency: Number(values.concurrency), action: values.action },
    print,
  );
  const [failed, green] = [
    done.filter(({ code }) => code !== undefined),
    done.filter(({ code }) => code === undefined),
  ];
  console.log(`\n${green.length} of ${done.length} runs green (${((100 * green.length) / done.length).toFixed(1)} %)`);
  console.log(`codes:\n${count(failed.map(({ code = "" }) => code))}`);
  console.log(`runs that failed, of those that met a fault:\n${failuresByFault(done)}`);
  for (const run of done.filter(({ code, problems }) => code !== undefined || problems.length > 0)) {
    const problems = run.problems.length > 0 ? [`${run.problems.length} problem(s)`] : [];
    console.log(`${[run.code ?? "green", ...problems].join(", ")}: ${repetition({ seed, rate }, run)}`);
  }
  process.exitCode = done.every(({ problems }) => problems.length === 0) ? 0 : 1;
} finally {
  await stopEverything();
}
