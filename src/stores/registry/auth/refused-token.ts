import type { Code } from "../../../errors/codes.ts";
import { clockSkew } from "../../../net/clock-skew.ts";
import type { HttpRequest, HttpResponse } from "../../../net/http.ts";
import { wantedChallenge } from "./challenge.ts";
import type { GrantedActions } from "./granted-actions.ts";
import { repositoryOf } from "./scope.ts";
import type { Token } from "./token.ts";

/** More than clocks of machines that keep time ever differ, and less than tokens live. */
const MAX_SKEW_MS = 120_000;

interface RefusedToken {
  readonly request: Pick<HttpRequest, "method">;
  readonly scopes: readonly string[];
  readonly token: Pick<Token, "granted" | "isAnonymous">;
}

/**
 * Why a registry refuses what its own token host gave; undefined where it wants another to ask. The challenge says why (RFC 6750, 3.1): it
 * names no error where it saw no token, and where the registry does not care to say.
 */
export function refusedToken({ hop, headers }: HttpResponse, refused: RefusedToken): Code | undefined {
  const { request, scopes, token } = refused;
  const { granted, isAnonymous } = token;
  const asked = wantedChallenge(headers["www-authenticate"]);
  const error = asked?.parameters.error;
  const reads = request.method === "GET" || request.method === "HEAD";
  const allows = granted === undefined ? undefined : scopes.every((scope) => isAllowed(granted, scope, reads));
  if (error === "insufficient_scope" || allows === false) {
    return isAnonymous ? undefined : reads ? "DENIED" : "PUSH_DENIED";
  }
  const skew = clockSkew(headers, Date.now());
  if (skew !== undefined && Math.abs(skew) > MAX_SKEW_MS) return "CLOCK_SKEWED";
  if (asked === undefined || error !== undefined)
    return isAnonymous && error === undefined ? undefined : "TOKEN_REFUSED";
  // A login that is missing looks the same as a token that was taken out, unless the token is known to be enough.
  if (isAnonymous && allows === undefined) return undefined;
  return hop.route.via === "proxy" ? "AUTHORIZATION_STRIPPED" : "TOKEN_REFUSED";
}

/** Whether a token allows the last action of a scope, which is the one that reading does not need. */
function isAllowed(granted: GrantedActions, scope: string, reads: boolean): boolean {
  const action = reads ? "pull" : (scope.split(/[:,]/).at(-1) ?? "");
  const actions = granted.get(repositoryOf(scope));
  return actions !== undefined && (actions.has(action) || actions.has("*"));
}
