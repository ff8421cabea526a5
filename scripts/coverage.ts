import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join, relative, sep } from "node:path";
import { root } from "./parts.ts";

interface Count {
  readonly covered: number;
  readonly total: number;
}

interface FileCoverage {
  readonly lines: Count;
  readonly branches: Count;
}

/** Percentages of each folder of `src`, of the files beside these folders, and of all. */
export function coverageTable(files: Readonly<Record<string, FileCoverage>>, src: string): string {
  const folders = Map.groupBy(Object.entries(files), ([path]) => {
    const [folder = "", ...below] = relative(src, path).split(sep);
    return below.length === 0 ? "(top level)" : folder;
  });
  const rows = [...folders].sort(([one], [other]) => (one < other ? -1 : 1));
  return [...rows, ["all", Object.entries(files)] as const]
    .map(([name, entries]) => {
      const lines = percent(entries.map(([, file]) => file.lines));
      const branches = percent(entries.map(([, file]) => file.branches));
      return `${name.padEnd(16)} lines ${lines}  branches ${branches}`;
    })
    .join("\n");
}

function percent(counts: readonly Count[]): string {
  const sum = (value: (count: Count) => number) => counts.reduce((total, count) => total + value(count), 0);
  const total = sum((count) => count.total);
  return `${(total === 0 ? 100 : (100 * sum((count) => count.covered)) / total).toFixed(1)} %`.padStart(7);
}

function main(args: readonly string[]): void {
  const summary = join(root, "coverage/coverage-summary.json");
  rmSync(summary, { force: true });
  const test = [join(root, "scripts/test.ts"), "--config", join(root, "jest.coverage.config.js"), ...args];
  const { status } = spawnSync(process.execPath, test, { cwd: root, stdio: "inherit" });
  process.exitCode = status ?? 1;
  if (!existsSync(summary)) return;
  const { total: _, ...files } = JSON.parse(readFileSync(summary, "utf8"));
  console.log(`\n${coverageTable(files, join(root, "src"))}`);
}

if (import.meta.main) main(process.argv.slice(2));
