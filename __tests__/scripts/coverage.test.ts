import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { coverageTable } from "../../scripts/coverage.ts";

const file = (lines: number, branches: number, total: number) => ({
  lines: { covered: lines, total },
  branches: { covered: branches, total },
});

test("coverage is summed per folder, by lines and not by files", () => {
  const src = join("/", "project", "src");
  const table = coverageTable(
    {
      [join(src, "proxy/route.ts")]: file(90, 45, 90),
      [join(src, "main.ts")]: file(0, 0, 100),
      [join(src, "proxy/files/cdh.ts")]: file(0, 0, 10),
      [join(src, "ocm/json.ts")]: file(0, 0, 0),
    },
    src,
  );
  expect(table.split("\n")).toEqual([
    "(top level)      lines   0.0 %  branches   0.0 %",
    "ocm              lines 100.0 %  branches 100.0 %",
    "proxy            lines  90.0 %  branches  45.0 %",
    "all              lines  45.0 %  branches  22.5 %",
  ]);
});
