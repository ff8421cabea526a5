import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type ActionOptions, type ActionResult, runAction } from "../testing/real/action.ts";
import { temporaryFolder } from "../testing/real/fixtures.ts";

export interface Measured extends ActionResult {
  /** Seconds, the start of Node.js included. */
  readonly wall: number;
  /** Seconds, of all threads. */
  readonly cpu: number;
  /** MiB. */
  readonly peakMemory: number;
}

/** Further options of Node.js (`--cpu-prof`), and a folder with another build (action.yml and dist/) to compare with. */
const { BENCH_NODE_OPTIONS: further = "", BENCH_ACTION: action } = process.env;

/** One run of the bundle, in a process of its own; throws where the run fails. */
export async function measure(options: ActionOptions): Promise<Measured> {
  const usageFile = join(temporaryFolder(), "usage.json");
  const preload = `--import=${new URL("usage.mjs", import.meta.url)}`;
  const env = { ...options.env, BENCH_USAGE: usageFile, NODE_OPTIONS: `${preload} ${further}` };
  const started = performance.now();
  const result = await runAction({ timeout: 900_000, ...(action === undefined ? {} : { action }), ...options, env });
  const wall = (performance.now() - started) / 1000;
  if (result.code !== 0) throw new Error(`exit ${result.code}\n${result.stdout.slice(-4000)}\n${result.stderr}`);
  const { maxRSS, cpu } = JSON.parse(readFileSync(usageFile, "utf8")) as { maxRSS: number; cpu: number };
  return { ...result, wall, cpu: cpu / 1e6, peakMemory: maxRSS / 1024 };
}
