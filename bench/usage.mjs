// Preloaded into the process that is measured: its peak is known to itself only, and only at its end.
import { writeFileSync } from "node:fs";

process.once("exit", () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  writeFileSync(process.env.BENCH_USAGE, JSON.stringify({ maxRSS, cpu: userCPUTime + systemCPUTime }));
});
