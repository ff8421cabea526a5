import type { Consumer, Credential } from "../registry/auth/credentials.ts";

/** Headers that log in at a server of charts or files; none where nobody gave a login for it. */
export type Authorize = (url: string, consumer: Consumer) => Promise<Readonly<Record<string, string>>>;

/** As both OCM CLIs do it, the login goes along at once; redirects to another origin do not get it. */
export function createAuthorization(
  credentialFor: ((url: URL, consumer: Consumer) => Promise<Credential | undefined>) | undefined,
): Authorize {
  return async (url, consumer) => {
    const credential = await credentialFor?.(new URL(url), consumer);
    if (credential === undefined) return {};
    const { username, password, identityToken, accessToken } = credential;
    const token = accessToken ?? identityToken;
    if (token !== undefined) return { authorization: `Bearer ${token}` };
    return { authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}` };
  };
}
