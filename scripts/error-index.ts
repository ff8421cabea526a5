const TITLE = `# Index of error messages

Messages of Go, Docker, curl, Node.js and other programs, and the codes of this action for the same faults. Written by \`npm run generate\` from
[diagnosis](diagnosis.md), whose chapters have the remedies.
`;

interface Entry {
  readonly message: string;
  readonly program: string;
  readonly code: string;
}

/** The text of docs/error-messages.md: the messages that the chapters of docs/diagnosis.md quote, in alphabetical order, and all codes. */
export function errorIndex(diagnosis: string): string {
  const chapters = diagnosis.split(/^## /m).slice(1);
  const entries = chapters.flatMap(quotedIn).toSorted((one, other) => compare(one.message, other.message));
  const rows = entries.map(({ message, program, code }) => `| ${quoted(message)} | ${program} | ${link(code)} |`);
  const codes = chapters.map(codeOf).toSorted(compare);
  return [
    TITLE,
    "| Message | Program | Code |",
    "|---|---|---|",
    ...rows,
    "",
    "## Codes",
    "",
    ...codes.map((code) => `- ${link(code)}`),
    "",
  ].join("\n");
}

/** Quotations of the paragraph "Also known as". A program in parentheses is that of all quotations since the one before it. */
function quotedIn(chapter: string): Entry[] {
  const paragraph = /^Also known as: ([\s\S]*?)\n(?:\n|$)/m.exec(chapter)?.[1]?.replaceAll("\n", " ") ?? "";
  const code = codeOf(chapter);
  const groups = [...paragraph.matchAll(/((?:`[^`]+`(?:, )?)+)(?: \(([^)`]+)\))?/g)];
  return groups.flatMap(([, messages = "", program = ""]) =>
    [...messages.matchAll(/`([^`]+)`/g)]
      .map(([, message = ""]) => ({ message, program: program || ownName(message), code }))
      .filter(({ message }) => isMessage(message)),
  );
}

/** Several words, or the code of an error; as opposed to a path, an address or the name of an input. */
function isMessage(quotation: string): boolean {
  return quotation.includes(" ") || /^[A-Z][A-Za-z0-9_]{4,}$/.test(quotation);
}

/** curl and Node.js name themselves in their messages. */
function ownName(message: string): string {
  if (message.startsWith("curl: ")) return "curl";
  return /^(?:E[A-Z]{3,}|ERR_|UND_ERR_|UNABLE_)/.test(message) ? "Node.js" : "";
}

function codeOf(chapter: string): string {
  return chapter.slice(0, chapter.indexOf("\n"));
}

/** Code in a cell of a table. */
function quoted(message: string): string {
  return `\`${message.replaceAll("|", "\\|")}\``;
}

function link(code: string): string {
  return `[${code}](diagnosis.md#${code.toLowerCase()})`;
}

function compare(one: string, other: string): number {
  const [first, second] = [one.toLowerCase(), other.toLowerCase()];
  if (first === second) return 0;
  return first < second ? -1 : 1;
}
