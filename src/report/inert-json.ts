import { UNPRINTABLE } from "../text/redact.ts";

/**
 * JSON for outputs, files and logs: the same values, with invisible characters escaped, and with the commands that a runner
 * recognises anywhere in a line (`##[…]`) escaped.
 */
export function inertJson(value: unknown, indent?: number): string {
  // Line breaks occur between values only.
  return JSON.stringify(value, null, indent).split("\n").map(inert).join("\n");
}

/** Any text on one line, with the escapes of JSON. */
export function inertLine(text: string): string {
  return inert(text.replaceAll("\n", "\\n"));
}

/** One escape for each UTF-16 code unit (RFC 8259, 7). */
function inert(text: string): string {
  const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return text.replace(UNPRINTABLE, (run) => run.split("").map(escaped).join("")).replaceAll("##[", "#\\u0023[");
}
