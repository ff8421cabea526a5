import type { LoginSource } from "../logins/logins.ts";
import type { ProxySettings } from "../proxy/settings.ts";
import type { Credential } from "../stores/registry/auth/credentials.ts";

/** Masking shorter secrets would replace half of the log, and protect nothing. */
const MIN_SECRET_LENGTH = 4;

/**
 * Secrets to mask: passwords and `user:password` in every spelling. User names alone are not secret: GitHub drops every
 * job output that contains a masked text.
 */
export function secretsOf({ httpProxy, httpsProxy }: ProxySettings, sources: readonly LoginSource[]): string[] {
  const proxies = [httpProxy, httpsProxy].filter((proxy) => proxy !== undefined);
  const credentials = sources
    .flatMap(({ logins }) => logins)
    .flatMap((login) => ("credential" in login ? [login.credential] : []));
  return [...new Set([...proxies, ...credentials].flatMap(secretsOfCredential))];
}

/** The same of one login. */
export function secretsOfCredential(
  login: Pick<Credential, "username" | "password" | "identityToken" | "accessToken">,
): string[] {
  const { username, password, identityToken = "", accessToken = "" } = login;
  const both = password === "" ? "" : `${username}:${password}`;
  const secrets = [password, both, identityToken, accessToken].flatMap(spellings);
  return [...new Set(secrets)].filter((secret) => secret.length >= MIN_SECRET_LENGTH);
}

/** Tokens of RFC 6750, 2.1, of a minimum length: a registry that issues `a` as a token would otherwise erase the log. */
const TOKEN = /^[A-Za-z0-9._~+/-]{16,}=*$/;

/** What repositories, references, component versions and digests are made of: a mask of one would drop every output that holds it. */
const NAME = /^[a-z0-9._~+/-]+$/;
/** Shorter than any digest: some token servers hand out identifiers. */
const IDENTIFIER = /^[0-9a-f-]{16,63}$/;

/** What to mask of a token that a registry handed out; nothing of one that could be a name. */
export function tokenSpellings(token: string): string[] {
  const isSecret = TOKEN.test(token) && (IDENTIFIER.test(token) || !NAME.test(token));
  return isSecret ? spellings(token) : [];
}

/** A secret unchanged, percent-encoded, in base64, escaped as in JSON, and in hexadecimal. */
export function spellings(secret: string): string[] {
  if (secret === "") return [];
  const base64 = Buffer.from(secret, "utf8").toString("base64");
  const encoded = encodeURIComponent(secret);
  // The form of exported proxy settings; runners print the environment of every later step.
  const strictly = encoded.replace(/[!'()*]/g, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const inLowerCase = [encoded, strictly].map((text) => text.replace(/%[0-9A-F]{2}/g, (octet) => octet.toLowerCase()));
  const json = JSON.stringify(secret).slice(1, -1);
  const hex = Buffer.from(secret, "utf8").toString("hex");
  return [secret, encoded, strictly, ...inLowerCase, base64, base64.replace(/={1,2}$/, ""), json, hex];
}
