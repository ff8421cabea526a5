import { isIPv6 } from "node:net";

/**
 * Query keys of the distribution API that tell something and hide nothing; every other value is replaced, since signed blob
 * URLs carry their signature there.
 */
const TELLING_QUERY_KEYS = new Set(["scope", "service", "mount", "from", "digest", "n", "last"]);

/** A URL as it may be printed: no user information, no fragment, query values only of well-known keys. */
export function printableUrl(url: string | URL): string {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    return printable(
      String(url)
        .replace(/\/\/[^/@]*@/, "//***@")
        .replace(/[?#].*$/s, "?***"),
    );
  }
  const query = [...parsed.searchParams].map(([key, value]) => `${key}=${TELLING_QUERY_KEYS.has(key) ? value : "***"}`);
  const search = query.length === 0 ? "" : `?${query.join("&")}`;
  return printable(`${parsed.protocol}//${parsed.host}${parsed.pathname}${search}`);
}

/**
 * Runs of characters that cannot be seen, or that change how others are seen: controls, formats (bidirectional marks, zero-width ones, tags),
 * separators of lines, surrogates without a partner, private use, and what fonts leave out (Unicode, Default_Ignorable_Code_Point).
 */
export const UNPRINTABLE: RegExp = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+/gu;

export function isPrintable(text: string): boolean {
  return text.search(UNPRINTABLE) < 0;
}

const MAX_PRINTED = 500;

/** Characters that are looked through for what must not be printed; nothing behind them is printed at all. */
const MAX_READ = 16 * 1024;

/** Longest first, so that nothing is left of a secret that another is a part of. */
let concealed: readonly string[] = [];

/**
 * From now on no printable text shows this: what registries and proxies say may repeat what they were sent, and neither a report nor a
 * summary is masked by a runner, nor is a secret of which half was cut off.
 */
export function conceal(secret: string): void {
  if (secret === "" || concealed.includes(secret)) return;
  concealed = [...concealed, secret].sort((one, other) => other.length - one.length);
}

function withoutSecrets(text: string): string {
  return concealed.reduce((shown, secret) => shown.replaceAll(secret, "***"), text);
}

const apart = (colons: string) => colons.replace(/:(?=:)|^:$/g, ": ");

/**
 * Foreign text (a registry's message, a proxy's page, a label) on one line, free of ANSI sequences and unprintable characters,
 * with nothing that a runner reads as a workflow command and nothing that looks like a token.
 */
export function printable(text: string, longest: number = MAX_PRINTED): string {
  // Secrets that are known go before anything is cut, which would leave the half of one; and once more after, since a secret may hold a
  // line break, and a sequence in the middle of one goes without a trace.
  const shown = withoutSecrets(text);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
  const plain = withoutSecrets(shown.slice(0, MAX_READ).replace(/\u001b\[[0-9;]*[A-Za-z]/g, ""))
    .replace(UNPRINTABLE, " ")
    // An address in its brackets (RFC 3986, 3.2.2) begins no command.
    .replace(/\[([0-9a-fA-F:.]+)\]|:(?=:)/g, (found, address = "") => (isIPv6(address) ? found : apart(found)))
    .replace(/##\[/g, "# #[")
    // Not only at the beginning of a word: `access_token=`, or `\\nBearer` in text that is JSON.
    .replace(/(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi, "$1 ***")
    .replace(/(?:gh[a-z]|github_pat|glpat)[_-][A-Za-z0-9_-]{16,}/g, "***")
    .replace(/\/\/[^\s/@:]*:[^\s/@]+@/g, "//***@")
    // JSON in base64url: a token (RFC 7515 has three parts, RFC 7516 five) whatever follows it. To look for the rest of one at every
    // beginning would take time that grows with the square of the text.
    .replace(/eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}/g, "***")
    .replace(/(token|sig|signature|password|secret|X-Amz-[A-Za-z]+)=[^\s&"']+/gi, "$1=***")
    .trim();
  const isCut = plain.length > longest || shown.length > MAX_READ;
  return isCut ? `${plain.slice(0, longest)}…` : plain;
}
