/** One challenge of a WWW-Authenticate header (RFC 9110, 11.6.1): scheme in lower case, parameter names in lower case. */
export interface Challenge {
  readonly scheme: string;
  readonly parameters: Readonly<Record<string, string>>;
}

const TOKEN = /[!#$%&'*+.^_`|~0-9A-Za-z-]+/y;
/** A value without quotes, as registries write it and Go's clients read it: up to a comma or a blank, and it may be empty. */
const BARE_VALUE = /[^\s,]*/y;
/** What Negotiate and NTLM have in the place of parameters. */
const TOKEN68 = /[A-Za-z0-9._~+/-]+=*\s*(?=,|$)/y;

/** All challenges of a header, in order. A quoted value without its end is left out, with all that is behind it. */
export function parseChallenges(header: string): Challenge[] {
  const challenges: { scheme: string; parameters: Record<string, string> }[] = [];
  let at = 0;
  const skip = (pattern: RegExp): void => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match !== null) at += match[0].length;
  };
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const match = pattern.exec(header);
    if (match === null) return undefined;
    at += match[0].length;
    return match[0];
  };

  while (at < header.length) {
    skip(/[\s,]*/y);
    const name = take(TOKEN);
    if (name === undefined) break;
    skip(/\s*/y);
    if (header[at] !== "=") {
      challenges.push({ scheme: name.toLowerCase(), parameters: {} });
      skip(TOKEN68);
      continue;
    }
    at++;
    skip(/\s*/y);
    const value = header[at] === '"' ? quoted() : take(BARE_VALUE);
    const current = challenges.at(-1);
    if (current === undefined || value === undefined) break;
    current.parameters[name.toLowerCase()] = value;
  }
  return challenges;

  function quoted(): string | undefined {
    let text = "";
    for (at++; at < header.length; at++) {
      if (header[at] === '"') {
        at++;
        return text;
      }
      if (header[at] === "\\") at++;
      text += header[at] ?? "";
    }
    return undefined;
  }
}

/** The strongest challenge that we can answer. */
export function wantedChallenge(header: string | undefined): Challenge | undefined {
  const challenges = parseChallenges(header ?? "");
  const bearer = challenges.filter(({ scheme }) => scheme === "bearer");
  const basics = challenges.filter(({ scheme }) => scheme === "basic");
  return bearer.find(({ parameters }) => parameters.realm) ?? basics[0] ?? bearer[0];
}
