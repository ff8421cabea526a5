import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { root } from "../../scripts/parts.ts";
import { startChaosEstate } from "../../testing/chaos/estate.ts";
import { faultsPage } from "../../testing/chaos/page.ts";
import { runSingles, type SingleOutcome } from "../../testing/chaos/single.ts";
import { withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";

withParts(["docker-registry", "distribution", "openssl", "perl"], "each fault of a registry or proxy alone", () => {
  let outcomes: readonly SingleOutcome[];
  beforeAll(async () => {
    outcomes = await runSingles(await startChaosEstate(), 4);
  }, 400_000);
  afterAll(stopEverything);

  test("occurs, once and always", () => {
    const absent = outcomes.filter(({ once, always }) => once.met.length !== 1 || always.met.length === 0);
    expect(absent.map(({ fault, request }) => `${fault}: ${request}`)).toEqual([]);
  });

  test("leaves a complete target, no tag that is not reported and no temporary file", () => {
    const problems = outcomes.flatMap(({ fault, request, once, always }) =>
      [...once.problems, ...always.problems].map((problem) => `${fault}, ${request}: ${problem}`),
    );
    expect(problems).toEqual([]);
  });

  test("has the outcome that docs/faults.md lists: run `npm run faults` after a change", () => {
    expect(faultsPage(outcomes)).toBe(readFileSync(join(root, "docs/faults.md"), "utf8"));
  });
});
