import { areForReading } from "./scope.ts";

/**
 * For which scopes the credential is sent that nobody gave for a registry: not where it was refused, and at a registry that only a component
 * descriptor names, not for reading what is public.
 */
export interface AmbientUse {
  isSent(scopes: readonly string[]): boolean;
  /** The credential was refused: what it may not read may be public. */
  refuse(scopes: readonly string[]): void;
  /** An anonymous request was refused. False where the credential was not held back. */
  release(scopes: readonly string[]): boolean;
}

export function createAmbientUse(isForeign: boolean): AmbientUse {
  const refused = new Set<string>();
  const released = new Set<string>();
  const isHeldBack = (scopes: readonly string[]) =>
    isForeign && areForReading(scopes) && !released.has(scopes.join(" "));
  return {
    isSent: (scopes) => !isHeldBack(scopes) && !refused.has(scopes.join(" ")),
    refuse: (scopes) => void refused.add(scopes.join(" ")),
    release(scopes) {
      if (!isHeldBack(scopes)) return false;
      released.add(scopes.join(" "));
      return true;
    },
  };
}
