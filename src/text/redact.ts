import { isIPv6 } from "node:net";

/**
 * Query keys of the distribution API whose values are informative and not secret; every other value is replaced, since signed blob
 * URLs have their signature there.
 */
const PRINTABLE_QUERY_KEYS = new Set(["scope", "service", "mount", "from", "digest", "n", "last"]);

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
  const query = [...parsed.searchParams].map(
    ([key, value]) => `${key}=${PRINTABLE_QUERY_KEYS.has(key) ? value : "***"}`,
  );
  const search = query.length === 0 ? "" : `?${query.join("&")}`;
  return printable(`${parsed.protocol}//${parsed.host}${parsed.pathname}${search}`);
}

/**
 * Runs of characters that are invisible, or change the appearance of others: controls, formats (bidirectional marks, zero-width ones, tags),
 * line separators, unpaired surrogates, private use, and characters that fonts omit (Unicode, Default_Ignorable_Code_Point).
 */
export const UNPRINTABLE: RegExp = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]+/gu;

export function isPrintable(text: string): boolean {
  return text.search(UNPRINTABLE) < 0;
}

const MAX_PRINTED = 500;

/** Characters that are searched for secrets; all characters after them are omitted. */
const MAX_READ = 16 * 1024;

/** Longest first, so that no rest remains of a secret that contains another. */
let concealed: readonly string[] = [];

/**
 * Removes a secret from all printable text from now on: registries and proxies may repeat what they received, and a runner masks neither
 * reports nor summaries, nor truncated secrets.
 */
export function conceal(secret: string): void {
  if (secret === "" || concealed.includes(secret)) return;
  concealed = [...concealed, secret].sort((one, other) => other.length - one.length);
}

function withoutSecrets(text: string): string {
  return concealed.reduce((remaining, secret) => remaining.replaceAll(secret, "***"), text);
}

const separateColons = (colons: string) => colons.replace(/:(?=:)|^:$/g, ": ");

/**
 * Foreign text (a registry's message, a proxy's page, a label) on one line, free of ANSI sequences and unprintable characters,
 * without workflow commands of the runner and without anything that looks like a token. `maxLength` in characters.
 */
export function printable(text: string, maxLength: number = MAX_PRINTED): string {
  // Known secrets are removed before truncation, which could leave half of one; and once more after, since an ANSI sequence may
  // interrupt a secret, which is complete again once the sequence is removed.
  const unmasked = withoutSecrets(text);
  // biome-ignore lint/suspicious/noControlCharactersInRegex: removing them is the purpose
  const plain = withoutSecrets(unmasked.slice(0, MAX_READ).replace(/\u001b\[[0-9;]*[A-Za-z]/g, ""))
    .replace(UNPRINTABLE, " ")
    // An address in brackets (RFC 3986, 3.2.2), or after the comma of a list, does not start a command.
    .replace(/\[([0-9a-fA-F:.]+)\]|(?<=,)([0-9a-fA-F:.]+)(?=[\s,]|$)|:(?=:)/g, (found, address = "", entry = "") =>
      isIPv6(address) || isIPv6(entry) ? found : separateColons(found),
    )
    .replace(/##\[/g, "# #[")
    // Not only at the beginning of a word: `access_token=`, or `\\nBearer` in text that is JSON.
    .replace(/(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi, "$1 ***")
    .replace(/(?:gh[a-z]|github_pat|glpat)[_-][A-Za-z0-9_-]{16,}/g, "***")
    .replace(/\/\/[^\s/@:]*:(?!\*{3}@)[^\s/@]+@/g, "//***@")
    // JSON in base64url is a token (three parts in RFC 7515, five in RFC 7516), also when truncated. Requiring its other parts at every
    // start would take quadratic time.
    .replace(/eyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){0,4}/g, "***")
    .replace(/(token|sig|signature|password|secret|X-Amz-[A-Za-z]+)=[^\s&"']+/gi, "$1=***")
    .trim();
  const isTruncated = plain.length > maxLength || unmasked.length > MAX_READ;
  return isTruncated ? `${plain.slice(0, maxLength)}…` : plain;
}
