import { afterAll, describe, test } from "@jest/globals";
import { findPart, installLine, type PartName } from "../../scripts/parts.ts";
import { stopEverything } from "./running.ts";

export { pathOf } from "./part-path.ts";
export type { PartName };

/**
 * A suite that runs real programs. Where one is missing it is skipped under a name that says how to install it; in CI that is
 * a failure, so that nothing is left untested unnoticed. What the suite leaves running is stopped after it.
 */
export function withParts(needed: readonly PartName[], name: string, suite: () => void): void {
  const missing = needed.filter((part) => findPart(part) === undefined);
  if (missing.length === 0) {
    describe(name, () => {
      afterAll(stopEverything);
      suite();
    });
    return;
  }
  const wanted = missing.map((part) => `[missing ${part}: ${installLine(part)}]`).join(" ");
  if (process.env.CI === "true") {
    describe(name, () => {
      test(wanted, () => {
        throw new Error(`a part that this suite runs is not installed: ${wanted}`);
      });
    });
    return;
  }
  describe.skip(`${name} ${wanted}`, suite);
}
