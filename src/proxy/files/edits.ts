/** A range of a text, and its replacement. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Applies edits; all other bytes are unchanged. Edits do not overlap; those at the same position keep their order. */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  let edited = "";
  let position = 0;
  for (const { start, end, text: replacement } of edits.toSorted((one, other) => one.start - other.start)) {
    edited += text.slice(position, start) + replacement;
    position = end;
  }
  return edited + text.slice(position);
}

/** The line break that the text uses first. */
export function lineBreakOf(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? "\n";
}
