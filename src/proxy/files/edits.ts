/** A piece of a text, and what stands there instead. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** What no edit covers stays as it is, to the byte. Edits do not overlap; those at the same place keep their order. */
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
