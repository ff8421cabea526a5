import { headingOf, partsOf, type SummaryOptions } from "./parts.ts";
import { renderTable, type Table } from "./table.ts";

/** GitHub drops the summary of a step at 1 MiB completely. */
const MAX_BYTES = 1024 * 1024 - 1;

/** Numbers of rows to try: tables give way until the rest fits. */
const ROWS: readonly number[] = [1000, 500, 250, 125, 60, 30, 15, 7, 3, 1, 0];

/**
 * The job summary in Markdown: verdict, source and target, failures, results, findings, routes and hosts. Together with the bytes that the
 * summary of the step has already, it stays below the limit of GitHub: tables give way, and blocked hosts and lines to paste last.
 */
export function summarise(options: SummaryOptions, writtenBytes = 0): string {
  const fits = (summary: string) => writtenBytes + Buffer.byteLength(summary) <= MAX_BYTES;
  for (const blocked of ROWS) {
    const parts = partsOf(options, blocked);
    if (!fits(render(parts, 0))) continue;
    const rows = ROWS.find((count) => fits(render(parts, count))) ?? 0;
    return render(parts, rows);
  }
  const heading = `${headingOf(options)}\n`;
  return fits(heading) ? heading : "";
}

function render(parts: readonly (string | Table)[], maxRows: number): string {
  return parts
    .map((part) => (typeof part === "string" ? part : renderTable(part, maxRows)))
    .filter((text) => text !== "")
    .join("\n\n")
    .concat("\n");
}
