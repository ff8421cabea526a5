import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { seeded } from "../../testing/generated/random.ts";
import {
  type Estate,
  killAndRepeat,
  measureRun,
  type RegistryKind,
  startEstate,
  TARGETS,
} from "../../testing/real/killed-runs.ts";
import { withParts } from "../../testing/real/parts.ts";
import { stopEverything } from "../../testing/real/running.ts";

/** `KILLS=100` kills as many runs, `SEED` chooses others. */
const { KILLS = "10", SEED = "1" } = process.env;
const KINDS: readonly RegistryKind[] = ["docker-registry", "distribution"];
const CASES = KINDS.flatMap((kind) => TARGETS.map((target) => ({ kind, target })));

withParts(["docker-registry", "distribution"], "after a run that was killed", () => {
  describe.each(CASES)("from $kind to a $target", ({ kind, target }) => {
    const at = CASES.findIndex((each) => each.kind === kind && each.target === target);
    const seeds = Array.from({ length: Number(KILLS) }, (_, index) => index).filter(
      (index) => index % CASES.length === at,
    );
    let estate: Estate;
    let whole: Awaited<ReturnType<typeof measureRun>>;
    beforeAll(async () => {
      estate = await startEstate(kind);
      whole = await measureRun(estate, target);
    }, 120_000);
    afterAll(stopEverything);

    test.each(seeds)(
      "the next run completes, moves again at most what was in flight, and leaves no file: kill %d",
      async (index) => {
        const random = seeded(Number(SEED) * 1000 + index);
        const { next, bytesAgain, maxInFlight, ...others } = await killAndRepeat(
          estate,
          target,
          random,
          whole.requests,
        );
        expect({ code: next.code, ...others }).toEqual({
          code: 0,
          moment: others.moment,
          left: [],
          found: whole.found,
        });
        expect({ moment: others.moment, isWithin: bytesAgain <= maxInFlight, bytesAgain }).toEqual({
          moment: others.moment,
          isWithin: true,
          bytesAgain,
        });
      },
      120_000,
    );
  });
});
