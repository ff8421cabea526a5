import { table } from "./markdown.ts";

/** A table of a summary, as cells of HTML. */
export interface Table {
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Number of rows with those that are not in `rows`. */
  readonly count: number;
  /** Whether its rows are shown, whatever the size of the summary. */
  readonly isKept?: boolean;
  /** Title of a folded table. */
  readonly title?: string;
}

const MAX_ROWS = 1000;

export function tableOf<T>(
  head: readonly string[],
  items: readonly T[],
  cells: (item: T) => readonly string[],
  title?: string,
): Table {
  return {
    head,
    rows: items.slice(0, MAX_ROWS).map(cells),
    count: items.length,
    ...(title === undefined ? {} : { title }),
  };
}

/** As HTML, with no more than `maxRows` rows if these may give way. */
export function renderTable({ head, rows, count, isKept, title }: Table, maxRows: number): string {
  const html = table(head, isKept ? rows : rows.slice(0, maxRows), count);
  if (html === "" || title === undefined) return html;
  return ["<details>", `<summary>${title} (${count})</summary>`, html, "</details>"].join("\n");
}
