import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { startChaosEstate } from "../testing/chaos/estate.ts";
import { faultsPage } from "../testing/chaos/page.ts";
import { runSingles } from "../testing/chaos/single.ts";
import { stopEverything } from "../testing/real/running.ts";
import { root } from "./parts.ts";

try {
  const outcomes = await runSingles(await startChaosEstate(), 4);
  const problems = outcomes.flatMap(({ fault, request, once, always }) =>
    [...once.problems, ...always.problems].map((problem) => `${fault}, ${request}: ${problem}`),
  );
  for (const problem of problems) console.error(problem);
  writeFileSync(join(root, "docs/faults.md"), faultsPage(outcomes));
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  await stopEverything();
}
