import { domainToASCII } from "node:url";

const SPACE = "[\\t\\n\\v\\f\\r \\u0085\\u00a0\\u1680\\u2000-\\u200a\\u2028\\u2029\\u202f\\u205f\\u3000]";
const OUTER_SPACE = new RegExp(`^${SPACE}+|(?<!${SPACE})${SPACE}+$`, "g");

/** Go's strings.TrimSpace: unlike `trim()` it removes U+0085 and keeps U+FEFF. */
export const trimSpace = (text: string): string => text.replace(OUTER_SPACE, "");

/** Go's strings.ToLower: one code point at a time, so no final sigma and no two-character İ. */
export const toLower = (text: string): string =>
  Array.from(text, (char) => (char === "İ" ? "i" : char.toLowerCase())).join("");

/** A label that IDNA's lookup profile refuses and the URL standard accepts: hyphens at an end or at positions 3 and 4, `_`. */
const REFUSED_LABEL = /^-|-$|^(?!xn).{2}--|[^a-z0-9-]/;

/** Go's idna.Lookup.ToASCII as httpproxy uses it: ASCII is unchanged, and so is text that cannot be converted. */
export function idnaToAscii(host: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: this is the range of ASCII
  if (/^[\u0000-\u007f]*$/.test(host)) return host;
  // The extra label keeps the URL standard from reading digits as an IPv4 address, which IDNA does not do.
  const dotted = /[.。．｡]$/.test(host);
  const ascii = domainToASCII(dotted ? `${host}x` : `${host}.x`);
  if (ascii === "") return host;
  const name = ascii.slice(0, dotted ? -1 : -2);
  return name.split(".").some((label) => REFUSED_LABEL.test(label)) ? host : name;
}
