import { createLimiter } from "../../../bounds/limiter.ts";
import type { Credential } from "./credentials.ts";
import type { Token } from "./token.ts";

/**
 * The identity tokens of a registry during a run. A token server may answer an exchange with another one, and reject the first from then on
 * (RFC 6749, section 6).
 */
export interface IdentityTokens {
  /** Gets a token with a credential, whose identity token is replaced by the one that is valid now. */
  exchange(
    credential: Credential,
    request: (credential: Credential) => Promise<Token>,
    signal?: AbortSignal,
  ): Promise<Token>;
}

export function createIdentityTokens(onToken: (token: string) => void = () => {}): IdentityTokens {
  /** By the identity token that the user gave. */
  const renewed = new Map<string, string>();
  /** One at a time, until the token server has answered without another identity token. */
  const turns = createLimiter(1);
  const kept = new Set<string>();

  return {
    async exchange(credential, request, signal) {
      const { identityToken: given } = credential;
      if (given === undefined || kept.has(given)) return request(credential);
      const release = await turns.acquire(given, signal);
      try {
        if (kept.has(given)) {
          release();
          return await request(credential);
        }
        const token = await request({ ...credential, identityToken: renewed.get(given) ?? given });
        if (token.identityToken === undefined) {
          if (!renewed.has(given)) kept.add(given);
        } else {
          onToken(token.identityToken);
          renewed.set(given, token.identityToken);
        }
        return token;
      } finally {
        release();
      }
    },
  };
}
