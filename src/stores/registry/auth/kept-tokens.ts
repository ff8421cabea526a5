import type { Token } from "./token.ts";

/** One token per set of scopes, shared by all requests that wait for it. */
export interface KeptTokens {
  /** The token for these scopes, from `ask` where none is held, or one that is about to expire. */
  get(scopes: readonly string[], ask: () => Promise<Token>): Promise<Token>;
  /** Of several requests whose token is refused at once, the first gets another token, and the others wait for the same. */
  forget(scopes: readonly string[], refused: string | undefined): Promise<void>;
  delete(scopes: readonly string[]): void;
}

/** Milliseconds before its end at which a token is not sent any more. */
const EXPIRY_MARGIN = 5_000;

export function createKeptTokens(onToken: ((token: string) => void) | undefined): KeptTokens {
  const tokens = new Map<string, Promise<Token>>();
  const keyOf = (scopes: readonly string[]) => scopes.join(" ");
  return {
    async get(scopes, ask) {
      const key = keyOf(scopes);
      for (let held = tokens.get(key); held !== undefined; held = tokens.get(key)) {
        const token = await held;
        if (token.expires - EXPIRY_MARGIN > Date.now()) return token;
        if (tokens.get(key) === held) tokens.delete(key);
      }
      const promised = ask().then((token) => {
        onToken?.(token.value);
        return token;
      });
      tokens.set(key, promised);
      promised.catch(() => tokens.delete(key));
      return promised;
    },

    async forget(scopes, refused) {
      const key = keyOf(scopes);
      const held = tokens.get(key);
      if (held === undefined || `Bearer ${(await held).value}` !== refused) return;
      if (tokens.get(key) === held) tokens.delete(key);
    },

    delete: (scopes) => void tokens.delete(keyOf(scopes)),
  };
}
