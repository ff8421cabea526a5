import { printable } from "../../text/redact.ts";

/**
 * Foreign text in a job summary, as HTML. It is used in HTML blocks only (https://spec.commonmark.org/0.31.2/#html-blocks), in which
 * Markdown is not interpreted; and since GitHub also links mentions, issues, commits and addresses in prose, all but plain words are
 * in `<code>`, where nothing is linked.
 */
export function prose(text: string): string {
  return printable(text).replace(/[^ ]+/g, (word) => {
    const [start, end] = [edge(word, LEADING, 1), word.length - edge(word, TRAILING, -1)];
    const core = word.slice(start, end);
    if (start >= end || isPlain(core)) return escaped(word);
    return `${escaped(word.slice(0, start))}<code>${escaped(core)}</code>${escaped(word.slice(end))}`;
  });
}

/** A name or value, as HTML. */
export function code(text: string): string {
  return `<code>${escaped(printable(text))}</code>`;
}

const LONG_DIGEST = /(sha(?:256|512):[0-9a-f]{12})[0-9a-f]{52,116}/g;

/** The same with short digests; the title of the element has the full text. */
export function shortCode(text: string): string {
  const short = text.replace(LONG_DIGEST, "$1…");
  if (short === text) return code(text);
  return `<code title="${escaped(printable(text))}">${escaped(printable(short))}</code>`;
}

export function paragraph(html: string): string {
  return `<p>${html}</p>`;
}

/** A table as HTML; empty without rows. Cells are HTML. `count` is the number of rows with those that are not shown. */
export function table(head: readonly string[], rows: readonly (readonly string[])[], count: number): string {
  if (count === 0) return "";
  const row = (tag: "td" | "th", cells: readonly string[]) =>
    `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;
  const hidden = count - rows.length;
  const more = hidden > 0 ? [row("td", [`… and ${hidden} more, in the report`])] : [];
  return ["<table>", row("th", head), ...rows.map((cells) => row("td", cells)), ...more, "</table>"].join("\n");
}

const LEADING = `"'(`;
const TRAILING = `"'.,;:!?)`;

/** How many characters of these a word begins with, or with step -1 ends with. */
function edge(word: string, characters: string, step: 1 | -1): number {
  let count = 0;
  while (count < word.length && characters.includes(word.at(step === 1 ? count : -1 - count) ?? "")) count++;
  return count;
}

/** Letters, or a short number; a commit could be named by seven hexadecimal digits. */
function isPlain(word: string): boolean {
  if (/^\d{1,6}$/.test(word)) return true;
  return /^[\p{L}\p{M}'’-]+$/u.test(word) && !/^[0-9a-f]{7,40}$/i.test(word);
}

/** Character references for all characters that HTML, or the detection of addresses, could start or end with. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"'`*_~{}[\]\\|@#$]|:(?=\/\/)/g, (sign) => `&#${sign.charCodeAt(0)};`)
    .replace(/www\./gi, (found) => `${found.slice(0, -1)}&#46;`);
}
