import { describe, expect, test } from "@jest/globals";
import { formatDuration } from "../../src/report/bytes.ts";
import { closingLine, type Outcome } from "../../src/report/outcome.ts";
import type { ComponentVersionResult, Results } from "../../src/report/results.ts";

const versionOf = (state: ComponentVersionResult["state"]): ComponentVersionResult => ({
  component: "acme.org/shop",
  version: "1.0.0",
  repository: "registry.corp/ocm/component-descriptors/acme.org/shop",
  digest: `sha256:${"0".repeat(64)}`,
  signatures: [],
  state,
  resources: [],
});

const problem = { code: "DENIED", message: "no", where: undefined, remedy: "Ask." } as const;

function lineOf(results: Partial<Results>, more: Partial<Outcome> = {}): string {
  const empty: Results = { findings: [], diagnosis: [] };
  return closingLine({ command: "transfer", results: { ...empty, ...results }, problems: [], duration: 1300, ...more });
}

describe("the last line of the log", () => {
  const bytes = { copied: 3_000_000, mounted: 0, skipped: 5 };

  test("of a transfer has the component versions by state, and the bytes", () => {
    const componentVersions = [versionOf("unchanged"), versionOf("written"), versionOf("unchanged")];
    expect(lineOf({ componentVersions, bytes })).toBe(
      "transfer succeeded in 1.3 s: 2 component versions unchanged, 1 written; 3.0 MB copied, 0 B mounted, 5 B already present",
    );
  });

  test("of a dry run has what would happen", () => {
    const componentVersions = [versionOf("planned"), versionOf("unchanged")];
    expect(lineOf({ componentVersions, bytes, isDryRun: true })).toBe(
      "dry run succeeded in 1.3 s: 1 component version would be written, 1 unchanged; 3.0 MB would be copied, 0 B would be mounted, 5 B already present",
    );
  });

  test("of a failure has its first code, and the number of all", () => {
    expect(lineOf({}, { problems: [problem], duration: 75_000 })).toBe("transfer failed: DENIED in 1 min 15 s");
    expect(lineOf({}, { problems: [problem, problem] })).toBe("transfer failed: DENIED in 1.3 s: 2 failures");
  });

  test.each([
    ["verify", "verified"],
    ["download", "downloaded"],
  ])("of %s reports what was %s", (command, state) => {
    const line = lineOf({ componentVersions: [versionOf("unchanged")] }, { command });
    expect(line).toBe(`${command} succeeded in 1.3 s: 1 component version ${state}`);
  });
});

test.each([
  [40, "0.0 s"],
  [9949, "9.9 s"],
  [9960, "10 s"],
  [59_400, "59 s"],
  [59_600, "1 min 0 s"],
  [7_261_000, "121 min 1 s"],
])("%d milliseconds are formatted as %s", (milliseconds, expected) => {
  expect(formatDuration(milliseconds)).toBe(expected);
});
